"""The check itself: every rule over one text, and what becomes of the text when its suggestions are taken."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from todoke.base.plain_japanese import morphology
from todoke.base.plain_japanese.finding import Finding, Rule
from todoke.base.plain_japanese.readings import unread_words
from todoke.base.plain_japanese.rules.dates import date_findings, era_findings, time_findings
from todoke.base.plain_japanese.rules.grammar import grammar_findings
from todoke.base.plain_japanese.rules.sentences import (
    ending_findings,
    kanji_amount_findings,
    length_findings,
    negation_findings,
)
from todoke.base.plain_japanese.rules.signs import sign_findings
from todoke.base.plain_japanese.rules.words import roman_findings, word_findings
from todoke.base.plain_japanese.text import Text

# What must be right in every text of the house; the other rules are a matter of taste and of the reader.
MUST_HOLD = frozenset({
    Rule.ERA_YEAR, Rule.DATE_FORM, Rule.TIME_FORM, Rule.DOUBLE_NEGATION, Rule.HARD_WORD, Rule.SENTENCE_LENGTH,
})  # fmt: skip


def findings(text: str, *, places: Mapping[str, str] | None = None, disaster: bool = False) -> tuple[Finding, ...]:
    """What the rules for やさしい日本語 stumble over, in the order of the text.

    `places` are names with their readings, as in `with_readings`; `disaster` asks for the fewer kanji of the first
    hours. Never raises, whatever the text. Source: 在留支援のためのやさしい日本語ガイドライン
    (出入国在留管理庁・文化庁, 2020); which numbers are ours stands in docs/running/plain-japanese.md.
    """
    read = Text(text)
    return tuple(sorted(_found(read, places, disaster=disaster), key=lambda each: (each.where, each.rule)))


def _found(text: Text, places: Mapping[str, str] | None, *, disaster: bool) -> Iterator[Finding]:
    timely = [*era_findings(text), *date_findings(text), *time_findings(text)]
    better_said = [*timely, *sign_findings(text, [each.where for each in timely]), *word_findings(text)]
    yield from better_said
    yield from roman_findings(text)
    yield from length_findings(text)
    yield from negation_findings(text)
    yield from ending_findings(text)
    yield from kanji_amount_findings(text, disaster=disaster)
    yield from grammar_findings(text)
    replaced = [each.where for each in better_said if each.replacement is not None]
    for word in unread_words(text, places):
        if any(begin <= word.begin and word.end <= end for begin, end in replaced):
            continue  # what is put there brings its reading along
        put = word.read if word.read != text.original[word.begin : word.end] else None
        suggestion = put or _("読み方を（）で付けてください。")
        yield Finding(Rule.READING, (word.begin, word.end), _("ふりがながありません。"), suggestion, put)


def mended(text: str, *, places: Mapping[str, str] | None = None, disaster: bool = False) -> str:
    """The text with every suggestion taken that can be put in its place: a proposal, which a person accepts or mends.

    Every step leaves fewer findings than before; what would not is left as it was. A second time changes nothing.
    """
    while True:
        found = findings(text, places=places, disaster=disaster)
        for candidate in _candidates(text, found):
            if len(findings(candidate, places=places, disaster=disaster)) < len(found):
                text = candidate
                break
        else:
            return text


def _candidates(text: str, found: tuple[Finding, ...]) -> Iterator[str]:
    """All suggestions at once, then those of one rule: some twenty tries at most, whatever the text."""
    replacing = [each for each in found if each.replacement is not None]
    if replacing:
        yield applied(text, tuple(replacing))
    for rule in sorted({each.rule for each in replacing}):
        yield applied(text, tuple(each for each in replacing if each.rule == rule))


def applied(text: str, chosen: tuple[Finding, ...]) -> str:
    """The text with these suggestions in their places; of two that overlap the first and longest counts."""
    end = 0
    pieces: list[str] = []
    for each in sorted(chosen, key=lambda one: (one.where[0], -one.where[1])):
        if each.replacement is not None and each.where[0] >= end:
            pieces += [text[end : each.where[0]], each.replacement]
            end = each.where[1]
    return "".join([*pieces, text[end:]])


def note() -> str:
    """Why a part of the rules was not asked, for the screen; empty when all of them were."""
    if morphology.is_there():
        return ""
    return gettext(
        "文法の辞書（SudachiPy、SudachiDict-core）がないため、受身・使役・名詞の連なりは調べていません。ふりがなの案も一部だけです。"
    )
