"""What an officer writes for one register: kept, confirmed, put back, and held against the facts."""

import pytest

from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.mending import (
    TEXT_MAX,
    Entered,
    Mend,
    basis_of,
    mended_by,
    mends_from,
    outdated,
    texts_in,
)
from todoke.shared.messaging.types import Register

BOARD = ("ja", Register.BOARD)
FOUR = [AreaLevel("a", "川岸地区", 4, "避難指示"), AreaLevel("b", "山手地区", 3, "高齢者等避難")]


def basis(areas=FOUR, kind="evacuation", hazard="flood"):
    return basis_of(kind, hazard, areas)


def test_a_text_is_kept_with_what_it_was_written_for():
    mended = mended_by({}, [Mend("ja", Register.BOARD, " 川岸地区 避難指示 \n")], "facts")

    assert mended == {"ja": {"board": {"text": "川岸地区 避難指示", "basis": "facts"}}}
    assert texts_in(mended) == {"ja": {"board": "川岸地区 避難指示"}}


def test_an_empty_text_puts_the_automatic_one_back_and_leaves_the_others():
    mended = mended_by({}, [Mend("ja", Register.BOARD, "あ"), Mend("vi", Register.POST, "b")], "1")

    back = mended_by(mended, [Mend("ja", Register.BOARD, "")], "2")

    assert back == {"vi": {"post": {"text": "b", "basis": "1"}}}
    assert texts_in(mended) == {"ja": {"board": "あ"}, "vi": {"post": "b"}}


def test_no_text_is_longer_than_a_page():
    assert len(texts_in(mended_by({}, [Mend("ja", Register.SHEET, "あ" * 9000)], "1"))["ja"]["sheet"]) == TEXT_MAX


@pytest.mark.parametrize(
    "changed",
    [
        [*FOUR, AreaLevel("c", "中央地区", 4, "避難指示")],
        FOUR[:1],
        [AreaLevel("a", "川岸地区", 5, "緊急安全確保"), FOUR[1]],
        [AreaLevel("a", "川岸地区", None, "解除"), FOUR[1]],
    ],
)
def test_a_text_is_out_of_date_when_an_area_comes_goes_or_changes(changed):
    mended = mended_by({}, [Mend("ja", Register.BOARD, "あ")], basis())

    assert outdated(mended, basis()) == []
    assert outdated(mended, basis(changed)) == [BOARD]


def test_the_order_of_the_areas_and_their_names_change_nothing():
    renamed = [AreaLevel("b", "山手", 3, "高齢者等避難"), AreaLevel("a", "川岸", 4, "避難指示")]

    assert basis(renamed) == basis()
    assert basis(hazard="landslide") != basis() != basis(kind="weather")


@pytest.mark.parametrize(
    ("entered", "mended", "act", "wanted"),
    [
        (Entered("自動", "自動"), {}, "save", []),
        (Entered("自動", "自動"), {}, "mend:ja_board", []),
        (Entered("直した", "自動"), {}, "save", ["直した"]),
        (Entered("", "直した"), {"ja": {"board": {}}}, "save", [""]),
        (Entered("直した", "直した"), {"ja": {"board": {}}}, "save", []),
        (Entered("直した", "直した"), {"ja": {"board": {}}}, "mend:ja_board", ["直した"]),
        (Entered("直した", "直した"), {"ja": {"board": {}}}, "mend:ja_post", []),
        (Entered("もっと直した", "直した"), {"ja": {"board": {}}}, "automatic:ja_board", [""]),
    ],
)
def test_only_what_somebody_wrote_or_pressed_is_a_mend(entered, mended, act, wanted):
    mends = mends_from({BOARD: entered}, mended, act)

    assert mends == [Mend("ja", Register.BOARD, text) for text in wanted]
