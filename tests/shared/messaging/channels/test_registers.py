"""One matter in every register: the exact words, and what no rendering may ever lose."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.messaging.editions import HILLSIDE, RIVERSIDE, content, edition
from tests.shared.messaging.whatever import assert_whole, editions, heard_or_read
from todoke.shared.messaging.channels.clusters import characters
from todoke.shared.messaging.channels.registers import board_units, in_register
from todoke.shared.messaging.channels.speech import spoken
from todoke.shared.messaging.channels.urgent import forbidden_in, full_width, strangers_in
from todoke.shared.messaging.phrasebook import BOOKS, LANGUAGES
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Never, Register, Wording

FLOOD_ORDER = {"kind": "evacuation", "hazard": "flood"}
BOTH = (replace(RIVERSIDE, reading="かわぎしちく"), replace(HILLSIDE, reading="やまてちく"))


def order(**changed):
    """An evacuation order for the riverside because of a flood."""
    facts = {"areas": BOTH[:1], "facts": FLOOD_ORDER, **changed.pop("content", {})}
    return edition(content=content(**facts), **changed)


def lifted(**changed):
    """That order, lifted."""
    area = replace(BOTH[0], level=None, notice="解除")
    facts = {**FLOOD_ORDER, "lifted": "yes", "lifted_levels": "4:避難指示"}
    return order(content={"areas": (area,), "level": None, "facts": facts}, **changed)


def written(register, text, **changed):
    """The order with a text that a person wrote for one register."""
    own = Wording("ja", "川岸地区に避難指示", "本文", "短い文", {register.value: text})
    return order(content={"wordings": (own,)}, **changed)


@pytest.mark.parametrize(
    ("register", "text"),
    [
        (
            Register.POST,
            "警戒レベル4　避難指示（洪水・氾濫）\n川岸地区\n"
            "危険な場所から全員避難してください。川に近づかないでください。\n青葉市",
        ),
        (Register.BOARD, "警戒レベル4　避難指示（洪水・氾濫）。川岸地区。危険な場所から全員避難してください。青葉市。"),
        (Register.URGENT_TITLE, "警戒レベル４　避難指示（洪水・氾濫）"[:18]),
        (
            Register.URGENT,
            "警戒レベル４　避難指示（洪水・氾濫）\n川岸地区\n"
            "危険な場所から全員避難してください。川に近づかないでください。\n青葉市",
        ),
        (
            Register.SPEECH,
            "緊急放送、緊急放送、警戒レベル4、避難開始。\n緊急放送、緊急放送、警戒レベル4、避難開始。\nこちらは、青葉市です。\n"
            "川岸地区に、警戒レベル4、避難指示を発令しました。\n青葉川があふれるおそれが高まっています。\n"
            "危険な場所から全員避難してください。川に近づかないでください。\nこちらは、青葉市です。",
        ),
    ],
)
def test_an_order_in_the_words_of_each_register(register, text):
    limit = 18 if register is Register.URGENT_TITLE else None

    assert in_register(order(), "ja", register, limit=limit).text == text


@pytest.mark.parametrize(
    ("mode", "level", "notice", "title"),
    [
        (Mode.ACTUAL, 4, "避難指示", "警戒レベル４　避難指示"),
        (Mode.EXERCISE, 4, "避難指示", "【訓練】警戒レベル４　避難指示"),
        (Mode.EXERCISE, 5, "緊急安全確保", "【訓練】レベル５緊急安全確保"),
        (Mode.TEST, 4, "土砂災害危険警報", "試験レベル４土砂災害危険警報"),
    ],
)
def test_a_title_of_fifteen_characters_holds_mark_number_and_word(mode, level, notice, title):
    what = order(mode=mode, content={"areas": (replace(BOTH[0], level=level, notice=notice),)})

    assert in_register(what, "ja", Register.URGENT_TITLE).text == title


@pytest.mark.parametrize(("language", "said"), [("ja", "警戒レベル4を発令"), ("en", "Level 4 has been issued")])
def test_a_level_without_a_word_is_said_by_its_number(language, said):
    bare = replace(BOTH[0], notice="")

    assert said in in_register(order(content={"areas": (bare,)}), language, Register.SPEECH).text


def test_a_drill_says_so_to_the_ear_before_and_after():
    lines = in_register(order(mode=Mode.EXERCISE), "ja", Register.SPEECH).text.split("\n")

    assert lines[0] == lines[-1] == "これは、訓練放送です。"


def test_the_reading_of_a_place_is_there_for_a_voice():
    fitted = in_register(order(), "ja", Register.SPEECH)

    assert "川岸地区に、" in fitted.text
    assert "かわぎしちくに、" in fitted.reading
    assert "川岸地区" not in fitted.reading


def test_a_place_without_a_reading_is_left_as_it_is_written():
    unknown = replace(BOTH[0], reading="")

    assert "川岸地区に、" in in_register(order(content={"areas": (unknown,)}), "ja", Register.SPEECH).reading


def test_a_foreign_voice_gets_the_romanised_name_alone():
    text = in_register(order(), "vi", Register.SPEECH).text

    assert "Kawagishi." in text
    assert "川岸地区" not in text


@pytest.mark.parametrize(
    ("text", "language", "heard"),
    [
        ("【訓練】15:05に「解除」", "ja", "訓練 15時5分に 解除"),
        ("避難指示（ひなん しじ）", "ja-easy", "避難指示"),
        ("詳しくは https://example.jp/a へ", "ja", "詳しくは へ"),
        ("At 15:05 (local)", "en", "At 15 05 local"),
        ("警戒レベル4\u3000避難指示", "ja", "警戒レベル4、避難指示"),
        ("理由：9時～12時", "ja", "理由、9時から12時"),
    ],
)
def test_written_words_become_words_for_the_ear(text, language, heard):
    assert spoken(text, language) == heard


def test_a_lifting_is_said_as_such_with_what_was_lifted():
    texts = {register: in_register(lifted(), "ja", register).text for register in Register}

    assert texts[Register.URGENT_TITLE] == "解除：警戒レベル４　避難指示"
    assert texts[Register.POST].startswith("解除：警戒レベル4　避難指示\n川岸地区\n")
    assert "川岸地区の、警戒レベル4、避難指示は、解除されました。" in texts[Register.SPEECH]
    assert "解除：警戒レベル4　避難指示" in texts[Register.SHEET]
    assert not any("避難してください" in text for text in texts.values() if text is not texts[Register.SHEET])


@pytest.mark.parametrize("register", Register)
def test_a_cancellation_takes_back_and_orders_nothing(register):
    text = in_register(order(number=2, kind=EditionKind.CANCEL, note="区域の誤り"), "ja", register).text

    assert "取消" in text or "取り消し" in text
    assert "避難してください" not in text
    assert "避難開始" not in text


def test_a_cancellation_never_says_what_a_person_wrote_for_the_order():
    what = written(Register.POST, "警戒レベル4 避難指示。川岸地区。全員避難。", number=2, kind=EditionKind.CANCEL)

    assert "全員避難" not in in_register(what, "ja", Register.POST).text


def test_what_a_person_wrote_goes_first_with_the_mark_before_it():
    own = "警戒レベル4 避難指示。川岸地区。堤防のそばから全員避難。"

    fitted = in_register(written(Register.BOARD, own, mode=Mode.EXERCISE), "ja", Register.BOARD)

    assert (fitted.text, fitted.left_out) == ("【訓練】" + own, "")


@pytest.mark.parametrize(
    ("register", "own", "why"),
    [
        (Register.BOARD, "警戒レベル4 避難指示。川岸地区。" + "長" * 50, "50文字を超える"),
        (Register.BOARD, "川岸地区。全員避難してください。", "レベルの数字か名称がない"),
        (Register.BOARD, "警戒レベル4 避難指示。全員避難してください。", "対象地域がない"),
        (Register.URGENT, "警戒レベル4 避難指示。川岸地区。電話 0990-00-1000", "電話番号がある"),
        (Register.URGENT, "警戒レベル4 避難指示。川岸地区。www.example.jp", "URLがある"),
        (Register.URGENT, "警戒レベル4 避難指示。川岸地区。𠮷野川", "使えない文字（𠮷）がある"),
        (Register.SPEECH, "川岸地区の皆さま、避難してください。", "レベルの数字か名称がない"),
    ],
)
def test_what_breaks_the_rules_of_its_register_is_not_used_and_staff_read_why(register, own, why):
    fitted = in_register(written(register, own), "ja", register)

    assert own not in fitted.text
    assert why in fitted.left_out
    assert "避難指示" in fitted.text


def test_the_mark_that_a_person_wrote_by_hand_stands_once():
    fitted = in_register(
        written(Register.POST, "【訓練】警戒レベル4 避難指示。川岸地区。全員避難。", mode=Mode.EXERCISE),
        "ja",
        Register.POST,
    )

    assert fitted.text.count("【訓練】") == 1


@pytest.mark.parametrize("register", [Register.POST, Register.URGENT, Register.SPEECH])
@pytest.mark.parametrize("own", ["", "警戒レベル4 避難指示。川岸地区。全員避難。"])
def test_a_correction_says_what_was_corrected(register, own):
    what = written(register, own, number=2, kind=EditionKind.CORRECTION, note="山手地区は含みません")

    text = in_register(what, "ja", register).text

    assert "山手地区は含みません" in text
    assert not own or "全員避難。" in text


@pytest.mark.parametrize(
    "bad", ["詳しくは https://city.example.jp/", "電話 0990-00-1000", "０９９０（００）１０００", "119番へ", "#7119へ"]
)
def test_a_sentence_of_a_notice_with_an_address_or_a_number_is_left_out_of_an_urgent_mail_and_said_so(bad):
    short = f"川があふれます。{bad}。"
    what = order(
        content={
            "wordings": (Wording("ja", "川があふれます", "本文", short),),
            "level": None,
            "areas": (),
            "facts": {"kind": "other"},
        }
    )

    fitted = in_register(what, "ja", Register.URGENT)

    assert forbidden_in(fitted.text) == []
    assert fitted.left_out == "本文の一部"


def test_what_a_channel_puts_behind_is_counted_and_never_cut():
    fitted = in_register(order(), "ja", Register.POST, limit=60, behind="\n11/21 3:05 青葉市")

    assert fitted.text.endswith("\n11/21 3:05 青葉市")
    assert fitted.text.count("青葉市") == 1
    assert characters(fitted.text) <= 60


def test_many_places_are_counted_for_the_ear_and_not_all_read():
    areas = tuple(AreaMark(key=f"a{n}", name=f"第{n}地区", level=4, notice="避難指示") for n in range(30))

    assert "第11地区、ほか18地域に、" in in_register(order(content={"areas": areas}), "ja", Register.SPEECH).text


def test_addresses_numbers_and_lists_are_not_read_aloud():
    body = (
        "川が増水しています。\n対象地域\n・川岸一丁目\n詳しくは https://city.example.jp を見てください。"
        "電話は000-000-0000です。橋は通れません。"
    )
    text = in_register(order(content={"wordings": (Wording("ja", "避難指示", body, ""),)}), "ja", Register.SPEECH).text

    assert "川が増水しています。" in text
    assert "橋は通れません。" in text
    assert not any(word in text for word in ("https", "000", "・"))


def test_the_level_with_fewer_people_is_told_too_where_there_is_room():
    text = in_register(order(content={"areas": BOTH}), "ja", Register.POST).text

    assert "警戒レベル3　高齢者等避難：山手地区" in text


def test_where_it_is_not_told_the_reader_learns_that_there_is_more():
    fitted = in_register(order(content={"areas": BOTH}), "ja", Register.POST, limit=72)

    assert "\nほかの地域は市の発表で" in fitted.text
    assert "レベルの違う1地域" in fitted.left_out


def test_many_places_are_counted_and_the_count_is_right():
    areas = tuple(AreaMark(key=str(n), name=f"{n}番町", level=4, notice="避難指示") for n in range(1, 61))

    fitted = in_register(order(content={"areas": areas}), "ja", Register.POST)

    named = [n for n in range(1, 61) if f"{n}番町" in re.split(r"[\n、]", fitted.text)]
    assert named
    assert f"ほか{60 - len(named)}地域" in fitted.text
    assert f"{60 - len(named)}地域の名前" in fitted.left_out


def test_places_that_do_not_fit_are_announced_elsewhere():
    far = replace(BOTH[0], name="長い名前の地区" * 10)

    fitted = in_register(order(content={"areas": (far,)}), "ja", Register.BOARD)

    assert "対象地域は市の発表で" in fitted.text
    assert "対象地域の名前" in fitted.left_out


def test_a_place_that_the_carriers_cannot_write_is_announced_elsewhere():
    rare = replace(BOTH[0], name="𠮷田地区")

    assert "対象地域は市の発表で" in in_register(order(content={"areas": (rare,)}), "ja", Register.URGENT).text


def test_a_language_that_the_carriers_cannot_write_is_refused_in_words():
    with pytest.raises(Never, match="この手段では送れません"):
        in_register(order(), "ko", Register.URGENT)


def test_no_room_for_level_place_and_action_is_refused_in_words():
    with pytest.raises(Never, match="12文字に収まりません"):
        in_register(order(), "ja", Register.BOARD, limit=12)


def test_a_notice_without_official_word_is_told_by_its_title_which_may_be_cut():
    water = Wording("ja", "断水と給水のお知らせ" * 12, "本文", "断水しています。")
    plain_notice = order(content={"wordings": (water,), "level": None, "facts": {"kind": "other"}, "areas": (
        replace(BOTH[0], level=None, notice=""),)})  # fmt: skip

    fitted = in_register(plain_notice, "ja", Register.BOARD)

    assert fitted.text.startswith("断水と給水のお知らせ")
    assert "…対象地域は市の発表で。詳しくは、市の発表を見てください。" in fitted.text
    assert characters(fitted.text) <= 50


@pytest.mark.parametrize(
    "title", ["電話0990-00-1000へ", "https://example.jp を見て", "a@example.jp まで", "０１２０－１１１－２２２"]
)
def test_an_address_in_a_title_keeps_an_urgent_mail_from_going_out(title):
    notice = Wording("ja", title, "本文", "短い文")
    what = order(content={"wordings": (notice,), "level": None, "facts": {}, "areas": ()})

    with pytest.raises(Never, match=r"緊急速報メールに.*入れられません|15文字に収まりません"):
        in_register(what, "ja", Register.URGENT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("０９９０－００－１０００", ["電話番号"]),
        ("ｈｔｔｐｓ：／／例", ["URL"]),
        ("ａ＠ｂ", ["メールアドレス"]),
        ("1丁目2-3", []),
        ("警戒レベル４　15時05分", []),
    ],
)
def test_what_a_carrier_refuses_is_found_in_any_width(text, found):
    assert forbidden_in(text) == found


def test_the_characters_of_a_carrier():
    assert strangers_in(full_width("Level 4 ﾊﾝｶｸ évacuação", "pt")) == []
    assert strangers_in("𠮷한a") == ["𠮷", "한", "a"]


def test_a_board_counts_two_narrow_letters_as_one():
    assert board_units("en")("abcd") == 2
    assert board_units("ne")("नदी") == 1.5 or board_units("ne")("नदी") == 2
    assert board_units("ja")("ab警戒…") == 4


# ---- whatever the facts ----------------------------------------------------------------------------------------------

LIMITS = {Register.POST: 140, Register.BOARD: 50, Register.URGENT_TITLE: 15}


@settings(max_examples=60, deadline=None)
@given(what=editions())
def test_no_rendering_in_any_language_loses_what_must_be_said(what):
    refused = set()

    for language in LANGUAGES:
        for register in Register:
            try:
                fitted = in_register(what, language, register)
            except Never:
                refused.add((language, register))
                continue

            assert "{" not in fitted.text
            assert "}" not in fitted.text
            assert_whole(fitted.text, what, language, register)
            measure = board_units(language) if register is Register.BOARD else characters
            if register in LIMITS:
                assert measure(fitted.text) <= LIMITS[register]
            if register in (Register.URGENT, Register.URGENT_TITLE):
                assert all(letter == "\n" or len(letter.encode("cp932")) == 2 for letter in fitted.text)
                narrow = unicodedata.normalize("NFKC", fitted.text)
                assert not re.search(r"https?:|www\.|@|\d{2,5}-\d{1,4}-\d{3,4}", narrow)
            if register is Register.URGENT:
                title = in_register(what, language, Register.URGENT_TITLE).text
                assert characters(title) + characters(fitted.text) <= 200

    assert not {(language, register) for language, register in refused if register in (Register.SPEECH, Register.SHEET)}
    assert ("ja", Register.POST) not in refused


@settings(max_examples=60, deadline=None)
@given(what=editions(), limit=st.integers(min_value=20, max_value=300))
def test_whatever_the_limit_a_rendering_keeps_it_or_is_refused(what, limit):
    for language in ("ja", "en", "ne"):
        for register in (Register.POST, Register.SPEECH, Register.SHEET):
            try:
                fitted = in_register(what, language, register, limit=limit)
            except Never:
                continue

            assert characters(fitted.text) <= limit
            assert_whole(fitted.text, what, language, register)


def test_ten_thousand_renderings_of_drills_and_actual_alerts_leak_no_mark_and_lose_none():
    mixes = [
        (mode, language, register, level)
        for mode in Mode
        for language in LANGUAGES
        for register in Register
        for level in range(56)
    ]
    drill_words = {
        language: [
            heard_or_read(BOOKS[language].text(key))
            for key in ("mark.exercise", "mark.test", "speech.drill", "speech.test")
        ]
        for language in LANGUAGES
    }
    counted = leaked = 0

    for mode, language, register, turn in mixes:
        level, notice = ((5, "緊急安全確保"), (4, "避難指示"), (3, "高齢者等避難"), (2, "大雨注意報"))[turn % 4]
        area = replace(BOTH[0], level=level, notice=notice)
        what = order(mode=mode, content={"areas": (area,) * (turn % 3 + 1), "level": level})
        counted += 1
        try:
            shown = heard_or_read(in_register(what, language, register).text)
        except Never:
            continue
        bare = [re.sub(r"[【】\[\]]", "", word) for word in drill_words[language]]
        says_so = any(word in shown for word in (drill_words[language] if mode is Mode.ACTUAL else bare))
        leaked += says_so is (mode is Mode.ACTUAL)

    assert counted >= 10_000
    assert leaked == 0
