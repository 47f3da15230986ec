"""What others may plug in: the permissions that the rooms know, and whoever carries a letter to a mail address.

A role, made by the city, is a set of permissions. Rooms above fill the registries from their `plugs.py`. The rooms on
which people rests (audit, places) use the permissions by their name in `todoke.base.access`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from todoke.base.access import Permission, permissions
from todoke.base.registry import Registry

__all__ = ["Carrier", "Letter", "Permission", "carriers", "permissions"]


@dataclass(frozen=True)
class Letter:
    """One mail to somebody who signs in; the same `key` never makes a second one, and holds no personal data."""

    key: str
    address: str
    language: str
    title: str
    body: str
    expires_at: datetime


class Carrier(Protocol):
    """Carries letters to mail addresses; the room that sends the city's mail registers one.

    `carry` hands the letter over within the surrounding transaction and sends after it; it keeps no address in the
    clear. Example: the messaging room posts it into its ledger of letters.
    """

    @property
    def key(self) -> str: ...

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with this address, in a sentence for the screen, or None."""
        ...

    def carry(self, letter: Letter, *, at: datetime) -> None:
        """Have the letter sent."""
        ...


carriers: Registry[Carrier] = Registry("people.carriers")
