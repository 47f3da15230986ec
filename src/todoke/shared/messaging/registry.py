"""What other rooms may plug in here: channels, kinds of message, artefacts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from todoke.base.registry import Registry
from todoke.shared.messaging.types import Address, FrozenEdition, Parcel, Receipt


class AreaGrain(StrEnum):
    """How finely a channel can aim."""

    CITY = "city"
    MUNICIPALITY = "municipality"
    NEIGHBOURHOOD = "neighbourhood"
    POLYGON = "polygon"


class Withdrawal(StrEnum):
    """What a later edition does to an earlier one on this channel."""

    REPLACES = "replaces"
    NOTICE = "notice"


class ReceiptKind(StrEnum):
    """The best proof this channel can give."""

    ACCEPTED = "accepted"
    READ_BACK = "read_back"
    PERSON = "person"


class DrillWay(StrEnum):
    """Where a drill goes on this channel."""

    BESIDE = "beside"
    SAME_ROUTE = "same_route"


@dataclass(frozen=True)
class ChannelFacts:
    """What the ledger, the desk and the doctor must know of a channel.

    `title_max` and `body_max` count full-width characters (None: no limit). `idempotency_key` names what makes a repeat
    safe (None: nothing does, so an unclear outcome is a person's task). `timeout_seconds` bounds one call from outside;
    `concurrency` is how many calls one worker process makes at once.
    """

    name: str | Promise
    area_grain: AreaGrain
    withdrawal: Withdrawal
    receipt: ReceiptKind
    drill: DrillWay
    idempotency_key: str | None
    title_max: int | None = None
    body_max: int | None = None
    timeout_seconds: float = 10
    concurrency: int = 4


class Channel(Protocol):
    """One way to reach people: prepare → send → receipt.

    - `prepare` is pure: the same edition and address give the same parcel, always, without network or database. It
      raises `Never` when the edition cannot be carried at all.
    - `send` makes one attempt and returns the other side's word. It gives up by itself within `timeout_seconds`, passes
      `key` wherever the protocol has a place for it, and raises `TryLater` or `Never`, nothing else; whatever else it
      raises counts as an outcome that nobody knows. It may be called again with the same key and parcel.
    - `trouble_with` tells what is wrong with an address before it is stored, or None.

    Imagined example: a channel “town crier” prepares a sheet of paper of at most 400 characters, sends it by handing it
    to the crier, and is confirmed when the crier rings back; its key is the number on the sheet.
    """

    key: str
    facts: ChannelFacts

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel: ...

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt: ...

    def trouble_with(self, address: str) -> str | None: ...


@dataclass(frozen=True)
class MessageKind:
    """A kind of message that a room sends: its lane, and how long a cancellation of it is worth delivering."""

    key: str
    name: str | Promise
    lane: str
    cancel_lives: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Artefact:
    """A file that is made once, at release, from the frozen content, and whose bytes never change afterwards.

    `render` is pure. `name` is a file name, unique within an edition, as in `cap.xml`.
    """

    key: str
    name: str
    media_type: str
    render: Callable[[FrozenEdition], bytes]


channels: Registry[Channel] = Registry("messaging.channels")
kinds: Registry[MessageKind] = Registry("messaging.kinds")
artefacts: Registry[Artefact] = Registry("messaging.artefacts")
