"""What a formula speaks about: kinds of values, names with their words, and the circumstances of a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# One text for every language, or a text by language (`ja`, `ja-easy`, `en` …), as the label of a question has it.
Words = str | Promise | Mapping[str, str]
Number = int | Decimal

# The limits of a formula. With them its cost is known before it runs (`Formula.steps_max`).
NODES_MAX = 500
DEPTH_MAX = 20
LETTERS_MAX = 500
TABLE_ROWS_MAX = 500
TABLE_COLUMNS_MAX = 4
ROWS_MAX = 200
OPEN_DAYS_MAX = 250
OPEN_DAYS_LOOKED_AT_MAX = 750

# A number is a decimal below 10^15 with at most nine decimals where it is written, and 28 digits where it is reckoned.
NUMBER_MAX = Decimal(10) ** 15


class Kind(StrEnum):
    """The kinds of values. A CHOICE is one key of several, CHOICES any of them, ROWS the entries of a group."""

    TRUTH = "truth"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    ROWS = "rows"


KIND_WORDS: dict[Kind, Promise] = {
    Kind.TRUTH: _("はい・いいえ"),
    Kind.NUMBER: _("数"),
    Kind.MONEY: _("金額"),
    Kind.TEXT: _("文字"),
    Kind.DATE: _("日付"),
    Kind.CHOICE: _("一つ選ぶ項目"),
    Kind.CHOICES: _("いくつか選ぶ項目"),
    Kind.ROWS: _("繰り返しの項目"),
}


@dataclass(frozen=True)
class Name:
    """What a formula may speak about: a key (`applicant.birth_date`), its kind, and the words for people.

    `choices`: keys and words of a CHOICE or CHOICES. `inner`: the names of one entry of ROWS. `least`, `most`: the
    bounds that the question keeps, both included; with them the judge says more. `whole`: a NUMBER without decimals.
    """

    key: str
    kind: Kind
    words: Words
    choices: Mapping[str, Words] = field(default_factory=dict)
    inner: "Scope | None" = None
    least: Number | date | None = None
    most: Number | date | None = None
    whole: bool = False


Scope = Mapping[str, Name]


@dataclass(frozen=True)
class Circumstances:
    """What a formula may know of the world: the date in Japan, and on which days the office is open."""

    today: date
    is_open: Callable[[date], bool]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a formula: `path` into its document (`/of/0/table`), and a sentence for staff."""

    path: str
    says: str | Promise

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.says}"


class Unsound(Exception):
    """A formula cannot be used. Each fault has its place; show them beside the builder's parts."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(_("式に直すところがあります。"))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return " ".join(str(fault) for fault in self.faults)


def said(words: Words) -> str:
    """The words in the active language, else in Japanese, else as they are."""
    if not isinstance(words, Mapping):
        return str(words)
    language = get_language() or "ja"
    return words.get(language) or words.get("ja") or next(iter(words.values()), "")
