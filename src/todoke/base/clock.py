"""The clock, asked at the edge and passed in.

Instants are stored in UTC and shown in Japanese time, which knows no summer time: a fixed +09:00. In processes that
keep to the database (`todoke.base.database_clock`) it is the database's clock that is read, so that a host whose own
clock is wrong releases nothing early or late and takes nobody's lease away.
"""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")

# An instant and the steady count of this machine at it; None: this machine's own clock is read.
_anchor: tuple[datetime, float] | None = None


def now() -> datetime:
    """The present instant, aware, in UTC. Replaced in tests by time-machine."""
    held = _anchor
    if held is None:
        return datetime.now(UTC)
    instant, count = held
    return instant + timedelta(seconds=steady() - count)


def keep_to(instant: datetime | None, count: float = 0.0) -> None:
    """Go by this instant, which held when `steady` gave `count`, no longer by this machine's clock; None ends it."""
    global _anchor  # noqa: PLW0603 - one clock for the whole process, replaced as a whole
    _anchor = None if instant is None else (instant.astimezone(UTC), count)


def steady() -> float:
    """Seconds that nobody sets forward or back, and that go on while the machine sleeps where the system counts so."""
    return time.clock_gettime(_STEADY)


def in_japan(instant: datetime) -> datetime:
    """The same instant on a Japanese clock; a naive one raises ValueError, since nobody can know what it meant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(JAPAN)


# Linux alone has the one that counts on while the machine sleeps (clock_gettime(2)).
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
