"""What `/metrics` says of the routes and of what was read back."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet

from todoke.base.clock import now
from todoke.base.health.registry import Gauge, Sample
from todoke.shared.watch.models import ReadBack, ReadBackState, Route, Trouble

COUNTED_MAX = 10_000
LATELY = timedelta(hours=24)


def probes_ok() -> Iterator[Sample]:
    """1 for a route whose latest probe went well, 0 for one whose did not; none for one that was never tried."""
    for route in _watched().exclude(ok=None):
        yield Sample(float(bool(route.ok)), {"route": route.key})


def probe_seconds() -> Iterator[Sample]:
    """How long the latest probe took."""
    for route in _watched().exclude(ok=None):
        yield Sample(route.milliseconds / 1000, {"route": route.key})


def probe_ages() -> Iterator[Sample]:
    """How long ago the latest probe was."""
    at = now()
    for route in _watched().exclude(probed_at=None):
        assert route.probed_at is not None  # excluded above
        yield Sample((at - route.probed_at).total_seconds(), {"route": route.key})


def troubles_open() -> Iterator[Sample]:
    """Routes that do not work, by whether it is in hand."""
    open_ones = Trouble.objects.filter(ended_at=None)
    yield Sample(open_ones.filter(seen_at=None).count(), {"in_hand": "no"})
    yield Sample(open_ones.exclude(seen_at=None).count(), {"in_hand": "yes"})


def read_backs() -> Iterator[Sample]:
    """Read-backs that wait now, and those that missed in the last 24 hours."""
    waiting = ReadBack.objects.filter(state=ReadBackState.WAITING)
    missed = ReadBack.objects.filter(state=ReadBackState.MISSED, ended_at__gte=now() - LATELY)
    yield Sample(waiting[:COUNTED_MAX].count(), {"state": "waiting"})
    yield Sample(missed[:COUNTED_MAX].count(), {"state": "missed"})


def _watched() -> QuerySet[Route]:
    return Route.objects.filter(is_watched=True)


GAUGES = (
    Gauge("watch.probe-ok", "1 where the latest probe of a route went well, 0 where not.", probes_ok, ("route",)),
    Gauge("watch.probe-seconds", "Seconds that the latest probe took.", probe_seconds, ("route",)),
    Gauge("watch.probe-age-seconds", "Seconds since the latest probe.", probe_ages, ("route",)),
    Gauge(
        "watch.troubles", "Routes that do not work, by whether somebody has it in hand.", troubles_open, ("in_hand",)
    ),
    Gauge("watch.read-backs", "Read-backs waiting now, and missed in the last 24 hours.", read_backs, ("state",)),
)
