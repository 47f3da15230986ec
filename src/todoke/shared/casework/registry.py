"""What other rooms plug into casework: what cases are about, and what their moves set going."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from todoke.base.registry import Registry


class TryLater(Exception):
    """An effect could not be done now: it is tried again, ever more seldom, and a person sees it after the last try."""


class Never(Exception):
    """An effect can never be done as it was ordered: a person has to look. The text is a sentence for staff."""


@dataclass(frozen=True)
class Order:
    """What an effect is told: the case, the event that ordered it, a key that is the same at every try, and
    settings.
    """

    case_id: int
    seq: int
    key: str
    settings: Mapping[str, Any]


class Effect(Protocol):
    """A command that a move sets going, after its commit.

    `run` may be called more than once with the same `order.key` (a worker died before it could write down that it was
    done), so it is idempotent: it stores under that key, or passes it on as the key of the request. It has a time-out
    of its own, below ten seconds; one that hangs longer is counted as failed and tried again. What it gives back
    (small, JSON, no personal data) is kept as the one result. Raises TryLater or Never.

    Imagined example: `library.print-card` prints a card for the case and gives back the card's number.
    """

    @property
    def key(self) -> str: ...

    def run(self, order: Order) -> Mapping[str, Any]: ...


class Subject(Protocol):
    """What a kind of case is about; the key is the `type` of the pair that the case stores.

    `facts` gives the values over which guards are asked and from which timers count, by the names that the flow
    declares; a name it leaves out is not answered. Nothing of it is stored in the case.
    """

    @property
    def key(self) -> str: ...

    def facts(self, key: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Pages:
    """Where the pages of a service's cases are; the key is the `type` of the pair that the case stores.

    `for_staff` gives the address by the key of the case, `for_resident` by the key of the subject. Neither asks who
    looks: the pages do.
    Imagined example: `Pages("library.card", lambda case: f"/desk/cards/{case}/", lambda card: f"/cards/{card}/")`.
    """

    key: str
    for_staff: Callable[[UUID], str]
    for_resident: Callable[[str], str]


effects: Registry[Effect] = Registry("casework.effects")
subjects: Registry[Subject] = Registry("casework.subjects")
pages: Registry[Pages] = Registry("casework.pages")
