"""訂正と取消: for every destination, what the wrong edition did there and when the correction followed."""

from dataclasses import dataclass
from datetime import datetime

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.registry import Withdrawal, channels
from todoke.shared.messaging.types import DeliveryState, EditionKind, Mode, Outcome, RecipientState
from todoke.shared.said.queries import READ, SENT

# emergency.md, J18: a correction is with everybody within a minute.
GOAL_SECONDS = 60
LISTED_MAX = 100
TAKEN = (Outcome.ACCEPTED, Outcome.CONFIRMED)
GOT_IT = (RecipientState.ACCEPTED, RecipientState.DOUBTFUL, RecipientState.UNKNOWN)


@dataclass(frozen=True)
class Place:
    """One destination: since when it had the wrong edition, whether surely, how many people that was, whether it stood
    there to be read (`is_shown`) until the correction replaced it, and how the correction fared."""

    name: str
    channel: str
    wrong_number: int
    wrong_state: DeliveryState
    wrong_at: datetime | None
    people: int | None
    is_shown: bool
    right_state: DeliveryState | None
    right_at: datetime | None
    seconds: float | None
    delivery_id: int | None

    @property
    def has_it(self) -> bool:
        """Whether the other side took the correction."""
        return self.right_at is not None


@dataclass(frozen=True)
class Correction:
    """A correction or cancellation and every destination that may have seen what it takes back."""

    edition: Edition
    places: tuple[Place, ...]

    @property
    def waiting(self) -> int:
        """How many have not got it yet."""
        return sum(not place.has_it for place in self.places)

    @property
    def within_goal(self) -> int:
        """How many had it within the goal."""
        return sum(place.seconds is not None and place.seconds <= GOAL_SECONDS for place in self.places)

    @property
    def slowest(self) -> float | None:
        """Seconds until the last one had it; None while somebody waits, or nobody was told."""
        times = [place.seconds for place in self.places if place.seconds is not None]
        return max(times) if times and not self.waiting else None

    @property
    def people(self) -> int:
        """How many people of mailings may have read the wrong edition."""
        return sum(place.people or 0 for place in self.places)

    @property
    def is_met(self) -> bool:
        """Whether everybody had it within the goal."""
        return self.within_goal == len(self.places)


def corrections_for(viewer: Viewer, mode: Mode) -> list[Edition]:
    """Corrections and cancellations of this mode, newest first."""
    if not viewer.may(READ):
        return []
    kinds = (EditionKind.CORRECTION, EditionKind.CANCEL)
    found = Edition.objects.filter(kind__in=kinds, mode=mode).select_related("message")
    return list(found.order_by("-released_at")[:LISTED_MAX])


def correction_of(viewer: Viewer, pk: int) -> Correction | None:
    """One correction with its destinations, those still waiting first; None for who may not read, or where this edition
    takes nothing back."""
    if not viewer.may(READ):
        return None
    kinds = (EditionKind.CORRECTION, EditionKind.CANCEL)
    edition = Edition.objects.filter(pk=pk, kind__in=kinds).select_related("message").first()
    if edition is None:
        return None
    rows = (
        Delivery.objects.filter(message=edition.message_id, number__lte=edition.number)
        .select_related("destination", "mailing")
        .prefetch_related("attempts")
        .order_by("number")
    )
    wrong: dict[int, Delivery] = {}
    right: dict[int, Delivery] = {}
    for delivery in rows:
        if delivery.number == edition.number:
            right[delivery.destination_id] = delivery
        elif delivery.handed_over_at is not None:
            # The latest that may have arrived is the one that was read.
            wrong[delivery.destination_id] = delivery
    places = [_place(edition, delivery, right.get(pk)) for pk, delivery in wrong.items()]
    return Correction(edition, tuple(sorted(places, key=lambda place: (place.has_it, place.channel, place.name))))


def _place(edition: Edition, wrong: Delivery, right: Delivery | None) -> Place:
    channel = channels.find(wrong.channel)
    right_at = _taken_at(right) if right is not None else None
    return Place(
        name=wrong.destination.name,
        channel=str(channel.facts.name) if channel else wrong.channel,
        wrong_number=wrong.number,
        wrong_state=DeliveryState(wrong.state),
        wrong_at=_taken_at(wrong) or wrong.handed_over_at,
        people=_people(wrong),
        is_shown=channel is not None and channel.facts.withdrawal is Withdrawal.REPLACES,
        right_state=DeliveryState(right.state) if right is not None else None,
        right_at=right_at,
        seconds=(right_at - edition.released_at).total_seconds() if right_at else None,
        delivery_id=right.pk if right is not None else None,
    )


def _taken_at(delivery: Delivery) -> datetime | None:
    """When the other side took it: the end of the attempt, since a reader who confirms it later moves the delivery's
    own time. A person's tick and a mailing have no such attempt."""
    if delivery.state not in SENT:
        return None
    ends = [attempt.ended_at for attempt in delivery.attempts.all() if attempt.outcome in TAKEN and attempt.ended_at]
    return min(ends) if ends else delivery.settled_at


def _people(delivery: Delivery) -> int | None:
    """How many recipients of a mailing may have the edition; None where the destination is one address."""
    mailing = getattr(delivery, "mailing", None)
    if mailing is None:
        return None
    counts = counts_of(mailing)
    return sum(counts.get(str(int(state)), 0) for state in GOT_IT)
