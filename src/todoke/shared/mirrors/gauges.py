"""What `/metrics` says of the mirrors."""

from collections.abc import Iterator

from todoke.base.clock import now
from todoke.base.health.registry import Gauge, Sample
from todoke.shared.mirrors.queries import mirrors_at


def ages() -> Iterator[Sample]:
    """How old each copy is; none for a mirror that never had one."""
    for seen in mirrors_at(now()):
        if seen.age is not None:
            yield Sample(seen.age.total_seconds(), {"mirror": seen.mirror.key})


def troubles() -> Iterator[Sample]:
    """1 for a mirror whose copy is too old, or cannot be told to be fresh."""
    for seen in mirrors_at(now()):
        yield Sample(float(seen.mirror.old_since is not None), {"mirror": seen.mirror.key})


def failures() -> Iterator[Sample]:
    """How many rounds in a row have failed."""
    for seen in mirrors_at(now()):
        yield Sample(seen.mirror.push_failures, {"mirror": seen.mirror.key})


GAUGES = (
    Gauge("mirrors.age-seconds", "Seconds since a mirror's copy was whole, as the public reads it.", ages, ("mirror",)),
    Gauge("mirrors.behind", "1 where a mirror's copy is more than 60 seconds old.", troubles, ("mirror",)),
    Gauge("mirrors.failures", "Rounds of bringing files to a mirror that failed in a row.", failures, ("mirror",)),
)
