"""What `/metrics` says of the queue: jobs by lane and state, how long the oldest has been due, who works."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from todoke.base.health.registry import Gauge, Sample
from todoke.base.jobs.lanes import LANES
from todoke.base.jobs.worker import PRESENCE

# Looked at no further in each lane: whether ten thousand jobs wait or a million, somebody must look.
LOOKED_AT_MAX = 10_000
STATES = ("todo", "doing", "failed")

_LANES = """
FROM unnest(%s::text[]) AS lane CROSS JOIN LATERAL (
    SELECT id, status::text AS state, scheduled_at FROM procrastinate_jobs WHERE queue_name = lane LIMIT %s) AS job
"""

_COUNT = f"SELECT lane, job.state, count(*) {_LANES} GROUP BY 1, 2"

# A job without a time of its own is due since it was put into the queue, which its first event tells.
_OLDEST = f"""
SELECT lane, extract(epoch FROM now() - least(min(job.scheduled_at), (
    SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = min(job.id) FILTER (WHERE job.scheduled_at IS NULL))))
{_LANES} WHERE job.state = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now()) GROUP BY 1
"""  # noqa: S608 - put together from the constants above

_WORKERS = """
SELECT split_part(application_name, ' ', 3) AS lane, count(DISTINCT application_name)
FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE %s GROUP BY 1
"""


def jobs_by_lane_and_state() -> Iterator[Sample]:
    """Every lane and state, also where there is nothing."""
    found = {(lane, state): number for lane, state, number in _rows(_COUNT, [list(LANES), LOOKED_AT_MAX])}
    for lane in LANES:
        for state in STATES:
            yield Sample(found.get((lane, state), 0), {"lane": lane, "state": state})


def oldest_jobs() -> Iterator[Sample]:
    """For how many seconds the oldest due job of each lane has been waiting; 0 where none waits."""
    found = dict(_rows(_OLDEST, [list(LANES), LOOKED_AT_MAX]))
    for lane in LANES:
        yield Sample(max(0.0, float(found.get(lane) or 0)), {"lane": lane})


def workers_by_lane() -> Iterator[Sample]:
    """Worker processes that are connected, on whichever host."""
    found = dict(_rows(_WORKERS, [f"{PRESENCE} %"]))
    for lane in LANES:
        yield Sample(found.get(lane, 0), {"lane": lane})


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


GAUGES = (
    Gauge(
        "jobs.jobs",
        f"Jobs by lane and state, of {LOOKED_AT_MAX} in each lane.",
        jobs_by_lane_and_state,
        ("lane", "state"),
    ),
    Gauge("jobs.oldest-due-seconds", "Seconds for which the oldest due job has waited.", oldest_jobs, ("lane",)),
    Gauge("jobs.workers", "Worker processes connected to the database.", workers_by_lane, ("lane",)),
)
