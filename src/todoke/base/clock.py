"""The clock, asked at the edge and passed in.

Instants are stored in UTC and shown in Japanese time, which knows no summer time:
a fixed +09:00.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The present instant, aware, in UTC. Replaced in tests by time-machine."""
    return datetime.now(UTC)


def in_japan(instant: datetime) -> datetime:
    """The same instant on a Japanese clock; a naive one raises ValueError, since nobody can know what it meant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(JAPAN)
