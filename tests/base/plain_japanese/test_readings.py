import pytest

from todoke.base.plain_japanese import with_readings


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("避難所", "避難所（ひなんじょ）"),
        ("4月1日", "4月（がつ）1日（ついたち）"),
        ("4月11日", "4月（がつ）11日（にち）"),
        ("1日に 3回", "1日（にち）に 3回（かい）"),
        ("10分と 5分", "10分（ぷん）と 5分（ふん）"),
        ("1人と 3人", "1人（ひとり）と 3人（にん）"),
        ("受け取り", "受（う）け取（と）り"),
        ("お年寄り", "お年寄（としよ）り"),
        ("大きい川", "大（おお）きい川（かわ）"),
        ("{areas}の 人", "{areas}の 人（ひと）"),
        ("ひらがな", "ひらがな"),
    ],
)
def test_a_reading_stands_behind_its_kanji(text: str, read: str) -> None:
    assert with_readings(text) == read


def test_the_citys_own_names_go_before_the_dictionary() -> None:
    places = {"附馬牛町": "ツキモウシチョウ", "字": "あざ"}

    assert with_readings("附馬牛町 字大橋", places) == "附馬牛町（つきもうしちょう） 字（あざ）大橋（おおはし）"


def test_what_has_its_reading_keeps_it() -> None:
    text = "今日（きょう）は 市役所（しやくしょ）へ 行って ください。"

    assert with_readings(text) == "今日（きょう）は 市役所（しやくしょ）へ 行（い）って ください。"


def test_an_explanation_is_not_read() -> None:
    text = "余震（よしん）＜後で 来る＞です。"

    assert with_readings(text) == text
