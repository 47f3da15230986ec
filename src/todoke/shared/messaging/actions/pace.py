"""How fast a route may carry, shared by all workers of all hosts: a token bucket in the database.

A bucket holds one second's worth and refills with time, so that in any stretch of seconds no more leaves than
`seconds × rate` and one bucket. Ordinary lanes leave its last fifth to the emergency lane: as long as that lane takes
from it, everything that flows in is its own, and when it is quiet the others lose nothing.
"""

from datetime import datetime
from typing import Any

from django.db import connection

EMERGENCY = "emergency"

# Hosts' clocks differ by minutes; the database's is one for all of them. `at` replaces it in tests alone.
#
# A clock that was set back (or a replica that took over with another one) would have everybody wait until it has caught
# up: an instant that lies ahead is therefore taken back, without a refill. So a step of the clock gives away one bucket
# at most. Less than a second ahead is only the order in which threads came.
BUCKET = """
clocked AS MATERIALIZED (
    SELECT h.*, coalesce(%(at)s::timestamptz, clock_timestamp()) AS present FROM held h),
refilled AS MATERIALIZED (
    SELECT least(%(capacity)s,
               allowance + %(rate)s * greatest(0, extract(epoch FROM present - at))::float8) AS allowance,
        CASE WHEN at > present + interval '1 second' THEN present ELSE greatest(at, present) END AS at,
        (present AT TIME ZONE 'Asia/Tokyo')::date AS day,
        CASE WHEN day = (present AT TIME ZONE 'Asia/Tokyo')::date THEN today ELSE 0 END AS today,
        at > present + interval '1 second' AS was_ahead
    FROM clocked),
granted AS MATERIALIZED (
    SELECT *, greatest(0, least(
        %(wanted)s, floor(allowance - %(floor)s + 1e-9)::int, %(per_day)s::int - today)) AS number
    FROM refilled)
"""
TAKE = f"""
WITH held AS MATERIALIZED (SELECT * FROM messaging_pace WHERE key = %(key)s FOR UPDATE),
{BUCKET},
taken AS (
    UPDATE messaging_pace p
    SET allowance = greatest(0, g.allowance - g.number), at = g.at, day = g.day, today = g.today + g.number
    FROM granted g WHERE p.key = %(key)s AND (g.number > 0 OR g.was_ahead))
SELECT number FROM granted
"""  # noqa: S608 - put together from constants
LOOK = f"""
WITH held AS MATERIALIZED (SELECT * FROM messaging_pace WHERE key = %(key)s),
{BUCKET}
SELECT number FROM granted
"""  # noqa: S608 - put together from constants
BEGIN = """
INSERT INTO messaging_pace (key, allowance, at, day, today)
SELECT %(key)s, %(capacity)s, present, (present AT TIME ZONE 'Asia/Tokyo')::date, 0
FROM (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS present) AS clock
ON CONFLICT (key) DO NOTHING
"""


def take(
    key: str,
    wanted: int,
    *,
    per_second: float,
    per_day: int | None = None,
    reserve: float = 0.2,
    lane: str,
    at: datetime | None = None,
) -> int:
    """Take up to so many from a route's pace; how many were granted, 0 for none.

    All callers of a `key` give the same figures. `per_day` holds for the Japanese day, for routes that are being warmed
    up; the emergency lane is counted in it and never bound by it, because an alert that waits until midnight helps
    nobody. The row is locked until the transaction ends, so call it outside of one. Leave out `at`: the database's
    clock is one for all hosts. Raises ValueError for a rate that is not above 0.
    """
    if wanted <= 0:
        return 0
    asked = _asked(key, wanted=wanted, per_second=per_second, per_day=per_day, reserve=reserve, lane=lane, at=at)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, asked)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(BEGIN, asked)
            cursor.execute(TAKE, asked)
            row = cursor.fetchone()
    return int(row[0]) if row else 0


def free(
    key: str,
    *,
    per_second: float,
    per_day: int | None = None,
    reserve: float = 0.2,
    lane: str,
    at: datetime | None = None,
) -> bool:
    """Whether the route would carry at least one now. It takes nothing and waits for nobody."""
    asked = _asked(key, wanted=1, per_second=per_second, per_day=per_day, reserve=reserve, lane=lane, at=at)
    with connection.cursor() as cursor:
        cursor.execute(LOOK, asked)
        row = cursor.fetchone()
    return row is None or bool(row[0])


def bucket(per_second: float, reserve: float) -> float:
    """How much the bucket holds: one second's worth, and always room for one beside the reserve."""
    return max(per_second, 1 / (1 - reserve))


def _asked(
    key: str, *, wanted: int, per_second: float, per_day: int | None, reserve: float, lane: str, at: datetime | None
) -> dict[str, Any]:
    if not per_second > 0 or not 0 <= reserve < 1:
        raise ValueError(f"a pace needs a rate above 0 and a reserve from 0 to below 1, not {per_second} and {reserve}")
    capacity, is_emergency = bucket(per_second, reserve), lane == EMERGENCY
    return {
        "key": key,
        "wanted": wanted,
        "rate": float(per_second),
        "capacity": capacity,
        "floor": 0.0 if is_emergency else reserve * capacity,
        "per_day": None if is_emergency else per_day,
        "at": at,
    }
