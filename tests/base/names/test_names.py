"""Names: kept as typed, read, sorted, found, counted, and held against what others can write."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.base.names import (
    CharacterSet,
    Hint,
    PersonName,
    as_written,
    graphemes,
    hints,
    kept,
    length,
    missing_from,
    reading,
    search_key,
    sort_key,
    without_variants,
)

TSUJI = "辻\U000e0100"
OLD_GOD = "\ufa19"
KATAKANA = st.text("アイウカガキギハバパヤユヨャュョッンヴー ", max_size=12)


@pytest.mark.parametrize(
    "name",
    [
        "㈱届",
        "①",
        "ﾊﾝｶｸ",
        "㎡",
        "髙﨑",
        "𠮷野家",
        TSUJI,
        OLD_GOD,
        "\U0002f81a",
        "José",
        "ØYVIND",
        "नमस्ते",
        "山田　太郎",
        "ＡＢ",
    ],
)
def test_a_name_is_kept_as_it_was_typed(name):
    assert kept(name) == name


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("か\u3099く", "がく"),
        ("e\u0301", "é"),
        (f"か\u3099{OLD_GOD}か\u3099", f"が{OLD_GOD}が"),
        ("  山田\t太郎\n", "山田 太郎"),
        ("山田\u2028太郎", "山田 太郎"),
        ("\u202e山田\u202c", "山田"),
        ("山\u200b田\ufeff", "山田"),
    ],
)
def test_what_is_no_character_of_the_name_is_put_right(typed, stored):
    assert kept(typed) == stored


@given(st.text())
def test_a_kept_name_stays_as_it_is(text):
    assert kept(kept(text)) == kept(text)


@given(st.text())
def test_no_visible_character_is_lost(text):
    visible = [each for each in kept(text) if not each.isspace()]

    assert len(unicodedata.normalize("NFD", "".join(visible))) >= sum(
        1 for each in unicodedata.normalize("NFD", text) if unicodedata.category(each)[0] in "LN"
    )


def test_blanks_become_one_for_a_line_of_a_letter():
    assert as_written(" 山田　\u3000太郎 ") == "山田 太郎"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("𠮷野", ["𠮷", "野"]),
        (f"{TSUJI}本", [TSUJI, "本"]),
        ("か\u3099", ["か\u3099"]),
        ("ﾊﾞｶ", ["ﾊﾞ", "ｶ"]),
        ("🇯🇵🇧🇷", ["🇯🇵", "🇧🇷"]),
        ("👩\u200d👧a", ["👩\u200d👧", "a"]),
        ("👍🏽", ["👍🏽"]),
        ("\r\na", ["\r\n", "a"]),
        ("\n\u3099", ["\n", "\u3099"]),
    ],
)
def test_characters_are_counted_as_a_reader_counts(text, parts):
    assert graphemes(text) == parts
    assert length(text) == len(parts)


@given(st.text())
def test_no_character_is_lost_by_counting(text):
    assert "".join(graphemes(text)) == text


def test_variants_are_taken_off_for_who_knows_none():
    assert without_variants(f"{TSUJI}本\ufe00") == "辻本"


@pytest.mark.parametrize(
    ("target", "missing"),
    [
        (CharacterSet.JIS_X_0208, ["髙", "﨑", "𠮷", TSUJI, "①", "～", "ｱ"]),
        (CharacterSet.JIS_X_0213, ["髙", "𠮷", TSUJI]),
        (CharacterSet.CP932, ["𠮷", TSUJI, "〜"]),
    ],
)
def test_what_a_target_cannot_write_is_named_once(target, missing):
    assert missing_from(f"髙﨑𠮷{TSUJI}〜①～高\u3000ｱ髙", target) == missing


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("さとう　じゅん", "サトウ ジュン"),
        ("ｻﾄｳ ｼﾞｭﾝ", "サトウ ジュン"),
        ("キョウコ", "キョウコ"),
        ("キヨウコ", "キヨウコ"),
        ("ゔぃくとりあ", "ヴィクトリア"),
        ("ゆーこ-", "ユーコー"),
        ("ジョ−ンズ", "ジョーンズ"),
        ("ジュン-イチ", "ジュン-イチ"),
        ("みすゞ", "ミスズ"),
        ("ささゝき", "サササキ"),
        ("かゞみ", "カガミ"),
        ("こゞま", "コゴマ"),
        ("がゝ", "ガカ"),
        ("まゞ", "ママ"),
        ("ゞ", "ヾ"),
        ("ゕゖ", "ヵヶ"),
        ("か\u3099", "ガ"),
        ("Smith ジョン", "Smith ジョン"),
        ("山田", "山田"),
        ("マリー・ルイズ", "マリー・ルイズ"),
    ],
)
def test_a_reading_is_brought_into_katakana(typed, read):
    assert reading(typed) == read


@given(KATAKANA)
def test_a_reading_in_katakana_only_loses_blanks(text):
    assert reading(text) == " ".join(text.split())


@given(st.text())
def test_a_reading_stays_as_it_is(text):
    assert reading(reading(text)) == reading(text)


@pytest.mark.parametrize(
    ("name", "read", "found"),
    [
        ("山田 太郎", "ヤマダ タロウ", []),
        ("山田　太郎", "やまだ たろう", []),
        ("山田 太郎", "", [Hint.READING_IS_EMPTY]),
        ("", "ヤマダ", [Hint.NAME_IS_EMPTY]),
        (" ", " ", [Hint.NAME_IS_EMPTY, Hint.READING_IS_EMPTY]),
        ("山田 太郎", "山田 タロウ", [Hint.KANJI_IN_READING]),
        ("佐々木", "ササ々", [Hint.KANJI_IN_READING]),
        ("山田", "Yamada", [Hint.OTHER_SIGNS_IN_READING]),
        ("山田", "山da", [Hint.KANJI_IN_READING, Hint.OTHER_SIGNS_IN_READING]),
        ("山田 太郎", "ヤマダタロウ", [Hint.ANOTHER_NUMBER_OF_PARTS]),
        ("みどり", "ミドリ", []),
        ("みどり", "ミトリ", [Hint.KANA_DIFFER]),
        ("マリー・ルイズ", "マリールイズ", []),
    ],
)
def test_an_implausible_reading_gets_a_hint_and_is_not_refused(name, read, found):
    assert hints(name, read) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斉藤"),
        (TSUJI, "辻"),
        (OLD_GOD, "神"),
        ("さとう", "サトウ"),
        ("ｻﾄｳ", "サトウ"),
        ("キョウコ", "きようこ"),
        ("ガク", "カク"),
        ("パン", "ハン"),
        ("ユーコ", "ユコ"),
        ("みづほ", "ミズホ"),
        ("ちぢみ", "チジミ"),
        ("ＳＭＩＴＨ", "smith"),
        ("José", "JOSE"),
        ("Straße", "strasse"),
        ("山田 太郎", "山田太郎"),
        ("マリー・ルイズ", "マリールイズ"),
        ("㈱届", "(株)届"),
    ],
)
def test_a_search_finds_what_is_meant(one, other):
    assert search_key(one) == search_key(other)
    assert search_key(one)


@pytest.mark.parametrize(
    ("one", "other"), [("渡辺", "渡部"), ("サトウ", "サイトウ"), ("山田", "山口"), ("巌", "岩"), ("カナ", "ハナ")]
)
def test_a_search_does_not_find_another_name(one, other):
    assert search_key(one) != search_key(other)


@given(st.text(), st.text())
def test_part_of_a_name_is_part_of_its_key(one, other):
    whole = search_key(f"{one} {other}")

    assert whole.startswith(search_key(one))


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert search_key(search_key(text)) == search_key(text)


def test_readings_stand_in_the_order_of_a_japanese_index():
    in_order = [
        "",
        "アベ",
        "カアト",
        "カード",
        "カアド",
        "ガアト",
        "キョウコ",
        "キヨウコ",
        "ハシモト",
        "バシモト",
        "パシモト",
        "ハバ",
        "バハ",
        "ハヤシ ワカ",
        "ハヤシダ アイ",
        "ワタナベ",
        "ヲノ",
        "ンダ",
    ]

    shuffled = in_order[::-1]

    assert sorted(shuffled, key=sort_key) == in_order


def test_a_long_sign_without_a_vowel_before_it_is_a_letter():
    assert sort_key("ー") == ("ー", "0", "2")
    assert sort_key("カーー") == ("カアア", "000", "200")


def test_the_parts_of_a_name_are_put_together():
    name = PersonName(
        family="髙橋",
        given=" 花子 ",
        family_reading="たかはし",
        given_reading="ﾊﾅｺ",
        former_family="佐藤",
        former_family_reading="さとう",
    )

    assert (name.whole, name.whole_reading) == ("髙橋 花子", "タカハシ ハナコ")
    assert name.on_paper == "髙橋［佐藤］ 花子"
    assert name.called == "髙橋 花子"


def test_a_name_is_found_by_each_of_its_forms():
    name = PersonName(
        family="金",
        given="美花",
        family_reading="キム",
        given_reading="ミファ",
        former_family="李",
        former_family_reading="イ",
        alias="金田 美花",
        alias_reading="カネダ ミカ",
        roman="KIM Mihwa",
    )

    keys = name.searched_by()

    asked = ("金美花", "キムミファ", "美花 金", "李美花", "イ ミファ", "かねだ みか", "mihwa kim", "KIM MIHWA", "金田")
    assert [each for each in asked if search_key(each) not in keys] == ["金田"]
    assert name.on_paper == "金［李］ 美花（金田 美花）"
    assert name.called == "金田 美花"


def test_one_name_alone_and_a_very_long_one_are_names():
    alone = PersonName(family="SUHARTO", roman="SUHARTO")
    long = PersonName(family="ペドロ・デ・アルカンタラ・" * 40, given="ジョアン・カルロス・" * 40)

    assert (alone.whole, alone.on_paper, alone.searched_by()) == ("SUHARTO", "SUHARTO", frozenset({"suharto"}))
    assert length(long.whole) == 13 * 40 + 10 * 40 + 1


def test_lists_go_by_reading_then_letters_then_the_name():
    names = [
        PersonName(family="渡辺", family_reading="ワタナベ"),
        PersonName(family="SMITH", roman="SMITH"),
        PersonName(family="青木", family_reading="アオキ"),
        PersonName(family="ABE"),
    ]

    assert [each.family for each in sorted(names, key=PersonName.sorted_by)] == ["ABE", "SMITH", "青木", "渡辺"]


def test_people_of_one_reading_stand_by_their_characters():
    one, other = PersonName(family="吾妻", family_reading="アズマ"), PersonName(family="東", family_reading="アズマ")

    assert one.sorted_by()[0] == other.sorted_by()[0]
    assert one.sorted_by() != other.sorted_by()
