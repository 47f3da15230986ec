"""What other rooms plug in here: what a destination can be added to, and on which channels."""

from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from todoke.base.registry import Registry
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.types import Mode


@dataclass(frozen=True)
class Matter:
    """What somebody is at work on, or what is out: its title, mode and lane, where its page is, and its message if it
    has one already. `is_open` is False once nothing can join it any more."""

    title: str
    mode: Mode
    lane: str
    page: str
    is_open: bool
    message_id: int | None = None


class MatterKind(Protocol):
    """A kind of matter: `find` gives the one with this key as this viewer may see it, or None.

    Imagined example: `festival.programme` finds the programme 12 while it is being written.
    """

    key: str

    def find(self, viewer: Viewer, key: str) -> Matter | None: ...


@dataclass(frozen=True)
class Way:
    """A channel on which a person may add a destination. `key` is the channel's; one that is not there is not offered.
    `hint` says how an address is written, with an example; `begins` are the beginnings that alone are taken, where a
    channel knows addresses that mean everybody."""

    key: str
    name: str | Promise
    hint: str | Promise
    order: int = 50
    begins: tuple[str, ...] = ()


matters: Registry[MatterKind] = Registry("unforeseen.matters")
ways: Registry[Way] = Registry("unforeseen.ways")
