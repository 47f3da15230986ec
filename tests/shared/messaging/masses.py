"""What the tests of the mass lane start from: many contacts, an audience of them, a channel that does as it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.shared.messaging.ledger import NIGHT, ObedientChannel
from todoke.base.sealing import seal
from todoke.shared.messaging.models import Bundle, Contact, Mailing, Recipient
from todoke.shared.messaging.queries.contacts import SEALED_AS, lookup_of
from todoke.shared.messaging.registry import MassChannel
from todoke.shared.messaging.types import Copy, Fate, FrozenEdition, Members, Report, Result, WaysOut
from todoke.shared.messaging.types import RecipientState as State

CHANNEL = "tests.leaflet"
AUDIENCE = "tests.everybody"


@dataclass
class ObedientMassChannel(ObedientChannel):
    """A mass channel that gives each copy the fate that the test says, and remembers whom it served."""

    bundle_size: int = 3
    fate: Callable[[Copy], Fate | None] = lambda copy: Fate.ACCEPTED
    carried: list[tuple[str, str]] = field(default_factory=list)
    free: bool = True

    def trouble_with_contact(self, address: str) -> str | None:
        return None if "@" in address else "半角の@がありません。"

    def normal(self, address: str) -> str:
        return address.strip().lower()

    def stationery(self, edition: FrozenEdition, ways_out: WaysOut) -> FrozenEdition:
        return edition

    def is_free(self, lane: str) -> bool:
        return self.free

    def carry(self, stationery: FrozenEdition, copies: Sequence[Copy], report: Report, *, lane: str) -> None:
        for copy in copies:
            self.carried.append((stationery.identifier, copy.address))
            fate = self.fate(copy)
            if fate is not None:
                report([Result(copy.contact_id, fate, "")])

    def who_got(self, identifier: str) -> list[str]:
        return [address for told, address in self.carried if told == identifier]


class Everybody:
    """An audience of all contacts, or of those whose language the edition's facts name."""

    key = AUDIENCE
    name = "全員"

    def members(self, edition: FrozenEdition) -> Members:
        return Members(
            "SELECT id AS contact_id FROM messaging_contact WHERE id > %(after)s AND id <= %(upto)s "
            "AND (%(everybody_language)s = '' OR language = %(everybody_language)s)",
            {"everybody_language": edition.content.facts.get("language", "")},
        )

    def ways_out(self) -> WaysOut:
        return WaysOut(change="https://city.example.jp/s/{token}/", end="https://city.example.jp/s/{token}/end")


def make_contacts(number: int, *, at: datetime = NIGHT, **facts: object) -> list[Contact]:
    """So many new contacts, reader1@example.jp and on."""
    begun = Contact.objects.count()
    return Contact.objects.bulk_create(
        Contact(
            **{
                "channel": CHANNEL,
                "lookup": lookup_of(CHANNEL, f"reader{n}@example.jp"),
                "address": seal(f"reader{n}@example.jp".encode(), context=SEALED_AS),
                "created_at": at,
                "changed_at": at,
                **facts,
            }
        )
        for n in range(begun + 1, begun + number + 1)
    )


def states(mailing: Mailing) -> list[State]:
    """What became of the recipients, by contact."""
    found = Recipient.objects.filter(mailing=mailing).order_by("contact")
    return [State(state) for state in found.values_list("state", flat=True)]


def bundle_states(mailing: Mailing) -> list[str]:
    return list(Bundle.objects.filter(mailing=mailing).order_by("first").values_list("state", flat=True))


def is_mass(channel: object) -> bool:
    return isinstance(channel, MassChannel)
