"""What the check says about one place of a text."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Rule(StrEnum):
    """The rules, by the guideline's order; `docs/running/plain-japanese.md` has the source of each."""

    SENTENCE_LENGTH = "sentence-length"
    ONE_THOUGHT = "one-thought"
    TEXT_LENGTH = "text-length"
    DOUBLE_NEGATION = "double-negation"
    PASSIVE = "passive"
    CAUSATIVE = "causative"
    SENTENCE_ENDING = "sentence-ending"
    NOUN_CHAIN = "noun-chain"
    LOANWORD = "loanword"
    ROMAN_LETTERS = "roman-letters"
    ONOMATOPOEIA = "onomatopoeia"
    HARD_WORD = "hard-word"
    OFFICE_WORD = "office-word"
    READING = "reading"
    KANJI_AMOUNT = "kanji-amount"
    ERA_YEAR = "era-year"
    DATE_FORM = "date-form"
    TIME_FORM = "time-form"
    SIGN = "sign"
    HONORIFIC = "honorific"


NAMES: dict[Rule, Words] = {
    Rule.SENTENCE_LENGTH: _("文の長さ"),
    Rule.ONE_THOUGHT: _("一つの文に一つのこと"),
    Rule.TEXT_LENGTH: _("全体の長さ"),
    Rule.DOUBLE_NEGATION: _("二重否定"),
    Rule.PASSIVE: _("受身"),
    Rule.CAUSATIVE: _("使役"),
    Rule.SENTENCE_ENDING: _("文の終わり方"),
    Rule.NOUN_CHAIN: _("名詞の連なり"),
    Rule.LOANWORD: _("外来語・略語"),
    Rule.ROMAN_LETTERS: _("ローマ字"),
    Rule.ONOMATOPOEIA: _("擬音語・擬態語"),
    Rule.HARD_WORD: _("説明が要る言葉"),
    Rule.OFFICE_WORD: _("役所の言葉"),
    Rule.READING: _("ふりがな"),
    Rule.KANJI_AMOUNT: _("漢字の量"),
    Rule.ERA_YEAR: _("元号の年"),
    Rule.DATE_FORM: _("日付の書き方"),
    Rule.TIME_FORM: _("時刻の書き方"),
    Rule.SIGN: _("記号"),
    Rule.HONORIFIC: _("敬語"),
}


@dataclass(frozen=True)
class Finding:
    """A place that a rule stumbles over, and what could stand there.

    `where` is (start, end) in the text as given, readings included. `says` tells what is hard about it, `suggestion`
    what to do. `replacement` is the text to put there; None when only the writer knows how to say it.
    """

    rule: Rule
    where: tuple[int, int]
    says: Words
    suggestion: Words
    replacement: str | None = None

    @property
    def name(self) -> Words:
        """The rule's name for the screen."""
        return NAMES[self.rule]
