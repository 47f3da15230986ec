"""The text of a 緊急速報メール: short, complete, and without what no telephone may get."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.lalert.matters import DOCOMO, area, frozen, order
from tests.shared.messaging.editions import WORDINGS, content, edition
from todoke.shared.lalert.permitted import TITLE_MAX, TOTAL_MAX
from todoke.shared.lalert.urgent import counted, fullwidth, is_forbidden, urgent_text
from todoke.shared.messaging.types import EditionKind, Mode, Never, Register

NOTICES = {"緊急安全確保": "５", "避難指示": "４", "高齢者等避難": "３"}
FIRST = order(1, area("kawagishi", "避難指示"), area("yamate", "高齢者等避難"))


def test_it_says_level_word_areas_action_and_city() -> None:
    said = urgent_text(FIRST)

    assert said.title == "警戒レベル４避難指示"
    assert said.text == (
        "警戒レベル４　避難指示：川岸地区\n警戒レベル３　高齢者等避難：山手地区\n"
        "川岸地区に避難指示。\n危険な場所から全員避難してください。\n危険な場所から全員避難\n（青葉市）"
    )


@pytest.mark.parametrize(
    ("kind", "mode", "title"),
    [
        (None, Mode.EXERCISE, "【訓練】警戒レベル４避難指示"),
        (None, Mode.TEST, "【試験】警戒レベル４避難指示"),
        (EditionKind.CORRECTION, Mode.EXERCISE, "【訓練】【訂正】避難指示"),
        (EditionKind.CANCEL, Mode.ACTUAL, "【取消】警戒レベル４避難指示"),
    ],
)
def test_the_title_keeps_its_marks_and_its_word(kind, mode, title) -> None:
    one = order(2 if kind else 1, *FIRST.content.areas, kind=kind, mode=mode)

    said = urgent_text(one)

    assert said.title == title
    assert said.text.startswith({Mode.EXERCISE: "これは訓練です。", Mode.TEST: "これは配信の試験です。"}.get(mode, ""))


def test_a_cancellation_orders_nothing() -> None:
    said = urgent_text(order(2, *FIRST.content.areas, kind=EditionKind.CANCEL))

    assert "避難してください" not in said.text
    assert "全員避難" not in said.text
    assert "取消：警戒レベル４　避難指示：川岸地区" in said.text
    assert "区域の誤り" in said.text


def test_a_lifting_says_so_in_its_title() -> None:
    said = urgent_text(order(2, area("kawagishi", "解除")))

    assert said.title == "避難情報の解除"
    assert "解除：川岸地区" in said.text
    assert "危険な場所" not in said.text.replace(WORDINGS[0].short, "").split("川岸地区に")[0]


@pytest.mark.parametrize(
    "bad",
    [
        "詳しくは https://city.example.jp/",
        "bousai@city.example.jp",
        "電話 0990-00-1000",
        "０９９０（００）１０００",
        "119番へ",
        "www.example.jp",
        "city.example.jp",
    ],
)
def test_a_sentence_with_an_address_or_a_number_is_left_out_and_said_so(bad) -> None:
    wordings = (replace(WORDINGS[0], short=f"川があふれます。{bad}。高い所へ。"),)
    said = urgent_text(order(1, *FIRST.content.areas, content=replace(FIRST.content, wordings=wordings)))

    assert not is_forbidden(said.text)
    assert "川があふれます。" in said.text
    assert "URL、電話番号などを含む文" in said.left_out


def test_characters_that_no_telephone_holds_become_a_mark() -> None:
    assert fullwidth("ABC 12 ｶﾅ①😀한") == "ＡＢＣ　１２　カナ１〓〓"
    assert all(len(one.encode("cp932")) == 2 for one in fullwidth("〜−—‖¥\tx").replace("\n", ""))


def test_a_line_break_counts_as_one_character() -> None:
    assert counted("一\r\n二\n三") == 5


def test_what_was_written_for_this_register_is_used_with_the_drills_words() -> None:
    written = {Register.URGENT_TITLE: "避難してください", Register.URGENT: "川岸地区の方は、すぐ避難。"}
    wordings = (replace(WORDINGS[0], registers=written),)
    one = order(1, *FIRST.content.areas, content=replace(FIRST.content, wordings=wordings), mode=Mode.EXERCISE)

    said = urgent_text(one)

    assert said.title == "【訓練】避難してください"
    assert said.text == "これは訓練です。実際の災害ではありません。\n川岸地区の方は、すぐ避難。"


@pytest.mark.parametrize("text", ["電話は0990-00-1000", "長" * 200])
def test_what_was_written_but_may_not_go_gives_way_to_the_facts(text) -> None:
    wordings = (replace(WORDINGS[0], registers={Register.URGENT: text}),)

    said = urgent_text(order(1, *FIRST.content.areas, content=replace(FIRST.content, wordings=wordings)))

    assert said.text.startswith("警戒レベル４　避難指示：川岸地区")


def test_many_areas_are_counted_and_none_is_lost_silently() -> None:
    areas = [area(f"a{number}", "避難指示", name_en="") for number in range(60)]

    said = urgent_text(order(1, *areas))

    assert "ほか" in said.text
    assert counted(said.title + said.text) <= TOTAL_MAX


def test_what_cannot_be_said_in_so_few_characters_is_refused() -> None:
    areas = [
        replace(area(f"a{level}", word), name="長" * 60)
        for level, word in enumerate(("緊急安全確保", "避難指示", "高齢者等避難"))
    ]

    with pytest.raises(Never, match="200文字"):
        urgent_text(order(1, *areas))


@pytest.mark.parametrize(
    ("facts", "level", "allowed"),
    [
        ({"kind": "evacuation"}, 4, True),
        ({"kind": "tsunami"}, None, True),
        ({"kind": "flood"}, 4, True),
        ({"kind": "flood"}, 3, False),
        ({"kind": "weather"}, 4, False),
        ({"kind": "rumour"}, None, False),
        ({"kind": "lifting"}, None, False),
        ({}, None, False),
    ],
)
def test_only_what_threatens_lives_is_sent(city, facts, level, allowed) -> None:
    one = edition(content=content(facts=facts, level=level, areas=()))

    if allowed:
        assert city.urgent().prepare(one, DOCOMO).title
    else:
        with pytest.raises(Never, match="緊急速報メール"):
            city.urgent().prepare(one, DOCOMO)


def test_the_lifting_of_an_order_may_be_sent(city) -> None:
    lifting = order(2, area("kawagishi", "解除"), facts={"kind": "lifting"})
    channel = city.urgent(frozen_of=lambda one: frozen(FIRST, one))

    assert channel.prepare(lifting, DOCOMO).title == "避難情報の解除"


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(
        st.text(alphabet="川岸山手港地区東西一二丁目", min_size=1, max_size=14), min_size=1, max_size=40, unique=True
    ),
    notices=st.lists(st.sampled_from(list(NOTICES)), min_size=40, max_size=40),
    mode=st.sampled_from(list(Mode)),
    kind=st.sampled_from([None, EditionKind.UPDATE, EditionKind.CORRECTION, EditionKind.CANCEL]),
    short=st.text(max_size=400),
    title=st.text(max_size=60),
    note=st.text(min_size=1, max_size=200),
)
def test_no_mail_is_too_long_or_loses_level_place_action_or_drill(
    names, notices, mode, kind, short, title, note
) -> None:
    areas = [replace(area(f"a{number}", notices[number]), name=name) for number, name in enumerate(names)]
    wordings = (replace(WORDINGS[0], title=title, short=short),)
    said = content(areas=tuple(areas), level=max(one.level or 0 for one in areas), wordings=wordings)
    one = order(2 if kind else 1, *areas, kind=kind, content=said, mode=mode, note=note)

    mail = urgent_text(one)
    whole = mail.title + mail.text

    assert 0 < counted(mail.title) <= TITLE_MAX
    assert counted(whole) <= TOTAL_MAX
    assert not is_forbidden(mail.title)
    assert not is_forbidden(mail.text)
    assert all(character == "\n" or len(character.encode("cp932")) == 2 for character in mail.text)
    assert "\n" not in mail.title
    assert fullwidth(one.marks("ja")) == mail.title[: len(one.marks("ja"))]
    for notice in {mark.notice for mark in areas}:
        assert f"警戒レベル{NOTICES[notice]}　{notice}：" in mail.text
    first = {mark.notice: mark.name for mark in reversed(areas)}
    assert all(fullwidth(name) in mail.text for name in first.values())
    assert mail.text.endswith("（青葉市）")
    if kind is not EditionKind.CANCEL:
        assert any(word in mail.text for word in ("直ちに安全確保", "全員避難", "高齢者等は避難"))
    if mode is not Mode.ACTUAL:
        assert "実際の災害ではありません。" in mail.text
