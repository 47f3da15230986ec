"""Reading the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from todoke.base.jobs.lanes import Lane
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Delivery, Destination, Edition, FollowUp, FrozenArtefact, Message
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import DeliveryState, EditionKind, FollowUpReason, FrozenEdition, Mode

READ = "messaging.read"


def editions_in_force(
    mode: Mode, at: datetime, *, kind: str | None = None, channel: str | None = None
) -> list[FrozenEdition]:
    """The latest edition of every message of this mode that is neither cancelled nor expired; highest level first.

    With `channel`, those alone that were released to it. What was said to the public is public: this query takes no
    viewer.
    """
    later = Edition.objects.filter(message=OuterRef("message"), number__gt=OuterRef("number"))
    found = (
        Edition.objects.filter(~Exists(later), mode=mode, expires_at__gt=at)
        .exclude(kind=EditionKind.CANCEL)
        .select_related("message")
    )
    if kind is not None:
        found = found.filter(message__kind=kind)
    if channel is not None:
        found = found.filter(_went_to(channel))
    editions = [edition.frozen() for edition in found]
    return sorted(editions, key=lambda edition: (-(edition.content.level or 0), -edition.sent_at.timestamp()))


def recent_editions(
    mode: Mode, since: datetime, *, limit: int = 200, channel: str | None = None
) -> list[FrozenEdition]:
    """Editions of every kind released since then, newest first, at most `limit`; to one channel, or to any."""
    found = Edition.objects.filter(mode=mode, sent_at__gte=since).select_related("message").order_by("-sent_at", "-id")
    if channel is not None:
        found = found.filter(_went_to(channel))
    return [edition.frozen() for edition in found[:limit]]


def _went_to(channel: str) -> Exists:
    """The condition that an edition was released to a channel, whatever became of it there."""
    return Exists(Delivery.objects.filter(edition=OuterRef("pk"), channel=channel))


def editions_of(message_key: str | UUID) -> list[FrozenEdition]:
    """All editions of one message, first to latest."""
    found = Edition.objects.filter(message__key=message_key).select_related("message").order_by("number")
    return [edition.frozen() for edition in found]


def artefact_bytes(identifier: str, name: str) -> bytes | None:
    """A file frozen with an edition, to the byte as it was made at release."""
    content = (
        FrozenArtefact.objects.filter(edition__identifier=identifier, name=name)
        .values_list("content", flat=True)
        .first()
    )
    return None if content is None else bytes(content)


def destinations_for(areas: list[Area], mode: Mode, *, at: datetime, lane: str = Lane.EMERGENCY) -> list[Destination]:
    """Every active destination that takes this mode and lane and serves one of these areas, or the whole city.

    A destination serves an area when it is set to the area itself, to one above it, or to one below it. What a person
    added for a while belongs to one message, and is never among these.
    """
    wanted = {area.pk for area in areas} | _families(areas)
    lasting = Q(added_by=None) | Q(expires_at=None, checked_by__isnull=False)
    found = Destination.objects.filter(lasting, is_active=True).prefetch_related("areas")
    return [
        destination
        for destination in found
        if destination.takes(mode)
        and takes_lane(destination, lane)
        and (destination.expires_at is None or destination.expires_at > at)
        and _serves(destination, wanted)
    ]


def takes_lane(destination: Destination, lane: str) -> bool:
    """Whether the channel of a destination takes messages of this lane; one that is not there any more takes all."""
    channel = channels.find(destination.channel)
    return channel is None or lane in channel.facts.lanes


def _families(areas: list[Area]) -> set[int]:
    """The keys of all areas above and below these."""
    parents = dict(Area.objects.values_list("pk", "parent_id"))
    chosen = {area.pk for area in areas}
    family: set[int] = set()
    for pk in parents:
        above = _above(pk, parents)
        if chosen & set(above):
            family.add(pk)
        if pk in chosen:
            family.update(above)
    return family


def _above(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    line = []
    parent = parents.get(pk)
    while parent is not None:
        line.append(parent)
        parent = parents.get(parent)
    return line


def _serves(destination: Destination, wanted: set[int]) -> bool:
    own = {area.pk for area in destination.areas.all()}
    return not own or bool(own & wanted)


@dataclass(frozen=True)
class Progress:
    """How far an edition has come: deliveries by state."""

    by_state: dict[DeliveryState, int]

    @property
    def planned(self) -> int:
        """Deliveries in all."""
        return sum(self.by_state.values())

    @property
    def arrived(self) -> int:
        """Those that the other side took."""
        return self.by_state.get(DeliveryState.ACCEPTED, 0) + self.by_state.get(DeliveryState.CONFIRMED, 0)

    @property
    def troubled(self) -> int:
        """Those that need a person."""
        return sum(
            self.by_state.get(state, 0)
            for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
        )

    @property
    def under_way(self) -> int:
        """Those on which something still happens by itself."""
        return sum(
            self.by_state.get(state, 0)
            for state in (DeliveryState.PLANNED, DeliveryState.LEASED, DeliveryState.HANDED_OVER)
        )


def progress_of(viewer: Viewer, edition_ids: list[int]) -> dict[int, Progress]:
    """Deliveries by state for each of these editions; nothing for a viewer who may not read the ledger."""
    if not viewer.may(READ):
        return {}
    counts: dict[int, dict[DeliveryState, int]] = {pk: {} for pk in edition_ids}
    for row in Delivery.objects.filter(edition__in=edition_ids).values("edition", "state").annotate(number=Count("id")):
        counts[row["edition"]][DeliveryState(row["state"])] = row["number"]
    return {pk: Progress(by_state) for pk, by_state in counts.items()}


def deliveries_of(viewer: Viewer, edition_id: int) -> QuerySet[Delivery]:
    """The deliveries of one edition with their destinations and attempts, by channel."""
    if not viewer.may(READ):
        return Delivery.objects.none()
    return (
        Delivery.objects.filter(edition=edition_id)
        .select_related("destination", "edition")
        .prefetch_related("attempts")
        .order_by("channel", "destination__name")
    )


def asks_for_a_look(viewer: Viewer, delivery_id: int) -> bool:
    """Whether all that is open about this delivery is what came back for our sake: nothing is to be decided."""
    if not viewer.may(READ):
        return False
    return FollowUp.objects.filter(delivery=delivery_id, closed_at=None, reason=FollowUpReason.POLICY).exists()


def open_follow_ups(viewer: Viewer, *, mode: Mode | None = None) -> QuerySet[FollowUp]:
    """What waits for a person, oldest first."""
    if not viewer.may(READ):
        return FollowUp.objects.none()
    found = FollowUp.objects.filter(closed_at=None).select_related(
        "delivery__destination", "delivery__edition__message"
    )
    if mode is not None:
        found = found.filter(delivery__mode=mode)
    return found.order_by("opened_at")


def calls_to_make(viewer: Viewer) -> QuerySet[Delivery]:
    """The telephone list: people who are to be told and have not been ticked, oldest first.

    Whoever has a newer edition coming is told that one alone: nobody reads out what no longer holds.
    """
    if not viewer.may(READ):
        return Delivery.objects.none()
    newer = Delivery.objects.filter(
        message=OuterRef("message"), destination=OuterRef("destination"), number__gt=OuterRef("number")
    )
    return (
        Delivery.objects.filter(~Exists(newer), channel="messaging.person", state=DeliveryState.ACCEPTED)
        .select_related("destination", "edition__message")
        .order_by("handed_over_at")
    )


def messages_about(viewer: Viewer, origin: str) -> QuerySet[Message]:
    """The messages that were sent about one record, oldest first, with their editions."""
    if not viewer.may(READ):
        return Message.objects.none()
    return Message.objects.filter(origin=origin).prefetch_related("editions").order_by("created_at")


def latest_editions(viewer: Viewer) -> QuerySet[Edition]:
    """The latest edition of every message, newest first."""
    if not viewer.may(READ):
        return Edition.objects.none()
    later = Edition.objects.filter(message=OuterRef("message"), number__gt=OuterRef("number"))
    return Edition.objects.filter(~Exists(later)).select_related("message").order_by("-released_at")


def editions_for(viewer: Viewer, message_key: UUID) -> list[Edition]:
    """All editions of one message with their people, first to latest; none for a viewer who may not read."""
    if not viewer.may(READ):
        return []
    found = Edition.objects.filter(message__key=message_key).select_related("message", "author", "approver")
    return list(found.order_by("number"))


def delivery_for(viewer: Viewer, pk: int) -> Delivery | None:
    """One delivery with its edition, destination and attempts."""
    if not viewer.may(READ):
        return None
    found = Delivery.objects.select_related("edition__message", "destination").prefetch_related("attempts")
    return found.filter(pk=pk).first()
