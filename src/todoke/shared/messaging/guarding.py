"""Rooms that stand in the way of what is about to leave: asked at release, when a place is added, and at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from todoke.base.registry import Registry
from todoke.shared.messaging.models import Delivery, Destination, Message
from todoke.shared.messaging.types import Content


@dataclass(frozen=True)
class OnBehalf:
    """For whom something is said that is not said for ourselves: `key` of the authority to do so, as its room knows it,
    and the name that the edition bears for the city that it concerns."""

    key: str
    city: str


@dataclass(frozen=True)
class Wanted:
    """An edition that is about to be frozen, for the guards: what it says, until when, and where it would go."""

    content: Content
    expires_at: datetime
    on_behalf: OnBehalf | None
    destination_ids: frozenset[int]
    is_first: bool


class Guard(Protocol):
    """A room that has a say in whether something leaves.

    - `before_release` runs in the transaction of the release, the message held or just made, and raises the ledger's
      ReleaseRefused. `before_joining` does the same where a place is added to what is out.
    - `before_leaving` is asked when a delivery is about to be handed over: a sentence ends it, None lets it go. It
      costs no query for what does not concern it.

    Imagined example: a room “quarantine” lets no message of the animal home leave while its seal is on the door.
    """

    @property
    def key(self) -> str: ...

    def before_release(self, message: Message, wanted: Wanted, *, at: datetime) -> None: ...

    def before_joining(self, message: Message, places: Sequence[Destination]) -> None: ...

    def before_leaving(self, delivery: Delivery, *, at: datetime) -> str | None: ...


guards: Registry[Guard] = Registry("messaging.guards")
