"""Asking about additions."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import MassChannel, channels
from todoke.shared.messaging.types import Mode
from todoke.shared.unforeseen.models import STANDING, Addition, AdditionState
from todoke.shared.unforeseen.registry import Matter, Way, matters, ways

ADD = "unforeseen.add"
CHECK = "unforeseen.check"
SHOWN_MAX = 200


def matter_name(kind: str, key: object) -> str:
    """How a matter is named in a row."""
    return f"{kind}:{key}"


def matter_for(viewer: Viewer, name: str) -> Matter | None:
    """The matter of this name as this viewer may see it; None where there is none, or its kind has retired."""
    kind, _colon, key = name.partition(":")
    found = matters.find(kind)
    return found.find(viewer, key) if found else None


def ways_for(mode: Mode) -> list[Way]:
    """The channels on which something may be added now, in the order of the form."""
    del mode  # every one of them has its simulator
    offered = [way for way in ways if _takes_one(way.key)]
    return sorted(offered, key=lambda way: way.order)


def _takes_one(key: str) -> bool:
    channel = channels.find(key)
    return channel is not None and not isinstance(channel, MassChannel)


def additions_for(viewer: Viewer) -> QuerySet[Addition]:
    """Every addition that this viewer may see."""
    if not (viewer.may(ADD) or viewer.may(CHECK)):
        return Addition.objects.none()
    return Addition.objects.select_related("destination", "added_by", "checked_by", "asked_by", "kept_by", "message")


def additions_to(viewer: Viewer, name: str, message_id: int | None) -> list[Addition]:
    """What was added to a matter or to its message, newest first."""
    about = Q(matter=name) if message_id is None else Q(matter=name) | Q(message=message_id)
    return list(additions_for(viewer).filter(about))


def joining(name: str, message_id: int | None, *, at: datetime) -> list[Destination]:
    """The destinations that go along with the next edition of a matter: checked, and not over."""
    about = Q(matter=name) if message_id is None else Q(matter=name) | Q(message=message_id)
    found = Addition.objects.filter(about, state=AdditionState.CHECKED, destination__expires_at__gt=at)
    return [addition.destination for addition in found.select_related("destination").order_by("pk")]


def waiting_for_check(*, at: datetime) -> int:
    """How many additions wait for a second pair of eyes."""
    return Addition.objects.filter(state=AdditionState.WAITING, destination__expires_at__gt=at).count()


def is_over(addition: Addition, at: datetime) -> bool:
    """Whether an addition has come to its end, also where no hand has written that down yet."""
    ends_at = addition.destination.expires_at
    return addition.state in STANDING and ends_at is not None and ends_at <= at


def sorted_for_list(additions: Iterable[Addition]) -> list[Addition]:
    """Those that wait first, then by age."""
    return sorted(additions, key=lambda addition: (addition.state != AdditionState.WAITING, -addition.pk))
