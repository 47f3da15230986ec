"""What `/metrics` says of the record: how long it is. A number that ever falls is an alarm."""

from collections.abc import Iterator

from todoke.base.health.registry import Gauge, Sample
from todoke.ground.audit.queries import head


def head_number() -> Iterator[Sample]:
    """The number of the newest link of the chain."""
    yield Sample(head()[0])


GAUGES = (Gauge("audit.head", "Number of the newest entry of the audit chain; it never falls.", head_number),)
