"""The text of a 緊急速報メール: short, complete, and without what no telephone may get."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from tests.shared.lalert.matters import DOCOMO, area, frozen, order
from tests.shared.messaging.editions import content, edition
from tests.shared.messaging.whatever import assert_whole, editions
from todoke.shared.lalert.channels.urgent_mail import UrgentMailChannel
from todoke.shared.lalert.permitted import TITLE_MAX, TOTAL_MAX
from todoke.shared.messaging.channels.urgent import forbidden_in, strangers_in
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Mode, Never, Register

FIRST = order(1, area("kawagishi", "避難指示"), area("yamate", "高齢者等避難"))


def sent(channel: UrgentMailChannel, one: FrozenEdition) -> tuple[str, str]:
    """Title and text as they leave."""
    title, _break, text = channel.prepare(one, DOCOMO).preview.partition("\n")
    return title, text


def test_it_says_level_word_areas_and_action(city) -> None:
    assert sent(city.urgent(), FIRST) == (
        "警戒レベル４　避難指示",
        "警戒レベル４　避難指示\n川岸地区\n危険な場所から全員避難してください。\n"
        "警戒レベル３　高齢者等避難：山手地区\n青葉市",
    )


def test_a_drill_and_a_correction_keep_their_marks_and_their_word(city) -> None:
    one = order(2, *FIRST.content.areas, kind=EditionKind.CORRECTION, mode=Mode.EXERCISE)

    title, text = sent(city.urgent(), one)

    assert title == "訓練訂正警戒レベル４　避難指示"
    assert text.startswith("【訓練】【訂正】これは訓練です。実際の災害ではありません。\n")


def test_a_cancellation_orders_nothing_and_says_why(city) -> None:
    _title, text = sent(city.urgent(), order(2, *FIRST.content.areas, kind=EditionKind.CANCEL))

    assert "避難してください" not in text
    assert text.startswith("【取消】取り消した内容：警戒レベル４　避難指示\n川岸地区\n")
    assert "区域の誤り" in text


def test_what_cannot_be_written_on_a_telephone_is_refused_in_words(city) -> None:
    rare = replace(area("kawagishi", "避難指示"), notice="避難𠮷指示")

    with pytest.raises(Never, match="送れない文字（𠮷）"):
        city.urgent().prepare(order(1, rare), DOCOMO)


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
    lifting = order(2, area("kawagishi", "解除"), facts={"kind": "lifting", "lifted_levels": "4:避難指示"})
    channel = city.urgent(frozen_of=lambda one: frozen(FIRST, one))

    assert channel.prepare(lifting, DOCOMO).title == "解除：警戒レベル４　避難指示"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what=editions())
def test_no_mail_is_too_long_or_holds_what_no_telephone_may_get(city, what) -> None:
    what = replace(what, content=replace(what.content, facts={**what.content.facts, "kind": "evacuation"}))
    try:
        title, text = sent(city.urgent(), what)
    except Never:
        return

    assert 0 < len(title) <= TITLE_MAX
    assert len(title) + len(text) <= TOTAL_MAX
    assert forbidden_in(title) == forbidden_in(text) == []
    assert strangers_in(title + text) == []
    assert_whole(text, what, "ja", Register.URGENT)
