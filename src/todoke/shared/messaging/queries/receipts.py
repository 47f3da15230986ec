"""What a channel may ask the ledger while it sends: what stands at this destination already, and how we came here."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from todoke.shared.messaging.models import Attempt, Delivery
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Outcome

TAKEN = (Outcome.ACCEPTED, Outcome.CONFIRMED)
# An attempt that ended so, or that nobody ended, may have been taken on the other side.
DOUBTFUL = (Outcome.UNCLEAR, Outcome.LAPSED)


@dataclass(frozen=True)
class PastReceipt:
    """What the other side said when it took an earlier edition of the same message."""

    number: int
    kind: EditionKind
    reference: str


@dataclass(frozen=True)
class Errand:
    """The delivery behind an attempt: its lane, when it expires, and whether an earlier try of it is in doubt."""

    lane: str
    expires_at: datetime
    was_doubtful: bool


def earlier_receipts(edition: FrozenEdition, destination_key: str) -> list[PastReceipt]:
    """The receipts of earlier editions of this message at this destination, the latest edition first.

    For a channel on which a later edition deletes, edits or answers what an earlier one left there.
    """
    found = (
        Attempt.objects.filter(
            delivery__message__key=edition.message_key,
            delivery__destination__key=destination_key,
            delivery__number__lt=edition.number,
            outcome__in=TAKEN,
        )
        .order_by("-delivery__number", "-number")
        .values_list("delivery__number", "delivery__edition__kind", "reference")
    )
    return [PastReceipt(number, EditionKind(kind), reference) for number, kind, reference in found]


def errand_behind(key: str) -> Errand | None:
    """The delivery whose tries carry this key; None outside the ledger, as in a rehearsal."""
    delivery = Delivery.objects.filter(attempts__key=key).first()
    if delivery is None:
        return None
    tries = Attempt.objects.filter(delivery=delivery)
    latest = tries.aggregate(latest=Max("number"))["latest"]
    doubtful = tries.filter(number__lt=latest, outcome__in=DOUBTFUL).exists()
    return Errand(delivery.lane, delivery.expires_at, doubtful)
