"""The audit record: how long it takes to check 100,000 entries, and what an entry costs the action that records it.

Peer and limit: the goal of the house, 100,000 rows in ten seconds at most. Measured in a database of its own, because
what is recorded cannot be taken out again.
"""

import secrets
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

from django.db import transaction

from bench._database import own_database

ENTRIES = 100_000
ENTRIES_AT_ONCE = 200
RUNS = 3
VERIFY_GOAL_SECONDS = 10.0
RECORD_GOAL_MILLISECONDS = 5.0


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement."""
    with own_database("audit"):
        yield _recording()
        _fill()
        yield _verifying()


def _recording() -> dict[str, Any]:
    from todoke.ground.audit.actions import record

    times = []
    for key in range(300):
        begin = perf_counter()
        record("people.tried", on=("thing", key), by="bench", before={"state": "draft"}, after={"state": "released"})
        times.append((perf_counter() - begin) * 1000)
    return _line("audit: one entry recorded and chained, with its commit", times, "ms", RECORD_GOAL_MILLISECONDS)


def _fill() -> None:
    from todoke.ground.audit.models import Entry
    from todoke.ground.audit.rules import payload_hash, payload_text

    for begin in range(0, ENTRIES, ENTRIES_AT_ONCE):
        entries = []
        for key in range(begin, begin + ENTRIES_AT_ONCE):
            salt = secrets.token_bytes(32)
            payload = payload_text({"actor_name": "職員 太郎", "after": {"state": key}, "before": None, "why": ""})
            entries.append(
                Entry(
                    what="people.tried",
                    actor="people.account:1",
                    target_type="thing",
                    target_key=str(key),
                    payload=payload,
                    salt=salt,
                    payload_hash=payload_hash(salt, payload),
                )
            )
        with transaction.atomic():
            Entry.objects.bulk_create(entries)


def _verifying() -> dict[str, Any]:
    from todoke.ground.audit.queries import findings, head

    times = []
    for _ in range(RUNS):
        begin = perf_counter()
        wrong = findings()
        times.append((perf_counter() - begin) * ENTRIES / head()[0])
        if wrong:
            raise RuntimeError(f"the record that was just written does not verify: {wrong[:3]}")
    return _line("audit: 100,000 entries verified", times, "s", VERIFY_GOAL_SECONDS)


def _line(name: str, times: list[float], unit: str, goal: float) -> dict[str, Any]:
    value = median(times)
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "goal": goal,
        "holds": value <= goal,
        "runs": {"min": round(min(times), 3), "median": round(value, 3), "max": round(max(times), 3)},
    }
