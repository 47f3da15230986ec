"""What other rooms may plug in here: readers that look for a delivery where it should be."""

from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from todoke.base.registry import Registry
from todoke.shared.messaging.types import Address, FrozenEdition


@dataclass(frozen=True)
class Sighting:
    """What a reader found: whether the edition is there, and in one sentence where it was looked for."""

    seen: bool
    says: str


class Reader(Protocol):
    """Looks for one edition at one destination, independently of the channel that brought it there.

    - `channel` is the key of the channel whose deliveries it looks for; there is one reader for a channel.
    - `can_see` says whether this reader reaches this destination at all (a mailbox of our own among many).
    - `look` looks once, from outside the process, within ten seconds, and asks for the edition's own words or
      identifier, never for “something new”. It may raise `TryLater` or `Never`; both count as not seen.
    Imagined example: the town crier's reader stands in the square and writes down what is called out.
    """

    @property
    def key(self) -> str: ...

    @property
    def channel(self) -> str: ...

    @property
    def name(self) -> str | Promise: ...

    def can_see(self, address: Address) -> bool: ...

    def look(self, edition: FrozenEdition, address: Address) -> Sighting: ...


readers: Registry[Reader] = Registry("watch.readers")


def reader_for(channel: str) -> Reader | None:
    """The reader of this channel's deliveries, or None where nobody can look."""
    return next((reader for reader in readers if reader.channel == channel), None)
