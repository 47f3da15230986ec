"""The inbox of a section: how long its first page, its hundredth page and its counts take among 100,000 cases.

Limit: the goal of the house, the first page within 100 ms. Every case is open, so that nothing is quick for want of
rows; the database's own plan has to be an index scan without a sort, however many cases there are.
"""

from collections.abc import Callable, Iterator
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection

from bench._database import own_database

CASES = 100_000
SECTIONS = 8
RUNS = 15
GOAL_MILLISECONDS = 100.0
# Every one of the cases is counted; nobody sits in eight sections, but a deputy mayor looks at them.
COUNT_GOAL_MILLISECONDS = 200.0
TODAY = date(2026, 11, 21)

FILL = """
INSERT INTO casework_case (
    key, number, fiscal_year, flow_version_id, subject_type, subject_key, resident_id, section_id, handler_id,
    custody_id, owns_custody, state, revision, seq, opened_at, arrived_at, arrived_by, due_date, sort_date, stops,
    is_stopped, outcome, closed_on)
SELECT gen_random_uuid(), 'bench-' || n, 2026, %(version)s, 'bench', n::text, n %% 5000,
    %(section)s + n %% %(sections)s, NULL, NULL,
    false, (ARRAY['received', 'examining', 'mending'])[1 + n %% 3], 1, 1, now(), now(), 'online',
    CASE WHEN n %% 3 = 2 THEN NULL ELSE date '2026-10-01' + (n * 7919 %% 120) END,
    CASE WHEN n %% 3 = 2 THEN date '9999-12-31' ELSE date '2026-10-01' + (n * 7919 %% 120) END,
    '[]', n %% 3 = 2, '', NULL
FROM generate_series(1, %(cases)s) AS n
"""


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement."""
    with own_database("inbox"):
        from todoke.ground.people.rules import Viewer
        from todoke.shared.casework.queries import counts, inbox

        keys = _fill()
        one = _viewer(Viewer, keys[:1])
        all_of_them = _viewer(Viewer, keys)
        page = inbox(one).next_page
        for _each in range(98):
            page = inbox(one, page=page).next_page
        yield _timed("inbox: first page of a section", lambda: inbox(one), plan=True)
        yield _timed("inbox: hundredth page of a section", lambda: inbox(one, page=page), plan=True)
        yield _timed("inbox: first page of one state", lambda: inbox(one, states=["mending"]), plan=True)
        yield _timed("inbox: first page of somebody in eight sections", lambda: inbox(all_of_them))
        yield _timed("inbox: counts of a section by state", lambda: counts(one, today=TODAY))
        yield _timed(
            "inbox: counts of eight sections by state",
            lambda: counts(all_of_them, today=TODAY),
            goal=COUNT_GOAL_MILLISECONDS,
        )


def _viewer(kind: Any, keys: list[str]) -> Any:
    grants = frozenset(("casework.read", key) for key in keys)
    return kind(account_id=1, name="bench", staff_id=1, section_keys=frozenset(keys), grants=grants)


def _fill() -> list[str]:
    from todoke.ground.people.models import Section
    from todoke.shared.casework.models import Flow, FlowVersion

    version = FlowVersion.objects.create(
        flow=Flow.objects.create(key="bench"), number=1, document={}, sha256="0" * 64, published_at="2026-11-21T00:00Z"
    )
    keys = [f"section-{number}" for number in range(SECTIONS)]
    made = Section.objects.bulk_create(Section(key=key, name=key, reading=key, name_en=key) for key in keys)
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"version": version.pk, "section": made[0].pk, "sections": SECTIONS, "cases": CASES})
        cursor.execute("ANALYZE casework_case")
    return keys


def _timed(
    name: str, ask: Callable[[], object], *, plan: bool = False, goal: float = GOAL_MILLISECONDS
) -> dict[str, Any]:
    ask()
    times = []
    for _each in range(RUNS):
        begin = perf_counter()
        ask()
        times.append((perf_counter() - begin) * 1000)
    value = median(times)
    line: dict[str, Any] = {
        "name": f"{name} among {CASES:,} open cases",
        "value": round(value, 2),
        "unit": "ms",
        "goal": goal,
        "holds": value <= goal,
        "runs": {"min": round(min(times), 2), "median": round(value, 2), "max": round(max(times), 2)},
    }
    if plan:
        nodes = _plan_of(ask)
        line["plan"] = nodes
        line["holds"] = line["holds"] and "Sort" not in nodes and "Seq Scan" not in nodes
    return line


def _plan_of(ask: Callable[[], object]) -> list[str]:
    """The kinds of nodes in the plan of the question that finds the page's cases."""
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        ask()
    question = next(each["sql"] for each in asked if "sort_date" in each["sql"] and "ORDER BY" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + question)
        (found,) = cursor.fetchone()
    return list(_nodes(found[0]["Plan"]))


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for below in plan.get("Plans", []):
        yield from _nodes(below)
