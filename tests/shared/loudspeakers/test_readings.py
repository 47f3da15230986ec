"""Readings: what may stand in the dictionary, and a script that a person can read aloud."""

import pytest

from todoke.shared.loudspeakers.readings import (
    dictionary_rows,
    katakana,
    merged,
    morae,
    trouble_with,
    with_readings,
    words_from,
)
from todoke.shared.loudspeakers.types import Word


@pytest.mark.parametrize(
    ("surface", "reading", "accent", "trouble"),
    [
        ("閖上", "ゆりあげ", 0, None),
        ("閖上", "ユリアゲ", 4, None),
        ("桜台一丁目", "さくらだい いっちょうめ", 0, None),
        ("谷", "たに", 0, "surface"),
        ("", "たに", 0, "surface"),
        ("山 下", "やました", 0, "surface"),
        ("閖上", "", 0, "reading"),
        ("閖上", "yuriage", 0, "reading"),
        ("閖上", "閖上", 0, "reading"),
        ("閖上", "ーあげ", 0, "reading"),
        ("閖上", "ゆりあげ", 5, "accent"),
    ],
)
def test_what_may_stand_in_the_dictionary(surface, reading, accent, trouble):
    assert trouble_with(surface, reading, accent) == trouble


def test_katakana_takes_blanks_out():
    assert katakana("さくらだい いっちょうめ") == "サクラダイイッチョウメ"


@pytest.mark.parametrize(
    ("kana", "beats"), [("ユリアゲ", 4), ("オシャマンベ", 5), ("クッチャン", 4), ("トーキョー", 4)]
)
def test_morae_count_beats_and_not_letters(kana, beats):
    assert morae(kana) == beats


def test_the_citys_own_file_wins_over_the_list_of_areas():
    areas, city = words_from([("放出", "ほうしゅつ")]), [Word("放出", "ハナテン", 2)]

    assert merged(areas, city) == {"放出": Word("放出", "ハナテン", 2)}


def test_names_that_cannot_be_words_are_left_out():
    assert words_from([("谷", "たに"), ("閖上", ""), ("雄勝", "おがつ")]) == [Word("雄勝", "オガツ")]


def test_the_rows_of_the_dictionary_are_always_the_same():
    words = merged([Word("閖上", "ユリアゲ", 2), Word("A地区", "エーチク")])

    assert dictionary_rows(words) == (
        "Ａ地区,,,-9999,名詞,固有名詞,地域,一般,*,*,Ａ地区,エーチク,エーチク,0/4,*\n"
        "閖上,,,-9999,名詞,固有名詞,地域,一般,*,*,閖上,ユリアゲ,ユリアゲ,2/4,*\n"
    )


def test_a_reader_gets_each_name_with_its_reading():
    words = merged(words_from([("澄瀬", "すみせ"), ("澄瀬地区", "すみせちく")]))

    assert with_readings("澄瀬地区と澄瀬の方", words) == "澄瀬地区（すみせちく）と澄瀬（すみせ）の方"


def test_a_text_without_known_names_stays_as_it_is():
    assert with_readings("避難してください。", {}) == "避難してください。"
