"""Who takes part in which drill, what they were sent, and what they have confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Min, Q, QuerySet

from todoke.civic.emergency.models import Drill, DrillParticipant, DrillReceipt
from todoke.civic.emergency.rules.participants import ADDRESS_KEPT, code_for
from todoke.shared.messaging.models import Delivery, Destination
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import DeliveryState


@dataclass(frozen=True)
class Received:
    """One message to one participant: what was sent when, and when they said that it arrived."""

    delivery: int
    title: str
    state: str
    state_words: str
    first_attempt: datetime | None
    confirmed_at: datetime | None

    @property
    def has_left(self) -> bool:
        """Whether there is anything that they could have received."""
        return self.first_attempt is not None and self.state not in (DeliveryState.WITHDRAWN, DeliveryState.EXPIRED)


def running_drills() -> QuerySet[Drill]:
    """The drills in which anybody of staff may take part now."""
    return Drill.objects.filter(ended_at=None).select_related("incident")


def parts_of(account_id: int | None) -> list[DrillParticipant]:
    """Where somebody takes part, or took part until lately, the latest first."""
    parts = DrillParticipant.objects.filter(account=account_id).select_related("drill", "destination")
    return list(parts.order_by("-agreed_at")[:20])


def participants_at(incident_id: int, at: datetime) -> list[Destination]:
    """The participants' destinations in the drill that runs in this incident."""
    standing = DrillParticipant.objects.filter(
        drill__incident=incident_id, drill__ended_at=None, left_at=None, ends_at__gt=at
    )
    return list(Destination.objects.filter(pk__in=standing.values("destination"), is_active=True).order_by("key"))


def received_by(participant: DrillParticipant) -> list[Received]:
    """Everything that was sent to one participant, oldest first."""
    return _received([participant.destination_id])[participant.destination_id]


def delivery_with(code: str, secret: str, at: datetime) -> tuple[DrillParticipant, Delivery] | None:
    """The delivery behind the code of a link, while it can still be confirmed."""
    lately = Q(drill__ended_at=None) | Q(drill__ended_at__gt=at - ADDRESS_KEPT)
    parts = {part.destination_id: part for part in DrillParticipant.objects.filter(lately).select_related("drill")}
    deliveries = Delivery.objects.filter(destination__in=parts).select_related("edition", "destination")
    for delivery in deliveries.order_by("-pk"):
        if code_for(delivery_key(delivery.edition.identifier, delivery.destination.key), secret) == code:
            return parts[delivery.destination_id], delivery
    return None


def participation(drill: Drill) -> list[dict[str, Any]]:
    """For the report: person by person what was sent, how soon, what they confirmed, and what has no answer."""
    parts = list(drill.participants.select_related("account").order_by("account__name", "pk"))
    received = _received([part.destination_id for part in parts])
    return [_row(part, received[part.destination_id]) for part in parts]


def _row(part: DrillParticipant, received: list[Received]) -> dict[str, Any]:
    left = [one for one in received if one.has_left]
    confirmed = [one for one in left if one.confirmed_at]
    took = [
        max(0.0, (one.confirmed_at - one.first_attempt).total_seconds())
        for one in confirmed
        if one.confirmed_at and one.first_attempt
    ]
    firsts = [one.first_attempt for one in left if one.first_attempt]
    return {
        "name": part.account.name,
        "way": str(part.get_way_display()),
        "purpose": part.purpose,
        "until": part.ends_at.isoformat(),
        "left": part.left_at is not None,
        "sent": len(left),
        "first_attempt": min(firsts).isoformat() if firsts else None,
        "confirmed": len(confirmed),
        "confirmed_median": round(median(took), 1) if took else None,
        "unanswered": len(left) - len(confirmed),
    }


def _received(destinations: Iterable[int]) -> dict[int, list[Received]]:
    keys = list(destinations)
    found: dict[int, list[Received]] = {key: [] for key in keys}
    deliveries = (
        Delivery.objects.filter(destination__in=keys)
        .select_related("edition")
        .annotate(first=Min("attempts__started_at"))
        .order_by("pk")
    )
    words = dict(DrillReceipt.objects.filter(delivery__destination__in=keys).values_list("delivery", "at"))
    for delivery in deliveries:
        # A call that a person has ticked is confirmed by them; a mail only by its reader.
        ticked = delivery.settled_at if delivery.state == DeliveryState.CONFIRMED else None
        found[delivery.destination_id].append(
            Received(
                delivery=delivery.pk,
                title=delivery.edition.frozen().title(),
                state=delivery.state,
                state_words=str(delivery.get_state_display()),
                first_attempt=delivery.first,
                confirmed_at=words.get(delivery.pk) or ticked,
            )
        )
    return found
