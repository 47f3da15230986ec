"""What `/metrics` shows: how much is in custody, how much is over, how many keys there are."""

from collections.abc import Iterator

from todoke.base.clock import in_japan, now
from todoke.base.health.registry import Gauge, Sample
from todoke.ground.retention.models import Custody, PeriodKey
from todoke.ground.retention.queries import over


def in_custody() -> Iterator[Sample]:
    """Records that have not been purged."""
    yield Sample(Custody.objects.filter(purged_at=None).count())


def past_their_end() -> Iterator[Sample]:
    """Records whose last day has passed, held or not."""
    yield Sample(over(in_japan(now()).date()).count())


def keys() -> Iterator[Sample]:
    """Period keys that are to be in the store."""
    yield Sample(PeriodKey.objects.filter(destroyed_at=None).count())


GAUGES = (
    Gauge("retention.in-custody", "Records in custody that have not been purged.", in_custody),
    Gauge("retention.past-their-end", "Records in custody whose last day has passed.", past_their_end),
    Gauge("retention.keys", "Period keys that the key store has to hold.", keys),
)
