"""What other rooms may plug in here: channels, kinds of message, artefacts, gates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from django.utils.functional import Promise

from todoke.base.jobs.lanes import LANES
from todoke.base.registry import Registry
from todoke.shared.messaging.types import (
    Address,
    Copy,
    EditionKind,
    FrozenEdition,
    Members,
    Mode,
    Parcel,
    Receipt,
    Register,
    Report,
    Text,
    WaysOut,
)


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


class Looks(StrEnum):
    """How a reader meets it, so that whoever writes can be shown it so.

    A notification on a telephone, a display board of lights, a sheet of paper, a post of a social network, a
    loudspeaker, a page of the web; everything else is plain text.
    """

    TELEPHONE = "telephone"
    BOARD = "board"
    SHEET = "sheet"
    POST = "post"
    SOUND = "sound"
    PAGE = "page"
    TEXT = "text"


class DrillWay(StrEnum):
    """Where a drill goes on this channel."""

    BESIDE = "beside"
    SAME_ROUTE = "same_route"


@dataclass(frozen=True)
class Stated:
    """Something that others have laid down for a channel: what it says, where that stands, and how sure we are.

    `certainty` is H, M or L, as in docs/channels. In Japanese, as what the sources themselves say.
    """

    text: str
    source: str
    certainty: str


@dataclass(frozen=True)
class ChannelFacts:
    """What the ledger, the desk and the doctor must know of a channel.

    `title_max` and `body_max` count full-width characters (None: no limit). `idempotency_key` names what makes a repeat
    safe (None: nothing does, so an unclear outcome is a person's task). `timeout_seconds` bounds one call from outside;
    `concurrency` is how many calls one worker process makes at once. `lanes` are those whose messages it takes: the
    alert pages take no ordinary notices, the page of notices no alerts. `quota` says how much the other side takes, and
    `legal_purpose` on what ground and for what the city may use the channel (法的根拠・目的). `looks` is how its
    reader meets it, and `registers` are those that its text is made from: what a person writes for one is said here.
    `says_short` is true where the short text of an edition is all that stands below the title.
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
    lanes: frozenset[str] = frozenset(LANES)
    quota: Stated | None = None
    legal_purpose: Stated | None = None
    looks: Looks = Looks.TEXT
    registers: tuple[Register, ...] = ()
    says_short: bool = False


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


@runtime_checkable
class LetterChannel(Protocol):
    """A channel that also takes letters to one person about their own matter.

    `send_letter` makes one attempt, as `Channel.send` does; the same `key` marks every try of the same letter.
    """

    key: str
    facts: ChannelFacts

    def send_letter(self, text: Text, *, key: str, at: datetime) -> Receipt: ...


@runtime_checkable
class MassChannel(Protocol):
    """A channel that serves many at a time: a destination on it names an audience, and each member gets a copy.

    - `stationery` is pure and made once for a mailing: whatever is the same in every copy, in every language.
    - `carry` makes the copies and sends them; it reports a fate for each copy exactly once, in portions as they become
      known, and returns when all have one, within `facts.timeout_seconds`. Several threads call it at once, up to
      `facts.concurrency`. What it did not come to is reported as `HELD`, what it does not know as `UNCLEAR`.
    - `is_free` tells whether it would take copies of a lane now: a rate allows it, a relay is not at rest.
    - `normal` gives the one form of an address by which it is known again; `trouble_with_contact` says what is wrong
      with one that somebody typed, or None.
    - `prepare` shows one copy as an imagined contact would get it; `trouble_with` is about the destination's address,
      which is the key of an audience.

    Imagined example: a channel “leaflet” prints the sheet once, writes the name on each, and its carrier comes back
    with a list of the houses where nobody lives any more.
    """

    key: str
    facts: ChannelFacts
    bundle_size: int

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel: ...

    def trouble_with(self, address: str) -> str | None: ...

    def trouble_with_contact(self, address: str) -> str | None: ...

    def normal(self, address: str) -> str: ...

    def stationery(self, edition: FrozenEdition, ways_out: WaysOut) -> Any: ...

    def is_free(self, lane: str) -> bool: ...

    def carry(self, stationery: Any, copies: Sequence[Copy], report: Report, *, lane: str) -> None: ...


class Audience(Protocol):
    """Many people under one name, so that a destination may be “everybody who asked for this”.

    `members` gives those whom an edition concerns, by its topics, areas and facts; the mass lane asks it in steps and
    adds who was told an earlier edition. `ways_out` gives the addresses that every copy carries.
    """

    key: str
    name: str | Promise

    def members(self, edition: FrozenEdition) -> Members: ...

    def ways_out(self) -> WaysOut: ...


@dataclass(frozen=True)
class MessageKind:
    """A kind of message that a room sends: its lane, how long a cancellation of it is worth delivering, the topics
    under which subscribers get it where its content names none, and how long each recipient is remembered."""

    key: str
    name: str | Promise
    lane: str
    cancel_lives: timedelta = timedelta(hours=24)
    topics: tuple[str, ...] = ()
    recipients_kept: timedelta = timedelta(days=365)


@dataclass(frozen=True)
class Artefact:
    """A file that is made once, at release, from the frozen content, and whose bytes never change afterwards.

    `render` is pure. `name` is a file name, unique within an edition, as in `cap.xml`.
    """

    key: str
    name: str
    media_type: str
    render: Callable[[FrozenEdition], bytes]


@dataclass(frozen=True)
class Passage:
    """An edition that is about to be released: to which destinations (their numbers), and on whose word.

    `accounts` are the numbers of its writer and its approver; one alone where the glass was broken. `level` is the
    highest 警戒レベル, `kind` and `mode` as the edition has them.
    """

    destinations: tuple[int, ...]
    accounts: tuple[int, ...]
    lane: str
    kind: EditionKind
    mode: Mode
    level: int | None
    break_glass: bool
    at: datetime


class Gate(Protocol):
    """Asked before anything is released: whether these people may speak at these destinations.

    `objections` gives a sentence for each destination where they may not, fit for the screen: which one, who may, how
    to mend it; none lets it through. It runs in the transaction of the release and asks the database alone. Imagined
    example: the town hall's balcony is the mayor's, except when the river rises.
    """

    key: str

    def objections(self, passage: Passage) -> Sequence[str]: ...


channels: Registry[Channel | MassChannel] = Registry("messaging.channels")
audiences: Registry[Audience] = Registry("messaging.audiences")
kinds: Registry[MessageKind] = Registry("messaging.kinds")
artefacts: Registry[Artefact] = Registry("messaging.artefacts")
gates: Registry[Gate] = Registry("messaging.gates")
