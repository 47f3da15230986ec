"""Words shared with whoever asks something: what was typed, what was read from it, what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import get_language

# What was posted for one question: the name of each box ("" where there is one alone) and what stood in it. Kept to the
# letter, whatever becomes of it.
Raw: TypeAlias = Mapping[str, Sequence[str]]

# What was read: None, or values that JSON knows. Each kind of field says what its own look like.
Value: TypeAlias = Any

# Formulas, settings and definitions as they stand in a form's JSON.
Json: TypeAlias = Any


class Sentence:
    """A sentence that another tool makes, put into the language of whoever reads it."""

    def __init__(self, told: object) -> None:
        self._told = told

    def __str__(self) -> str:
        return str(self._told)


class Words(dict[str, str]):
    """One text in several languages, by language code; Japanese is always there once a form is published."""

    def __str__(self) -> str:
        return self.say()

    def say(self, language: str | None = None) -> str:
        """The text in this language, or in the active one; Japanese where it has not been translated."""
        return self.get(language or get_language() or "ja") or self.get("ja", "")


Text: TypeAlias = str | Promise | Sentence | Words


class Sensitivity(StrEnum):
    """How an answer is kept. Whatever is not OPEN is sealed, and never indexed."""

    OPEN = "open"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105 - a degree, not a password


class Source(StrEnum):
    """Where an answer comes from; shown beside it."""

    TYPED = "typed"
    CARRIED = "carried"
    REGISTER = "register"
    COMPUTED = "computed"
    STAFF = "staff"


@dataclass(frozen=True)
class Trouble:
    """Why an answer cannot stand: what is wrong, how to mend it, and in which box."""

    what: Text
    mend: Text = ""
    part: str = ""

    def __str__(self) -> str:
        return f"{self.what}{self.mend}"

    def within(self, prefix: str) -> "Trouble":
        """The same trouble, seen from the group that holds the box."""
        return replace(self, part=joined(prefix, self.part))


@dataclass(frozen=True)
class Read:
    """What a kind made of what was typed. With troubles, `value` is not to be used; `notes` say what was understood."""

    value: Value = None
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def is_sound(self) -> bool:
        return not self.troubles


@dataclass(frozen=True)
class Fault:
    """What a member of staff has to mend in a form: the place in it, and a sentence."""

    where: str
    says: Text


def joined(*names: str) -> str:
    """The name of a box inside a box: `children.0.name`."""
    return ".".join(name for name in names if name)


def first(raw: Raw, part: str = "") -> str:
    """What stood in this box, without the space around it; "" where it was not posted."""
    posted = raw.get(part) or ("",)
    return posted[0].strip()


def is_blank(raw: Raw) -> bool:
    """Whether nothing was typed in any box."""
    return not any(word.strip() for posted in raw.values() for word in posted)


def below(raw: Raw, prefix: str) -> dict[str, Sequence[str]]:
    """The boxes of one thing inside a group, under their own names."""
    start = f"{prefix}."
    inner = {name.removeprefix(start): posted for name, posted in raw.items() if name.startswith(start)}
    if prefix in raw:
        inner[""] = raw[prefix]
    return inner
