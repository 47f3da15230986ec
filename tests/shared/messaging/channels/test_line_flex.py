"""LINE's bubble: level, word and colour together; never cut; text where it does not fit or is refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.shared.messaging.channels.city import LINE, SITE, fresh, send
from tests.shared.messaging.channels.reports import carry
from tests.shared.messaging.channels.test_line_each import copies
from tests.shared.messaging.editions import ALL_CLEAR, HILLSIDE, RIVERSIDE, content, edition
from todoke.shared.messaging.channels import line_flex
from todoke.shared.messaging.channels.clusters import utf16_units
from todoke.shared.messaging.channels.connection import Answer
from todoke.shared.messaging.channels.line import is_refused_form
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.simulators.reading import open_bubble
from todoke.shared.messaging.simulators.services import _flex_trouble
from todoke.shared.messaging.types import AreaMark, Content, EditionKind, Fate, Mode, Wording

LANGUAGES = ("ja", "ja-easy", "en")


def flex(what: Any, language: str = "ja") -> dict[str, Any]:
    message = line_flex.flex_of(what, language, SITE)
    assert message is not None
    return message


def at_level(level: int) -> Content:
    notice = LEVELS[level].words["ja"].word
    return content(level=level, areas=(AreaMark("kawagishi", "川岸地区", level=level, notice=notice),))


def parts(node: Any, ground: str = "#FFFFFF") -> Iterator[tuple[dict[str, Any], str]]:
    """Every text of a bubble with the colour that it stands on."""
    if isinstance(node, list):
        for part in node:
            yield from parts(part, ground)
    elif isinstance(node, dict):
        ground = node.get("backgroundColor", ground)
        if node.get("type") == "text":
            yield node, ground
        for name in ("header", "body", "footer", "contents"):
            yield from parts(node.get(name), ground)


def luminance(colour: str) -> float:
    values = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("level", [5, 4, 3, 2, 1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_says_number_and_word_on_the_level_s_own_colour(level, language):
    bubble = flex(edition(content=at_level(level)), language)["contents"]

    said = " ".join(line_flex.texts_of(bubble["header"]))
    assert bubble["header"]["backgroundColor"] == LEVELS[level].ground
    assert str(level) in said
    assert LEVELS[level].words[language].word in said
    assert LEVELS[level].words[language].act in line_flex.texts_of(bubble["body"])


@pytest.mark.parametrize("level", [5, 4, 3, 2, 1])
def test_every_text_can_be_read_on_its_ground(level):
    # WCAG 1.4.3: 3 : 1 is enough for bold text of 18.66 px; LINE's lg is 19 px, xl 22 px.
    for text, ground in parts(flex(edition(content=at_level(level)))["contents"]):
        is_large = text.get("weight") == "bold" and text.get("size") in ("lg", "xl")
        assert contrast(text["color"], ground) >= (3 if is_large else 4.5), text


def test_the_button_leads_to_the_alert_in_the_reader_s_language_and_its_label_can_be_read():
    (button,) = [part for part in flex(edition(), "en")["contents"]["footer"]["contents"] if part["type"] == "button"]

    assert button["action"]["uri"].startswith(f"{SITE}/alerts/")
    assert button["action"]["uri"].endswith("/index.en.html")
    assert button["action"]["label"] == "More"
    assert contrast(button["color"], "#FFFFFF") >= 4.5


def test_everything_that_the_text_says_stands_in_the_bubble():
    what = edition(content=content(areas=(RIVERSIDE, HILLSIDE)))

    said = "\n".join(line_flex.texts_of(flex(what)["contents"]))

    for words in ("警戒レベル4　避難指示：川岸地区", "警戒レベル3　高齢者等避難：山手地区", "青葉川があふれる"):
        assert words in said
    for words in ("全員避難してください", "お問い合わせ：防災課 000-000-0000", "発信：青葉市"):
        assert words in said


@pytest.mark.parametrize(("mode", "mark"), [(Mode.EXERCISE, "【訓練】"), (Mode.TEST, "【試験】")])
def test_a_drill_says_so_in_the_notification_in_the_head_and_in_the_body(mode, mark):
    message = flex(edition(mode=mode))

    assert message["altText"].startswith(mark)
    assert line_flex.texts_of(message["contents"]["header"])[0] == mark
    assert line_flex.texts_of(message["contents"]["body"])[0].startswith(mark)


def test_a_cancellation_has_no_level_s_colour_and_does_not_repeat_what_to_do():
    message = flex(edition(2, EditionKind.CANCEL))

    said = "\n".join(line_flex.texts_of(message["contents"]))
    assert message["contents"]["header"]["backgroundColor"] == "#4D4D4D"
    assert "取り消した内容：警戒レベル4　避難指示" in said
    assert "避難してください" not in said
    assert "全員避難" not in said
    assert message["altText"].startswith("【取消】")


def test_what_is_lifted_everywhere_has_no_level_s_colour():
    lifted = AreaMark("kawagishi", "川岸地区", level=4, notice="避難指示 解除")

    bubble = flex(edition(2, content=content(areas=(lifted,), cap=ALL_CLEAR)))["contents"]

    assert bubble["header"]["backgroundColor"] == "#4D4D4D"
    assert LEVELS[4].words["ja"].act not in line_flex.texts_of(bubble)


def test_the_notification_keeps_the_essentials_and_its_limit_with_ninety_areas():
    areas = tuple(AreaMark(f"a{n}", f"とても長い名前の地区{n}", level=4, notice="避難指示") for n in range(90))

    alt = flex(edition(content=content(areas=areas)))["altText"]

    assert utf16_units(alt) <= 400
    assert alt.startswith("川岸地区に避難指示\n警戒レベル4　避難指示\n")
    assert alt.endswith("…")


def test_a_notification_that_cannot_hold_the_essentials_makes_it_plain_text():
    said = Wording("ja", "川" * 400, "本文", "短")

    assert line_flex.flex_of(edition(content=content(wordings=(said,))), "ja", SITE) is None


def test_what_fills_more_than_ten_kilobytes_goes_as_text_and_what_just_fits_goes_as_a_bubble():
    def of(letters: int) -> Any:
        said = Wording("ja", "川岸地区に避難指示", "あ" * letters, "短")
        return line_flex.flex_of(edition(content=content(wordings=(said,))), "ja", SITE)

    room = (10 * 1024 - line_flex.byte_size(of(1)["contents"])) // 3

    assert line_flex.byte_size(of(1 + room)["contents"]) <= 10 * 1024
    assert of(2 + room) is None


def test_a_notice_without_level_and_word_is_plain_text():
    what = edition(content=content(areas=(), level=None))

    assert line_flex.flex_of(what, "ja", SITE) is None


def test_what_we_make_the_service_takes(city, simulator):
    for number, kind in enumerate((None, EditionKind.UPDATE, EditionKind.CORRECTION, EditionKind.CANCEL), 1):
        send(city.line(), LINE, fresh(number=number, kind=kind))

    assert [len(arrival.content["bubbles"]) for arrival in simulator.arrivals("line")] == [1, 1, 1, 1]


class _Stubborn:
    """A LINE that knows no bubbles."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("todoke.shared.messaging.simulators.services._flex_trouble", lambda part: "no")


def test_a_refused_bubble_goes_out_as_text_at_once(city, simulator, monkeypatch):
    _Stubborn(monkeypatch)

    send(city.line(), LINE)

    (arrival,) = simulator.arrivals("line")
    assert arrival.content["bubbles"] == []
    assert arrival.content["texts"][0].startswith("川岸地区に避難指示\n警戒レベル4　避難指示")


@pytest.mark.django_db
def test_subscribers_get_text_where_bubbles_are_refused_and_the_service_is_asked_once_only(
    city, simulator, monkeypatch
):
    _Stubborn(monkeypatch)
    channel = city.line_each()
    asked: list[bytes] = []
    real = channel.line._ask
    monkeypatch.setattr(
        channel.line, "_ask", lambda form, body, key, **rest: asked.append(body) or real(form, body, key, **rest)
    )

    told = carry(channel, fresh(), copies(*range(1, 1001)))

    assert set(told.fates.values()) == {Fate.ACCEPTED}
    assert [json.loads(body)["messages"][0]["type"] for body in asked] == ["flex", "text", "text"]
    assert all(arrival.content["texts"][0].endswith("/subscriptions/") for arrival in simulator.arrivals("line"))


@pytest.mark.parametrize(
    ("status", "told", "about_form"),
    [
        (400, {"message": "A message (messages[0]) in the request body is invalid"}, True),
        (400, {"message": "1 error", "details": [{"message": "no", "property": "/body/contents/0"}]}, True),
        (400, {"message": "The property, 'to', in the request body is invalid"}, False),
        (400, {"message": "The retry key is invalid"}, False),
        (400, ["no object"], False),
        (500, {"message": "messages"}, False),
    ],
)
def test_a_refusal_of_the_form_is_told_from_any_other(status, told, about_form):
    assert is_refused_form(Answer(status, {}, json.dumps(told).encode())) is about_form


@pytest.mark.parametrize(
    "changed",
    [
        {"altText": ""},
        {"altText": "あ" * 401},
        {"contents": {"type": "carousel"}},
        {"contents": {"type": "bubble", "body": {"type": "box", "contents": [{"type": "text", "text": ""}]}}},
        {"contents": {"type": "bubble", "body": {"type": "box", "contents": [{"type": "text", "text": "あ" * 4000}]}}},
    ],
)
def test_the_simulated_line_refuses_what_line_refuses(changed):
    assert _flex_trouble({**flex(edition()), **changed})
    assert not _flex_trouble(flex(edition()))


def test_the_simulated_telephone_shows_level_title_button_and_foot():
    shown = open_bubble(flex(edition(mode=Mode.EXERCISE))["contents"])

    assert (shown.level, shown.head) == (4, ["【訓練】", "警戒レベル4　避難指示"])
    assert shown.title == "【訓練】川岸地区に避難指示"
    assert shown.button == "詳しくは"
    assert "/drill/alerts/" in shown.address
    assert shown.foot[0] == "お問い合わせ：防災課 000-000-0000"
