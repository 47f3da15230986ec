"""The script: what is said for the ear."""

from dataclasses import replace

import pytest

from tests.shared.messaging.editions import HILLSIDE, RIVERSIDE, WORDINGS, content, edition
from todoke.shared.loudspeakers.script import for_the_ear, script_of
from todoke.shared.loudspeakers.types import Script
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Wording


def test_an_evacuation_order_sounds_like_the_guidelines_sample():
    script = script_of(edition(content=content(facts={"hazard": "flood"})))

    assert script.pattern == "evacuation"
    assert script.times == 2
    assert script.before == ()
    assert script.lines == (
        "緊急放送、緊急放送。警戒レベル4、避難開始。",
        "緊急放送、緊急放送。警戒レベル4、避難開始。",
        "こちらは、青葉市です。",
        "川岸地区に、洪水に関する警戒レベル4、避難指示を発令しました。",
        "青葉川があふれるおそれが高まっています。",
        "川岸地区の危険な場所にいる方は、全員避難してください。",
        "以上、青葉市でした。",
    )


def test_each_level_names_its_own_areas_highest_first():
    script = script_of(edition(content=content(areas=(HILLSIDE, RIVERSIDE))))

    assert "川岸地区に、警戒レベル4、避難指示を発令しました。" in script.lines
    assert "山手地区に、警戒レベル3、高齢者等避難を発令しました。" in script.lines
    assert script.text.index("川岸地区に") < script.text.index("山手地区に")


@pytest.mark.parametrize(
    ("level", "notice", "opening", "pattern"),
    [
        (5, "緊急安全確保", "警戒レベル5、緊急安全確保。", "evacuation"),
        (4, "避難指示", "警戒レベル4、避難開始。", "evacuation"),
        (3, "高齢者等避難", "警戒レベル3、高齢者等避難開始。", "chime-up"),
        (4, "大雨危険警報", "警戒レベル4、大雨危険警報。", "chime-up"),
        (2, "大雨注意報", "緊急放送、緊急放送。", "chime-up"),
    ],
)
def test_the_opening_and_the_siren_fit_the_level(level, notice, opening, pattern):
    area = AreaMark(key="kawagishi", name="川岸地区", level=level, notice=notice)
    script = script_of(edition(content=content(areas=(area,), level=level)))

    assert script.lines[0] == script.lines[1]
    assert script.lines[0].endswith(opening)
    assert script.pattern == pattern


def test_what_the_weather_service_says_is_not_ordered_by_the_city():
    area = AreaMark(key="umi", name="浜地区", notice="大津波警報")
    script = script_of(edition(content=content(areas=(area,), level=None, facts={"hazard": "tsunami"})))

    assert script.pattern == "tsunami-major"
    assert "浜地区に、大津波警報が発表されています。" in script.lines


@pytest.mark.parametrize(("mode", "word"), [(Mode.EXERCISE, "訓練、訓練。"), (Mode.TEST, "試験放送、試験放送。")])
@pytest.mark.parametrize("kind", list(EditionKind))
def test_a_drill_is_said_before_the_siren_and_in_each_repetition(mode, word, kind):
    script = script_of(edition(mode=mode, kind=kind, note="試験のため"))

    assert script.before[0] == word
    assert script.lines[0] == word


def test_a_cancellation_never_says_the_order_again():
    script = script_of(edition(2, EditionKind.CANCEL, note="操作を誤ったため"))

    assert script.pattern == "chime-up"
    assert script.lines == (
        "こちらは、青葉市です。",
        "先ほどの放送は、誤りでした。取り消します。",
        "取り消すのは、川岸地区の、警戒レベル4、避難指示の放送です。",
        "取り消しの理由は、操作を誤ったため。",
        "以上、青葉市でした。",
    )


def test_a_correction_says_first_what_was_wrong():
    script = script_of(edition(2, EditionKind.CORRECTION, note="地区の名前"))

    assert "先ほどの放送を、訂正します。" in script.lines
    assert "訂正した点は、地区の名前。" in script.lines
    assert script.text.index("訂正します") < script.text.index("川岸地区に")


def test_a_lifting_opens_without_an_emergency():
    lifted = Wording("ja", "川岸地区の避難指示を解除", "川岸地区の避難指示を解除しました。", "解除しました。")
    script = script_of(edition(2, content=content(wordings=(lifted,), level=None, areas=(), facts={"lifted": "yes"})))

    assert script.pattern == "chime-up"
    assert "緊急放送" not in script.text
    assert "川岸地区の避難指示を解除しました。" in script.lines


@pytest.mark.parametrize("kind", [EditionKind.FIRST, EditionKind.CORRECTION])
def test_what_a_person_wrote_for_the_ear_is_said_as_it_stands(kind):
    japanese = replace(WORDINGS[0], registers={"speech": "緊急放送。川岸地区の皆さん。\n逃げてください。"})
    script = script_of(edition(kind=kind, mode=Mode.EXERCISE, content=content(wordings=(japanese,))))

    assert script.lines[-2:] == ("緊急放送。川岸地区の皆さん。", "逃げてください。")
    assert script.lines[0] == "訓練、訓練。"
    assert ("先ほどの放送を、訂正します。" in script.lines) == (kind is EditionKind.CORRECTION)


def test_what_a_person_wrote_is_not_said_in_a_cancellation():
    japanese = replace(WORDINGS[0], registers={"speech": "避難してください。"})

    assert (
        "避難してください" not in script_of(edition(2, EditionKind.CANCEL, content=content(wordings=(japanese,)))).text
    )


def test_an_ordinary_notice_has_a_chime_and_is_said_once():
    notice = Wording("ja", "ごみの収集（あすはお休み）", "くわしい文。", "あすの収集はありません。")
    script = script_of(edition(content=content(wordings=(notice,), areas=(), level=None, page="/notices/{message}/")))

    assert script.pattern == "chime-up"
    assert script.times == 1
    assert script.lines == (
        "こちらは、青葉市です。",
        "ごみの収集（あすはお休み）。",
        "あすの収集はありません。",
        "以上、青葉市でした。",
    )


def test_addresses_numbers_and_lists_are_not_read_aloud():
    body = (
        "川が増水しています。\n対象地域\n・川岸一丁目\n詳しくは https://city.example.jp を見てください。"
        "電話は000-000-0000です。逃げてください。"
    )
    japanese = Wording("ja", "避難指示", body, "")
    text = script_of(edition(content=content(wordings=(japanese,)))).text

    assert "川が増水しています。" in text
    assert "逃げてください。" in text
    assert not any(word in text for word in ("https", "000", "・"))


def test_many_areas_are_counted_and_not_all_read():
    areas = tuple(AreaMark(key=f"a{n}", name=f"第{n}地区", level=4, notice="避難指示") for n in range(30))

    assert "第11地区、ほか18地区に、" in script_of(edition(content=content(areas=areas))).text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("閖上（ゆりあげ）地区", "閖上地区"),
        ("警戒レベル4\u3000避難指示", "警戒レベル4、避難指示"),
        ("【訓練】9時～12時", "9時から12時"),
        ("体育館（2階）", "体育館（2階）"),
    ],
)
def test_what_only_the_eye_needs_is_left_out(written, said):
    assert for_the_ear(written) == said


def test_a_script_is_the_same_after_it_was_stored():
    script = script_of(edition())

    assert Script.from_bytes(script.as_bytes()) == script


@pytest.mark.parametrize(
    ("level", "act"), [(5, "命を守ってください。"), (4, "全員避難してください。"), (3, "高齢の方など")]
)
def test_what_to_do_is_said_even_where_the_body_does_not(level, act):
    area = AreaMark(key="kawagishi", name="川岸地区", level=level, notice="避難指示")
    japanese = Wording("ja", "発令", "青葉川が増水しています。", "")

    assert act in script_of(edition(content=content(areas=(area,), level=level, wordings=(japanese,)))).text
