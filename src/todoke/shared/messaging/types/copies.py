"""What passes between the mass lane and a channel that serves many at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Copy:
    """一部: one copy of an edition, for one contact. `token` opens the contact's own page."""

    contact_id: int
    address: str
    language: str
    token: str


@dataclass(frozen=True)
class Text:
    """What a letter says and to whom. `title` and `body` are ready to read, in the reader's language."""

    address: str
    language: str
    title: str
    body: str


class Fate(Enum):
    """What became of a copy in the channel's hands.

    `GONE` is a refusal because nobody lives at the address any more, `HELD` a copy that a rate did not let out yet,
    `UNCLEAR` one that may have left and of which nothing was heard.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"
    LATER = "later"
    HELD = "held"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Result:
    """The fate of one copy; `says` is the other side's word without the address."""

    contact_id: int
    fate: Fate
    says: str = ""


Report = Callable[[list[Result]], None]


@dataclass(frozen=True)
class Members:
    """Who belongs to an audience, as a query: it yields the column `contact_id`, keeps to contacts above `%(after)s`
    and up to `%(upto)s`, and takes its other `parameters` by name (prefixed, so that they meet no others)."""

    query: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class WaysOut:
    """Addresses for a copy: the contact's own page, and one that ends everything at a POST (RFC 8058). In both,
    `{token}` stands for the contact's token, once."""

    change: str
    end: str
