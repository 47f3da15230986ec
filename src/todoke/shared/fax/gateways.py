"""What a way out has to do, and what it tells."""

from dataclasses import dataclass
from typing import Protocol

from todoke.shared.fax.rules import Ending
from todoke.shared.messaging.types import FrozenEdition


@dataclass(frozen=True)
class Order:
    """One sheet to be sent: the digits to dial, the PDF, and the key that is the same at every try."""

    number: str
    pdf: bytes
    key: str
    edition: FrozenEdition
    name: str


@dataclass(frozen=True)
class CallReport:
    """How a call ended. `pages_sent` of `pages` went through; `job` is the other side's own number."""

    ending: Ending
    says: str
    pages_sent: int = 0
    pages: int = 0
    job: str = ""


class Gateway(Protocol):
    """A way out. `dial` makes one call and tells how it ended, within `seconds`; it raises `TryLater` where the way
    itself is not open, and `Never` where it is set up wrongly. `repeatable` names what makes a repeat safe, or None.
    `probe` asks it something that reaches nobody."""

    @property
    def name(self) -> str: ...

    @property
    def repeatable(self) -> str | None: ...

    def dial(self, order: Order, *, seconds: float) -> CallReport: ...

    def probe(self, *, seconds: float) -> str: ...
