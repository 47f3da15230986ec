from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.messaging.whatever import assert_whole, editions
from tests.shared.paper.editions import SENT_AT, an_edition
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.types import Content, EditionKind, Mode, Register, Wording
from todoke.shared.paper.saying import AREAS_MAX, BODY_MAX, readings, saying_of, spoken

SITE = "https://www.city.example.jp"


def test_a_sheet_says_number_word_and_action_of_each_level_with_its_areas_highest_first():
    saying = saying_of(an_edition(), "ja", SITE)

    assert [(block.words, block.act, block.areas) for block in saying.blocks] == [
        ("警戒レベル4　避難指示", "危険な場所から全員避難してください。", ("川岸地区",)),
        ("警戒レベル3　高齢者等避難", "危険な場所から高齢者等は避難", ("山手地区",)),
    ]
    assert saying.sent == "2026年11月21日 3時05分"
    assert saying.mark == ""


@pytest.mark.parametrize(
    ("mode", "language", "mark"),
    [
        (Mode.EXERCISE, "ja", "【訓練】"),
        (Mode.TEST, "ja", "【試験】"),
        (Mode.EXERCISE, "en", "[DRILL]"),
        (Mode.EXERCISE, "vi", "[DIỄN TẬP]"),
        (Mode.EXERCISE, "eo", "【訓練】"),
    ],
)
def test_a_drill_is_marked_in_every_language_and_in_those_we_do_not_know(mode, language, mark):
    saying = saying_of(an_edition(mode=mode), language, SITE)

    assert saying.mark == mark
    assert saying.title.startswith(mark)
    assert saying.warning


def test_what_was_written_for_paper_is_taken_as_it_stands():
    words = Wording("ja", "避難指示", "長い本文", "短い文", {Register.SHEET: "紙のための文です。\n二行目です。"})

    saying = saying_of(an_edition(content=Content((words,))), "ja", SITE)

    assert saying.body == ("紙のための文です。", "二行目です。")


def test_a_cancellation_repeats_nothing_of_what_it_cancels():
    edition = an_edition(kind=EditionKind.CANCEL, note="区域の誤り")
    words = Wording(
        "ja", "避難指示", "全員避難してください。", "逃げて", {Register.SHEET: "逃げて", Register.SPEECH: "逃げて"}
    )
    edition = replace(edition, content=replace(edition.content, wordings=(words,)))

    saying, said = saying_of(edition, "ja", SITE), "".join(spoken(edition))

    assert saying.body == ()
    assert [block.act for block in saying.blocks] == ["", ""]
    assert saying.blocks[0].words == "取り消した内容：警戒レベル4　避難指示"
    assert saying.lines == ("先にお送りしたお知らせを取り消します。", "取り消しの理由：区域の誤り")
    assert "逃げて" not in said
    assert "全員避難" not in said
    assert "区域の誤り" in said


def test_a_long_body_ends_within_the_page_and_says_where_it_goes_on():
    words = Wording("ja", "題名", "あ" * (BODY_MAX + 5), "短い文")

    saying = saying_of(an_edition(content=Content((words,))), "ja", SITE, body_max=BODY_MAX)

    assert saying.left_out == "本文の後ろ5文字"
    assert saying.body[0].startswith("あ" * BODY_MAX + "…（続きは ")


def test_more_areas_than_fit_are_counted():
    edition = an_edition()
    many = tuple(replace(edition.content.areas[0], name=f"第{number}地区") for number in range(AREAS_MAX + 3))

    block = saying_of(replace(edition, content=replace(edition.content, areas=many)), "ja", SITE).blocks[0]

    assert (len(block.areas), block.areas_left) == (AREAS_MAX, 3)


def test_what_is_read_aloud_begins_and_ends_with_the_drill_and_gives_level_and_areas():
    said = spoken(an_edition(mode=Mode.EXERCISE))

    assert said[0] == said[-1] == "これは、訓練放送です。"
    assert "川岸地区に、警戒レベル4、避難指示を発令しました。" in said


@settings(max_examples=60, deadline=None)
@given(what=editions(), language=st.sampled_from(LANGUAGES))
def test_no_sheet_loses_mark_level_place_or_action(what, language):
    saying = saying_of(what, language, SITE, body_max=BODY_MAX)

    block = saying.blocks[0]
    shown = "\n".join((saying.title, block.words, *block.areas, block.act, *saying.lines))
    assert len(block.areas) + block.areas_left > 0
    assert_whole(shown, what, language, Register.SHEET)


def test_readings_of_places_are_those_that_were_entered_and_never_guessed():
    edition = an_edition()
    areas = (replace(edition.content.areas[0], reading="かわぎしちく"), edition.content.areas[1])

    found = readings(replace(edition, content=replace(edition.content, areas=areas)))

    assert [(name, reading) for name, reading, _words in found] == [("川岸地区", "かわぎしちく"), ("山手地区", "")]


def test_the_time_is_that_of_the_edition():
    assert saying_of(an_edition(), "en", SITE).sent == "2026-11-21 03:05 (Japan time)"
    assert an_edition().sent_at == SENT_AT
