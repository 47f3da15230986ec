"""Pure decisions of the desk, by table."""

import pytest

from todoke.civic.emergency.rules.content import cap_facts, level_and_word, outer_rings, slot_values, wordings
from todoke.civic.emergency.rules.differences import sentences, text_difference
from todoke.civic.emergency.rules.evacuation import (
    AreaLevel,
    changes_between,
    levels_that_do_not_fit,
    order_word,
    retired_words_in,
)
from todoke.civic.emergency.rules.notices import action_sentence
from todoke.civic.emergency.rules.preparing import RULES, gravity, official_word
from todoke.civic.emergency.rules.slots import filled, unknown_slots
from todoke.civic.emergency.telegrams import FAMILIES


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ((), ("a", 5, ""), "added"),
        (("a", 3, ""), ("a", 5, ""), "raised"),
        (("a", 5, ""), ("a", 3, ""), "lowered"),
        (("a", 4, ""), ("a", None, "解除"), "lifted"),
        (("a", None, "解除"), ("a", 4, ""), "added"),
        (("a", 4, "避難指示"), ("a", 4, "避難指示"), "same"),
        (("a", 4, "大雨危険警報"), ("a", 4, "土砂災害危険警報"), "renamed"),
    ],
)
def test_what_changes_for_an_area(before, after, change):
    was = [AreaLevel(before[0], "甲", before[1], before[2])] if before else []

    changes = changes_between(was, [AreaLevel(after[0], "甲", after[1], after[2])])

    assert [each.change for each in changes] == [change]


def test_an_area_that_is_no_longer_named_is_told():
    changes = changes_between([AreaLevel("a", "甲", 4), AreaLevel("b", "乙", 3)], [AreaLevel("a", "甲", 4)])

    assert [(each.area.name, each.change) for each in changes] == [("甲", "same"), ("乙", "dropped")]


@pytest.mark.parametrize(
    ("kind", "hazard", "level", "fits"),
    [
        ("evacuation", "", 5, True),
        ("evacuation", "", 3, True),
        ("evacuation", "", 2, False),
        ("evacuation", "", None, False),
        ("evacuation", "tsunami", None, True),
        ("evacuation", "tsunami", 4, False),
        ("weather", "rain", 2, True),
        ("weather", "rain", 1, False),
        ("rumour", "", None, True),
        ("rumour", "", 4, False),
    ],
)
def test_which_levels_fit_a_notice(kind, hazard, level, fits):
    assert (levels_that_do_not_fit(kind, hazard, [AreaLevel("a", "甲", level)]) == []) is fits


def test_a_lifted_area_fits_every_notice():
    assert levels_that_do_not_fit("evacuation", "", [AreaLevel("a", "甲", None, "解除")]) == []


@pytest.mark.parametrize(
    ("level", "hazard", "word"),
    [(5, "", "緊急安全確保"), (4, "", "避難指示"), (3, "", "高齢者等避難"), (2, "", ""), (None, "tsunami", "避難指示")],
)
def test_the_official_word_of_an_order(level, hazard, word):
    assert order_word("evacuation", level, hazard) == word


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("避難勧告を出します", {"避難勧告": "避難指示"}),
        ("避難指示（緊急）を発令", {"避難指示（緊急）": "避難指示"}),
        ("避難準備・高齢者等避難開始", {"避難準備・高齢者等避難開始": "高齢者等避難"}),
        ("避難指示と高齢者等避難", {}),
    ],
)
def test_words_of_before_2021_are_found(text, found):
    assert retired_words_in([text]) == found


def test_a_slot_without_value_takes_its_line_with_it():
    text = filled("{areas}の人へ\n\n開いている避難場所：{shelters}\n\n{contact}", {"areas": "甲町", "contact": "役場"})

    assert text == "甲町の人へ\n\n役場"


def test_unknown_slots_are_found():
    assert unknown_slots("{areas} {wether} {}") == ["wether", ""]


def test_sentences_of_three_languages():
    assert sentences("逃げて。早く！\nStay in. Do not go out.") == ["逃げて。", "早く！", "Stay in.", "Do not go out."]


def test_a_difference_names_each_sentence():
    pieces = text_difference("甲町の人は逃げて。川を見に行かないで。", "乙町の人は逃げて。川を見に行かないで。")

    assert [(piece.change, piece.text) for piece in pieces] == [
        ("removed", "甲町の人は逃げて。"),
        ("added", "乙町の人は逃げて。"),
        ("same", "川を見に行かないで。"),
    ]


@pytest.mark.parametrize(
    ("kind", "level", "lifted", "response", "severity"),
    [
        ("evacuation", 5, False, "Shelter", "Extreme"),
        ("evacuation", 4, False, "Evacuate", "Severe"),
        ("evacuation", 3, False, "Prepare", "Moderate"),
        ("evacuation", None, True, "AllClear", "Minor"),
        ("weather", 4, False, "Prepare", "Severe"),
        ("tsunami", None, False, "Evacuate", "Extreme"),
        ("rumour", None, False, "Monitor", "Unknown"),
    ],
)
def test_the_fields_of_cap(kind, level, lifted, response, severity):
    facts = cap_facts(kind, "甲", level, is_lifted=lifted)

    assert (facts.response_type, facts.severity) == (response, severity)


def test_the_slots_tell_the_highest_level_first():
    areas = [
        AreaLevel("a", "甲", 3, "大雨警報"),
        AreaLevel("b", "乙", 5, "大雨特別警報"),
        AreaLevel("c", "丙", 5, "大雨特別警報"),
    ]

    values = slot_values("ja", areas, {"a": "甲", "b": "乙", "c": "丙"}, {})

    assert values["warning"] == "警戒レベル5 大雨特別警報"
    assert values["areas"] == "乙、丙"
    assert values["area_lines"] == "警戒レベル5 大雨特別警報：乙、丙\n警戒レベル3 大雨警報：甲"


def test_an_order_of_several_levels_tells_each_area_what_to_do():
    areas = [AreaLevel("a", "甲", 4, "避難指示"), AreaLevel("b", "乙", 3, "高齢者等避難")]

    values = slot_values("ja", areas, {"a": "甲", "b": "乙"}, {})

    assert values["area_lines"].split("\n") == [
        "警戒レベル4 避難指示：甲",
        action_sentence(4, "ja"),
        "警戒レベル3 高齢者等避難：乙",
        action_sentence(3, "ja"),
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "警戒レベル4 避難指示"),
        ("en", "Level 4 Evacuation Order"),
        ("ja-easy", "警戒（けいかい）レベル4 避難指示（ひなん しじ）"),
    ],
)
def test_level_and_word_stand_together(language, words):
    assert level_and_word(4, "避難指示", language) == words


def test_an_outline_is_simplified_and_never_vanishes():
    tiny = {"type": "Polygon", "coordinates": [[[136, 36], [136.0002, 36], [136.0002, 36.0002], [136, 36]]]}

    rings = outer_rings(tiny)

    assert len(rings) == 1
    assert rings[0][0] == rings[0][-1]
    assert outer_rings(None) == ()


def test_a_language_without_title_is_left_out():
    spoken = wordings(
        {"ja": {"title": "題", "body": "文", "short": ""}, "en": {"title": " ", "body": "x", "short": ""}}
    )

    assert [(wording.language, wording.short) for wording in spoken] == [("ja", "題")]


@pytest.mark.parametrize(
    ("family", "level", "code", "name", "worth"),
    [
        ("jma.rain", 2, "10", "レベル２大雨注意報", True),
        ("jma.rain", None, "", "", False),
        ("jma.wind", None, "05", "暴風警報", True),
        ("jma.wind", None, "15", "強風注意報", False),
        ("jma.quake", None, "5-", "震度５弱", True),
        ("jma.quake", None, "4", "震度４", False),
        ("jma.tsunami", None, "62", "津波注意報", True),
        ("jma.tsunami", None, "71", "津波予報（若干の海面変動）", False),
    ],
)
def test_which_warnings_are_worth_a_draft(family, level, code, name, worth):
    assert RULES[family].worth(level, code, name) is worth


def test_every_family_either_prepares_or_is_left_to_the_time_line_on_purpose():
    left = {family.key for family in FAMILIES} - RULES.keys()

    assert left == {"jma.tsunami-news", "jma.prompt-news", "jma.eruption"}


def test_the_graver_of_two_warnings_without_level():
    names = ["津波注意報", "大津波警報", "津波警報"]

    assert sorted(names, key=lambda name: gravity(None, name), reverse=True) == ["大津波警報", "津波警報", "津波注意報"]


@pytest.mark.parametrize(
    ("kind", "word"),
    [("レベル５大雨特別警報", "大雨特別警報"), ("大津波警報：発表", "大津波警報"), ("暴風警報", "暴風警報")],
)
def test_the_name_of_a_warning_without_its_level(kind, word):
    assert official_word(kind) == word
