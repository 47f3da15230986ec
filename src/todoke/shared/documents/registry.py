"""What other rooms plug in: whose leave a seal needs, and who keeps the key to what is personal."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from todoke.base.registry import Registry


@dataclass(frozen=True)
class Request:
    """What somebody wants to seal: the letter, the seal, what it is about."""

    letter: str
    seal: str
    subject: tuple[str, str]


@dataclass(frozen=True)
class Leave:
    """Somebody's leave to seal: what stands in the book of uses, and since which day it holds."""

    words: str
    given_on: date


class LeaveKind(Protocol):
    """One way in which a document may get its seal: a decision, a delegation.

    `leave` answers whether the leave with this key covers the request: it looks at the record itself, and gives None
    where that is not decided, decided against, about something else, or for another letter. It changes nothing.

    Imagine a library: `library.statute` finds the rule 12 in force and gives Leave("図書館規則第12条", …).
    """

    @property
    def key(self) -> str: ...

    def leave(self, key: str, request: Request) -> Leave | None: ...


class Keeper(Protocol):
    """A keeper of keys (保管) who seals what is personal, so that it can be made unreadable everywhere at once.

    `name` finds it again (stored in the row). `open_sealed` raises LookupError once the key is gone for good.
    """

    @property
    def key(self) -> str: ...

    def seal(self, name: str, plain: bytes, *, context: bytes) -> bytes: ...

    def open_sealed(self, name: str, sealed: bytes, *, context: bytes) -> bytes: ...


leaves: Registry[LeaveKind] = Registry("documents.leaves")
keepers: Registry[Keeper] = Registry("documents.keepers")
