"""Every rule, by the examples of the guideline and by what must not be taken for a fault."""

import pytest

from todoke.base.plain_japanese import Finding, Rule, findings, mended, with_readings
from todoke.base.plain_japanese.vocabulary import without_readings


def found(text: str, rule: Rule) -> list[str]:
    """The places of the text over which one rule stumbles."""
    return [text[slice(*each.where)] for each in findings(text) if each.rule == rule]


def put(text: str, rule: Rule) -> list[str]:
    return [
        without_readings(each.replacement)
        for each in findings(text)
        if each.rule == rule and each.replacement is not None
    ]


def test_the_guidelines_notice_becomes_plain() -> None:
    notice = "令和8年4月1日(水) 9:00〜17:15に窓口にて申請書をご提出ください。"

    plain = without_readings(mended(notice))

    assert "2026年4月1日 水曜日" in plain
    assert "午前9時から 午後5時15分まで" in plain
    assert plain.endswith("を出して ください。")
    assert "窓口で" in plain


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("令和8年", "2026年"),
        ("令和元年", "2019年"),
        ("平成31年", "2019年"),
        ("昭和64年", "1989年"),
        ("大正15年", "1926年"),
        ("明治45年", "1912年"),
        ("令和８年度", "2026年度"),
        ("令和（れいわ）8年（ねん）", "2026年"),
        ("R8.4.1", "2026年4月1日"),
    ],
)
def test_a_year_of_an_era_becomes_a_western_one(text: str, year: str) -> None:
    assert put(text, Rule.ERA_YEAR) == [year]


def test_a_year_of_an_era_may_stand_beside_the_western_one() -> None:
    assert found("令和8年（2026年）4月1日", Rule.ERA_YEAR) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3/10", "3月10日"),
        ("2026/4/1", "2026年4月1日"),
        ("2026-04-01", "2026年4月1日"),
        ("2026.12.31", "2026年12月31日"),
    ],
)
def test_a_date_in_strokes_becomes_month_and_day(text: str, date: str) -> None:
    assert put(text, Rule.DATE_FORM) == [date]


@pytest.mark.parametrize(
    "text", ["3月10日", "13/10", "3/32", "https://city.example.jp/3/10", "022-123-4567", "1/2/3/4"]
)
def test_what_is_no_date_in_strokes_is_left(text: str) -> None:
    assert found(text, Rule.DATE_FORM) == []


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10:00〜", "午前10時から"),
        ("〜17:15", "午後5時15分まで"),
        ("9:00〜17:15", "午前9時から 午後5時15分まで"),
        ("9：00～12：00", "午前9時から 昼の 12時まで"),
        ("13時30分", "午後1時30分"),
        ("13時半", "午後1時30分"),
        ("9時", "午前9時"),
        ("0:30", "午前0時30分"),
        ("24:00", "夜の 12時"),
        ("17時（じ）に 終（お）わります", "午後5時"),
    ],
)
def test_a_time_says_morning_or_afternoon(text: str, time: str) -> None:
    assert put(text, Rule.TIME_FORM) == [time]


@pytest.mark.parametrize(
    "text", ["午前9時", "午後（ごご） 5時（じ）15分（ふん）", "24時間（じかん）", "昼（ひる）の 12時（じ）"]
)
def test_a_time_that_says_its_half_of_the_day_is_left(text: str) -> None:
    assert found(text, Rule.TIME_FORM) == []


@pytest.mark.parametrize(
    "text",
    [
        "できないわけではありません。",
        "できない わけでは ないです。",
        "行けなくはない。",
        "使えないことはありません。",
        "危なくないとは言えません。",
        "避難せざるを得ません。",
    ],
)
def test_a_double_negation_is_found(text: str) -> None:
    assert len(found(text, Rule.DOUBLE_NEGATION)) == 1


@pytest.mark.parametrize(
    "text", ["できません。", "あぶなくないです。", "なにも ないです。", "行かなければ なりません。"]
)
def test_a_single_negation_is_none(text: str) -> None:
    assert found(text, Rule.DOUBLE_NEGATION) == []


@pytest.mark.parametrize("length", [40, 41])
def test_a_sentence_has_forty_letters_and_no_more(length: int) -> None:
    sentence = "あ" * (length - 2) + "です。"[:2] + "。"

    assert len(found(sentence, Rule.SENTENCE_LENGTH)) == (0 if length == 40 else 1)


def test_readings_explanations_and_spaces_do_not_make_a_sentence_long() -> None:
    sentence = "避難所（ひなんじょ）＜みんなが 逃（に）げる ところ＞に " + "あ " * 30 + "。"

    assert found(sentence, Rule.SENTENCE_LENGTH) == []


def test_a_sentence_has_one_thought() -> None:
    assert found("雨が ふりますが、行きます。", Rule.ONE_THOUGHT) == []
    assert found("雨が ふりますが、大切なので、行きます。", Rule.ONE_THOUGHT) == ["ので、"]


@pytest.mark.parametrize("text", ["窓は 開けられています。", "水が 止められます。", "書類が 使用されます。"])
def test_a_passive_is_found(text: str) -> None:
    assert len(found(text, Rule.PASSIVE)) == 1


@pytest.mark.parametrize("text", ["流れます。", "遅れます。", "こわれます。", "逃げて ください。"])
def test_a_verb_that_ends_like_a_passive_is_none(text: str) -> None:
    assert found(text, Rule.PASSIVE) == []


def test_a_causative_is_found_and_telling_is_none() -> None:
    assert found("子どもに 読ませます。", Rule.CAUSATIVE) == ["読ませ"]
    assert found("電話で 知らせます。", Rule.CAUSATIVE) == []


@pytest.mark.parametrize("text", ["すぐに 逃げる。", "土砂災害のおそれがあります。", "ご協力をお願いします。"])
def test_a_sentence_that_ends_otherwise_is_found(text: str) -> None:
    assert len(found(text, Rule.SENTENCE_ENDING)) == 1


@pytest.mark.parametrize(
    "text", ["逃げて ください。", "雨です。", "見ましたか？", "市からの お知らせ", "「だいじょうぶです」。"]
)
def test_a_polite_sentence_or_a_heading_is_left(text: str) -> None:
    assert found(text, Rule.SENTENCE_ENDING) == []


def test_four_nouns_in_a_row_are_a_chain() -> None:
    assert found("災害対策本部会議です。", Rule.NOUN_CHAIN) == ["災害対策本部会議"]
    assert found("市の 会議です。", Rule.NOUN_CHAIN) == []


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("避難所", "みんなが 逃げる ところ"),
        ("余震", "後で 来る 地震"),
        ("津波", "とても 高い 波"),
        ("炊き出し", "温かい 食べ物を 作って 配る"),
    ],
)
def test_an_important_word_is_kept_and_explained_as_the_guideline_does(word: str, meaning: str) -> None:
    assert put(f"{word}です。", Rule.HARD_WORD) == [f"{word}＜{meaning}＞"]


@pytest.mark.parametrize(
    "text",
    [
        "余震（よしん）＜後（あと）で 来（く）る 地震（じしん）＞に 気をつけて ください。",
        "余震<後で 来る 地震>です。",
        "余震（よしん＝後で 来る 地震）です。",
        "余震です。余震（よしん）は、後で 来る 地震の ことです。",
        "「余震」とは 後で 来る 地震です。",
        "後で 来る 地震（余震）です。",
        "余震（よしん）は 後（あと）で 来（く）る 地震（じしん）です。",
        "余震：大きい 地震の 後に 来る 地震",
    ],
)
def test_a_word_that_is_explained_is_left(text: str) -> None:
    assert found(text, Rule.HARD_WORD) == []


def test_a_word_is_asked_to_be_explained_once() -> None:
    assert found("避難所です。避難所です。", Rule.HARD_WORD) == ["避難所"]


def test_the_longer_word_goes_before_the_shorter() -> None:
    assert found("避難指示です。", Rule.HARD_WORD) == ["避難指示"]


def test_nothing_is_put_into_the_middle_of_a_longer_word() -> None:
    within = [each for each in findings("避難所運営です。") if each.rule == Rule.HARD_WORD]

    assert [each.replacement for each in within] == [None]
    assert "避難所" in str(within[0].suggestion)


def test_the_offices_verbs_become_everyday_ones_in_their_form() -> None:
    assert put("体育館を 使用できません。", Rule.OFFICE_WORD) == ["使う ことが できません"]
    assert put("書類を 提出してください。", Rule.OFFICE_WORD) == ["出して ください"]
    assert put("市役所へ 来庁しない。", Rule.OFFICE_WORD) == ["市役所に 来ない"]


def test_honorifics_loanwords_and_sounds_are_found() -> None:
    assert put("ご飯を 召し上がる。", Rule.HONORIFIC) == ["食べる"]
    assert put("キャンセルです。", Rule.LOANWORD) == ["やめる こと"]
    assert put("ぐらぐら ゆれます。", Rule.ONOMATOPOEIA) == ["大きく"]


def test_a_loanword_within_a_longer_one_is_left() -> None:
    assert found("ルートビアと アンケートボックスです。", Rule.LOANWORD) == []


def test_latin_letters_are_for_names_alone() -> None:
    assert found("LINEで 送ります。 {areas} %(name)s", Rule.ROMAN_LETTERS) == []
    assert found("Weather を 見て ください。", Rule.ROMAN_LETTERS) == ["Weather"]


def test_signs_are_said_in_words() -> None:
    assert put("3〜5人です。", Rule.SIGN) == ["3から 5まで"]
    assert found("月曜/火曜 ※雨 東京〜大阪", Rule.SIGN) == ["/", "※", "〜"]
    assert found("3/10 10:00〜", Rule.SIGN) == []


def test_kanji_are_counted_and_fewer_in_a_disaster() -> None:
    few = "大川の水が道に来ます。"
    many = "市民税県民税固定資産税等納付期限"

    assert found(many, Rule.KANJI_AMOUNT) == [many]
    assert found(few, Rule.KANJI_AMOUNT) == []
    assert any(each.rule == Rule.KANJI_AMOUNT for each in findings(few, disaster=True))


def test_a_text_has_one_sheet() -> None:
    assert found("です。" * 334, Rule.TEXT_LENGTH) == ["です。" * 334]
    assert found("です。" * 333, Rule.TEXT_LENGTH) == []


def test_a_finding_says_what_is_wrong_and_what_to_do() -> None:
    (finding,) = [each for each in findings("令和8年") if each.rule == Rule.ERA_YEAR]

    assert finding == Finding(Rule.ERA_YEAR, (0, 4), "元号の年は、西暦で書きます。", "2026年（ねん）", "2026年（ねん）")
    assert str(finding.name) == "元号の年"


def test_a_text_with_readings_needs_none() -> None:
    text = (
        "緊急（きんきゅう）の お知（し）らせは 受け付け（うけつけ）で 4月（がつ）1日（ついたち）に 配（くば）ります。"
    )

    assert found(text, Rule.READING) == []
    assert with_readings(text) == text
