"""The script: what is said for the ear."""

import pytest
from hypothesis import given, settings

from tests.shared.messaging.editions import content, edition
from tests.shared.messaging.whatever import assert_whole, editions
from todoke.shared.loudspeakers.script import script_of
from todoke.shared.loudspeakers.types import Script
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Register, Wording


def test_an_evacuation_order_sounds_like_the_guidelines_sample():
    script = script_of(edition(content=content(facts={"kind": "evacuation", "hazard": "flood"})))

    assert script.pattern == "evacuation"
    assert script.times == 2
    assert script.before == ()
    assert script.lines == (
        "緊急放送、緊急放送、警戒レベル4、避難開始。",
        "緊急放送、緊急放送、警戒レベル4、避難開始。",
        "こちらは、青葉市です。",
        "川岸地区に、警戒レベル4、避難指示を発令しました。",
        "青葉川があふれるおそれが高まっています。",
        "危険な場所から全員避難してください。川に近づかないでください。",
        "こちらは、青葉市です。",
    )


@settings(max_examples=60, deadline=None)
@given(what=editions())
def test_no_broadcast_loses_what_must_be_said_or_sounds_a_siren_for_a_lifting_or_a_cancellation(what):
    script = script_of(what)

    assert_whole("\n".join(script.lines), what, "ja", Register.SPEECH)
    assert bool(script.before) == (what.mode is not Mode.ACTUAL)
    if what.kind is EditionKind.CANCEL or what.content.facts["lifted"]:
        assert script.pattern in ("chime-up", "tsunami-lifted")


@pytest.mark.parametrize(
    ("level", "notice", "kind", "opening", "pattern"),
    [
        (5, "緊急安全確保", "evacuation", "緊急放送、緊急放送、警戒レベル5、緊急安全確保。", "evacuation"),
        (4, "避難指示", "evacuation", "緊急放送、緊急放送、警戒レベル4、避難開始。", "evacuation"),
        (3, "高齢者等避難", "evacuation", "緊急放送、緊急放送、警戒レベル3、高齢者等避難開始。", "chime-up"),
        (4, "大雨危険警報", "weather", "緊急放送、緊急放送、警戒レベル4、大雨危険警報。", "chime-up"),
        (2, "大雨注意報", "weather", "お知らせします。", "chime-up"),
        (None, "避難指示", "evacuation", "緊急放送、緊急放送、避難指示。", "evacuation"),
        (None, "大津波警報", "tsunami", "緊急放送、緊急放送、大津波警報。", "tsunami-major"),
    ],
)
def test_the_opening_and_the_siren_fit_the_level(level, notice, kind, opening, pattern):
    area = AreaMark(key="kawagishi", name="川岸地区", level=level, notice=notice)

    script = script_of(edition(content=content(areas=(area,), level=level, facts={"kind": kind})))

    assert script.lines[0] == opening
    assert script.pattern == pattern


@pytest.mark.parametrize(
    ("mode", "call", "word"),
    [
        (Mode.EXERCISE, "訓練、訓練。", "これは、訓練放送です。"),
        (Mode.TEST, "試験放送、試験放送。", "これは、試験放送です。"),
    ],
)
@pytest.mark.parametrize("kind", list(EditionKind))
def test_a_drill_is_said_before_the_siren_and_in_each_repetition(mode, call, word, kind):
    script = script_of(edition(mode=mode, kind=kind, note="試験のため"))

    assert script.before[0] == call
    assert script.lines[0] == script.lines[-1] == word
    assert "実際の災害ではありません。" in script.before[1]


def test_a_cancellation_never_says_the_order_again():
    script = script_of(edition(2, EditionKind.CANCEL, note="操作を誤ったため"))

    assert script.pattern == "chime-up"
    assert script.lines == (
        "お知らせします。",
        "こちらは、青葉市です。",
        "取り消しの理由、操作を誤ったため。",
        "先ほど放送した、川岸地区の、警戒レベル4、避難指示は、取り消します。",
        "先にお送りしたお知らせを取り消します。",
        "こちらは、青葉市です。",
    )


def test_a_correction_says_first_that_it_is_one_and_what_was_wrong():
    script = script_of(edition(2, EditionKind.CORRECTION, note="地区の名前"))

    assert script.lines[0] == "先ほどの放送を訂正します。"
    assert script.text.index("訂正した点、地区の名前。") < script.text.index("川岸地区に")


def test_an_ordinary_notice_has_a_chime_and_is_said_once():
    notice = Wording("ja", "ごみの収集（あすはお休み）", "くわしい文。", "あすの収集はありません。")
    script = script_of(
        edition(content=content(wordings=(notice,), areas=(), level=None, facts={}, page="/notices/{message}/"))
    )

    assert script.pattern == "chime-up"
    assert script.times == 1
    assert script.lines == (
        "お知らせします。",
        "こちらは、青葉市です。",
        "ごみの収集 あすはお休み。",
        "あすの収集はありません。",
        "詳しくは、市の発表を見てください。",
        "こちらは、青葉市です。",
    )


def test_a_script_is_the_same_after_it_was_stored():
    script = script_of(edition())

    assert Script.from_bytes(script.as_bytes()) == script
