"""What `/metrics` shows: how many looks there were within an hour."""

from collections.abc import Iterator
from datetime import timedelta

from todoke.base.clock import now
from todoke.base.health.registry import Gauge, Sample
from todoke.ground.looks.models import Look


def within_an_hour() -> Iterator[Sample]:
    """Looks of the hour before now."""
    yield Sample(Look.objects.filter(at__gt=now() - timedelta(hours=1)).count())


GAUGES = (Gauge("looks.within-an-hour", "Looks at personal data within the last hour.", within_an_hour),)
