"""Subscribers: a list of 100,000 people in Shift_JIS with planted faults taken in, and a million counted.

Goals: what the clerk waits for (looking through) in ten seconds, the whole list in two minutes; counts of who would be
reached in two seconds, because somebody waits for them while writing. `BENCH_SCALE=0.01` makes everything smaller.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter
from typing import Any

from bench._database import own_database

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
LISTED = max(2_000, int(100_000 * SCALE))
ROUNDS = 20
SUBSCRIBERS = max(2_000, int(1_000_000 * SCALE))
RUNS = 5
CHECK_GOAL_SECONDS = 10.0
TAKE_GOAL_SECONDS = 120.0
REACH_GOAL_SECONDS = 2.0
CHANNEL = "messaging.mail-each"
AT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement."""
    with own_database("subscribers"):
        from tests.shared.subscriptions.people import make_areas, make_topics

        make_areas()
        make_topics("bousai", "gomi", "event")
        yield from _list_taken_in()
        _fill()
        yield from _counted()


def _list_taken_in() -> Iterator[dict[str, Any]]:
    """From the clerk's upload to the last person, and the refusals as the clerk reads them."""
    from tests.shared.subscriptions.faulty_list import large_list

    from todoke.ground.people.models import Account
    from todoke.shared.messaging.models import Contact
    from todoke.shared.subscriptions.actions import imports

    content, planted = large_list(LISTED, ROUNDS)
    clerk = Account.objects.create(login_name="clerk", name="係 一郎")
    began = perf_counter()
    batch = imports.upload(content, channel=CHANNEL, basis="計測", consented_on=date(2020, 4, 1), by=clerk, at=AT)
    kept = perf_counter()
    imports.step(at=AT)
    looked_through = perf_counter()
    imports.take(batch.pk, by=clerk, at=AT)
    while imports.step(at=AT):
        pass
    taken = perf_counter()
    batch.refresh_from_db()
    refusals = list(batch.refusals.order_by("line").values_list("line", "column", "reason"))
    what = f"a list of {LISTED:,} people in Shift_JIS"
    yield _line(f"{what}, {len(content) / 1e6:.1f} MB: kept", [kept - began], CHECK_GOAL_SECONDS)
    yield _line(f"{what}: looked through", [looked_through - kept], CHECK_GOAL_SECONDS)
    yield _line(f"{what}: taken in", [taken - looked_through], TAKE_GOAL_SECONDS)
    wrong = set(planted) ^ {line for line, _column, _reason in refusals}
    yield {
        "name": f"{what}: planted faults not refused, and good lines refused",
        "value": len(wrong),
        "unit": "count",
        "goal": 0,
        "holds": not wrong,
        "planted": len(planted),
        "taken_in": Contact.objects.count(),
        "the_clerk_reads": refusals[: len(planted) // ROUNDS],
    }


def _fill() -> None:
    """Subscribers up to the full number: half of them with one place, a third with two, the rest with three."""
    from django.db import connection

    from todoke.shared.messaging.models import Contact

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_contact (channel, lookup, address, language, reach, state, reason, generation,
                soft_bounces, created_at, changed_at)
            SELECT %s, sha256(n::text::bytea), sha256(n::text::bytea), (ARRAY['ja', 'ja-easy', 'en'])[1 + n %% 3],
                'public', 'active', '', 1, 0, now(), now()
            FROM generate_series(1, %s) AS n
            """,
            [CHANNEL, SUBSCRIBERS - Contact.objects.count()],
        )
        cursor.execute(
            """
            WITH new AS (SELECT id, CASE WHEN id % 6 < 3 THEN 1 WHEN id % 6 < 5 THEN 2 ELSE 3 END AS places
                FROM messaging_contact c WHERE NOT EXISTS
                    (SELECT 1 FROM subscriptions_place p WHERE p.contact_id = c.id)),
            topics AS (SELECT array_agg(id ORDER BY id) AS all_of_them FROM subscriptions_topic),
            areas AS (SELECT array_agg(id ORDER BY id) AS all_of_them FROM places_area WHERE kind <> 'municipality')
            INSERT INTO subscriptions_place (contact_id, label, area_id, topics, number, siblings)
            SELECT new.id, (ARRAY['home', 'work', 'parents'])[1 + number],
                areas.all_of_them[1 + (new.id + number) % cardinality(areas.all_of_them)],
                topics.all_of_them[1 + (new.id + number) % 2 : 2 + (new.id + number) % 2]::smallint[],
                number, new.places - 1
            FROM topics, areas, new, generate_series(0, new.places - 1) AS number
            """
        )
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE messaging_contact, subscriptions_place")


def _counted() -> Iterator[dict[str, Any]]:
    from todoke.shared.subscriptions.queries.reach import reach

    for what, topics, areas in (
        ("one topic", ["gomi"], []),
        ("one topic in one area", ["gomi"], ["hill"]),
        ("all topics", ["bousai", "gomi", "event"], []),
    ):
        times = []
        for _ in range(RUNS):
            began = perf_counter()
            found = reach(topics, areas)
            times.append(perf_counter() - began)
        name = f"{SUBSCRIBERS:,} subscribers, {what}: people, areas, topics, channels and languages counted"
        yield _line(name, times, REACH_GOAL_SECONDS, people=found.people)


def _line(name: str, times: list[float], goal: float, **more: Any) -> dict[str, Any]:
    value = median(times)
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "s",
        "goal": goal,
        "holds": value <= goal,
        "runs": {"min": round(min(times), 2), "median": round(value, 2), "max": round(max(times), 2)},
        **more,
    }
