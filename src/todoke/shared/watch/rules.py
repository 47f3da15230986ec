"""Pure decisions of the watch: when to try again, how a route stands, when to look once more."""

from datetime import datetime, timedelta
from enum import StrEnum

# Goal: a probe at least every three minutes, a fault on the screen within five. With the ten seconds that a probe may
# take and a look at the clock every second, a fault shows after 120 + 10 + 20 + 10 seconds at the latest.
PROBE_EVERY = timedelta(seconds=120)
PROBE_AFTER_A_FAILURE = timedelta(seconds=20)
PROBE_IN_TROUBLE = timedelta(seconds=60)
FAILURES_THAT_ARE_TROUBLE = 2
# Nobody has probed for so long that the watch itself must be looked at.
STALE_AFTER = timedelta(minutes=5)
SPREAD = 0.1

READ_BACK_WITHIN = timedelta(minutes=3)
# Seconds from one look to the next; the last step repeats until the time is over: some ten looks in all.
LOOKS = (2, 5, 10, 20, 30)
# A channel may serve hundreds of destinations with one edition; so many of them are looked for.
READ_BACKS_PER_CHANNEL_MAX = 20

PROBES_KEPT = timedelta(days=14)
READ_BACKS_KEPT = timedelta(days=400)


class Standing(StrEnum):
    """How a route stands, as far as anybody knows."""

    GOOD = "good"
    # One probe has failed; the next one will tell.
    DOUBTFUL = "doubtful"
    BAD = "bad"
    STALE = "stale"
    NEVER_TRIED = "never_tried"


def standing_of(*, ok: bool | None, failures: int, probed_at: datetime | None, at: datetime) -> Standing:
    """How a route stands, by its latest probe."""
    if ok is None or probed_at is None:
        return Standing.NEVER_TRIED
    if at - probed_at > STALE_AFTER:
        return Standing.STALE
    if ok:
        return Standing.GOOD
    return Standing.BAD if failures >= FAILURES_THAT_ARE_TROUBLE else Standing.DOUBTFUL


def next_probe_at(at: datetime, failures: int, *, chance: float) -> datetime:
    """When to try a route again after `failures` failures in a row. `chance` in [0, 1) brings it forward by up to 10 %,
    so that many routes are not tried in the same moment, and never puts it off."""
    step = {0: PROBE_EVERY, 1: PROBE_AFTER_A_FAILURE}.get(failures, PROBE_IN_TROUBLE)
    return at + step * (1 - SPREAD * chance)


def next_look_at(at: datetime, looks: int, deadline_at: datetime) -> datetime | None:
    """When to look again after `looks` looks; the last one at the deadline itself, and None after that."""
    if at >= deadline_at:
        return None
    step = timedelta(seconds=LOOKS[min(looks, len(LOOKS)) - 1])
    return min(at + step, deadline_at)
