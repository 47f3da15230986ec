"""Reading the mass lane: sums, and what became of a mailing for one person."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Edition, Mailing, Recipient
from todoke.shared.messaging.queries.ledger import READ
from todoke.shared.messaging.types import RecipientState

# More mailings than a city sends one person in a year; the question is bounded all the same.
LOOKED_AT_MAX = 2000


def counts_of(mailing: Mailing) -> dict[str, int]:
    """Recipients by state (the number of the state as text), as far as their bundles have been counted.

    Bundles on their way count as planned but for what was counted when they last rested. Costs one query over the
    bundles, not over their recipients.
    """
    if mailing.folded_at is not None:
        return dict(mailing.counts)
    counts: Counter[str] = Counter()
    for tally, size in mailing.bundles.values_list("tally", "size"):
        counts.update(tally or {str(int(RecipientState.PLANNED)): size})
    return dict(counts)


def mailings_of(viewer: Viewer, delivery_ids: Iterable[int]) -> dict[int, Mailing]:
    """The mailings of these deliveries, by delivery."""
    if not viewer.may(READ):
        return {}
    return {mailing.delivery_id: mailing for mailing in Mailing.objects.filter(delivery__in=delivery_ids)}


@dataclass(frozen=True)
class Told:
    """What became of one edition for one person; the wording is that of the edition."""

    edition: Edition
    state: RecipientState
    says: str
    settled_at: datetime | None
    planned_at: datetime


def told(contact_id: int, *, since: datetime) -> list[Told]:
    """「自分に届いたか」: every edition since then that was meant for this contact, newest first.

    For the person themself, who came by their own link, and for staff whose look is recorded by the caller.
    """
    mailings = (
        Mailing.objects.filter(delivery__edition__released_at__gte=since)
        .select_related("delivery__edition__message")
        .order_by("-delivery__edition__released_at")[:LOOKED_AT_MAX]
    )
    by_number = {mailing.pk: mailing for mailing in mailings}
    found = {row.mailing_id: row for row in Recipient.objects.filter(mailing__in=list(by_number), contact=contact_id)}
    return [
        Told(
            edition=mailing.delivery.edition,
            state=RecipientState(found[pk].state),
            says=found[pk].says,
            settled_at=found[pk].settled_at,
            planned_at=mailing.delivery.edition.released_at,
        )
        for pk, mailing in by_number.items()
        if pk in found
    ]
