"""The lists hold what they promise, and what they say is itself やさしい日本語."""

import pytest

from todoke.base.plain_japanese import Rule, findings
from todoke.base.plain_japanese.vocabulary import hard_words, replacements

LISTS = ("office", "honorific", "loanword", "onomatopoeia")


def test_there_are_words_enough_and_each_says_where_it_is_from() -> None:
    words = hard_words()

    assert len(words) >= 150
    assert all(word.source and word.meaning and word.reading for word in words.values())
    assert {"避難所", "余震", "津波", "炊き出し", "罹災証明書"} <= set(words)


@pytest.mark.parametrize("name", LISTS)
def test_what_stands_for_a_word_has_its_readings_and_is_on_no_list(name: str) -> None:
    bad = {Rule.READING, Rule.OFFICE_WORD, Rule.HONORIFIC, Rule.LOANWORD, Rule.ONOMATOPOEIA, Rule.HARD_WORD}

    faults = {
        word: [each.rule for each in findings(text) if each.rule in bad] for word, text in replacements(name).items()
    }

    assert {word: found for word, found in faults.items() if found} == {}


def test_an_explanation_has_its_readings_and_needs_none_itself() -> None:
    bad = {Rule.READING, Rule.OFFICE_WORD, Rule.HONORIFIC, Rule.LOANWORD, Rule.ONOMATOPOEIA, Rule.HARD_WORD}

    faults = {
        word.word: [each.rule for each in findings(word.meaning) if each.rule in bad] for word in hard_words().values()
    }

    assert {word: found for word, found in faults.items() if found} == {}
