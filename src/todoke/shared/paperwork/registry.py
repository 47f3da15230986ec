"""What other rooms may plug in: a kind of field."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random
from typing import Any, Protocol

from todoke.base.registry import Registry
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.types import Fault, Raw, Read, Sensitivity, Text, Trouble, Value, is_blank


class Look(StrEnum):
    """How a box is drawn."""

    LINE = "line"
    AREA = "area"
    SELECT = "select"
    RADIO = "radio"
    TICK = "tick"
    TICKS = "ticks"
    FILE = "file"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Choice:
    """One thing to choose: the value that is kept, and its words."""

    value: str
    words: Text


@dataclass(frozen=True)
class Box:
    """One control of a field. `part` names it within the field; "" where it is the only one.

    `autocomplete` and `input_mode` are those of HTML (WCAG 1.3.5). No box has a maximal length in the browser: nothing
    that somebody pastes is cut off unseen.
    """

    part: str = ""
    label: Text = ""
    look: Look = Look.LINE
    hint: Text = ""
    choices: tuple[Choice, ...] = ()
    input_mode: str = ""
    autocomplete: str = ""
    type: str = "text"
    width: int = 0
    after: Text = ""
    language: str = ""
    spellcheck: bool = True


@dataclass(frozen=True)
class Act:
    """A button inside a field that keeps every entry and answers with the same page, changed."""

    name: str
    words: Text


@dataclass(frozen=True)
class Column:
    """One flat column of an export: its name after the question's key, and its heading."""

    name: str
    heading: Text


@dataclass(frozen=True)
class Setting:
    """One thing that a builder can choose for a question of this kind; `FieldKind.faults` checks it.

    `is_on`: a flag that holds where a question says nothing of it.
    """

    name: str
    words: Text
    type: str  # "whole", "decimal", "text", "flag", "words", "choices", "one-of", "questions", "date", "computed"
    options: tuple[Choice, ...] = ()
    needed: bool = False
    is_on: bool = False


class FieldKind(ABC):
    """A kind of field: how it is asked, read, kept, shown, exported, reckoned with and tried out.

    Obligations: `read` never raises, whatever text comes in, and takes no clock, no database and no network (a table
    shipped with the house is none); `read(raw_of(value))` gives `value` back for every value of `generate`; values are
    those that JSON knows. Nothing is ever dropped: what was typed is kept beside what was read, by the caller.

    Example: a kind “number of a dog's licence” has one box with `input_mode="numeric"`, reads full-width digits too,
    says “5桁の数字で書いてください。” when it cannot, and shows its number as it is on the tag.
    """

    key: str
    name: Text
    # False for what only tells something: an explanation, a computed value.
    asks: bool = True
    sensitivity: Sensitivity = Sensitivity.OPEN
    # Boxes that the house fills by itself; what a browser posts for them is not believed.
    held: frozenset[str] = frozenset()
    settings: tuple[Setting, ...] = ()

    @abstractmethod
    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """The controls in the order of the page. `raw` is what has been typed so far."""

    @abstractmethod
    def parse(self, raw: Raw, question: Question) -> Read:
        """What was typed, read; only called when something was. Called for half-filled groups of boxes, too."""

    @abstractmethod
    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """What somebody would type for this value: for answers that are carried over or come from a register."""

    @abstractmethod
    def words(self, value: Value, question: Question) -> str:
        """The value as a sentence or word for people, in the active language; lines are parted by newlines."""

    @abstractmethod
    def generate(self, random: Random, question: Question) -> Value:
        """A value that this question would accept, for tests and trial runs; never one of a real person."""

    def read(self, raw: Raw, question: Question) -> Read:
        """None where nothing was typed, otherwise what `parse` makes of it."""
        return Read() if self.is_blank(raw) else self.parse(raw, question)

    def check(self, value: Value, question: Question, today: date) -> Sequence[Trouble]:  # noqa: ARG002 - for dates
        """What is wrong with a value on this day: a birth in the future, a wish for yesterday."""
        return ()

    def is_blank(self, raw: Raw) -> bool:
        """Whether nothing was answered. Boxes that are filled in advance do not count as an answer."""
        return is_blank(raw)

    def sensitivity_of(self, question: Question) -> Sensitivity:  # noqa: ARG002 - for kinds that hold others
        """How an answer to this question is kept, unless the question asks for more care."""
        return self.sensitivity

    def may_hold_twelve_digits(self, question: Question, part: str) -> bool:  # noqa: ARG002 - likewise
        """Whether a box is spared the search for My Numbers: of random twelve digits one in ten passes its check."""
        return False

    def acts(self, question: Question, raw: Raw) -> Sequence[Act]:  # noqa: ARG002 - for kinds that have some
        """The buttons inside the field."""
        return ()

    def act(self, name: str, raw: Raw, question: Question) -> Raw:  # noqa: ARG002 - likewise
        """What stands in the boxes after this button was pressed. An unknown button changes nothing."""
        return raw

    def columns(self, question: Question) -> Sequence[Column]:  # noqa: ARG002 - likewise
        """The flat columns of an export; one with the value, unless a kind has more."""
        return (Column("", ""),)

    def flat(self, value: Value, question: Question) -> Sequence[str]:  # noqa: ARG002 - likewise
        """The value in these columns; empty texts for None."""
        return ("" if value is None else str(value),)

    def index(self, value: Value) -> str | None:
        """The text under which a searchable answer is found again."""
        return None if value is None else str(value)

    def reckoned(self, question: Question) -> Any:  # noqa: ARG002 - likewise
        """The `Name` under which formulas know the answer (base/formulas), or None where they cannot use it."""
        return None

    def for_formula(self, value: Value, question: Question) -> Any:  # noqa: ARG002 - likewise
        """The value as formulas take it; None for “not answered”."""
        return value

    def faults(self, question: Question) -> Sequence[Fault]:  # noqa: ARG002 - likewise
        """What is wrong with a question's own settings, for the member of staff who builds the form."""
        return ()

    def inner(self, question: Question) -> Sequence[Question]:  # noqa: ARG002 - likewise
        """The questions inside this one: of a repeating group."""
        return ()

    @property
    def template(self) -> str:
        """The template that draws the field."""
        return "paperwork/field.html"


class Intake(Protocol):
    """Whoever takes files in: looks at them, cleans them, keeps them. The first one that is registered is asked.

    Returns {"file": its opaque key, "name": …, "size": bytes, "type": media type}, or the sentence why it was refused.
    """

    @property
    def key(self) -> str: ...

    def take_in(self, file: Any, response: Any) -> Mapping[str, Any] | Text:
        """Keep this uploaded file for this response (`models.Response`), or say why not."""


intakes: Registry[Intake] = Registry("paperwork.intakes")
field_kinds: Registry[FieldKind] = Registry("paperwork.field-kinds")
