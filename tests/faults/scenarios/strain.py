"""Other work takes every core, the log is ten times as long and nobody reads it: alerts leave in time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.cluster import wait_until
from tests.faults.scenario import FULL, Figure, Scenario, Size
from tests.faults.sink import Sink
from tests.faults.workshop import Workshop, at_rest
from tests.houses import House

PLACES = 20
NEIGHBOURS_A_CORE = 2
# A worker says some ten lines a second at work.
LINES_A_SECOND = 200
GOAL_SECONDS = 3.0
# Small, in a suite that shares its machine with whatever else runs there: that alerts leave at all.
GOAL_SECONDS_SMALL = 20.0


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """The same alerts on a quiet host and on this one: approval to first attempt."""
    alerts = max(4, size.deliveries // 250)
    goal = GOAL_SECONDS if size == FULL else GOAL_SECONDS_SMALL
    cluster, sink = workshop.cluster(), workshop.sink()
    house = workshop.house(cluster, sink=sink)
    worker = workshop.begin(house, "worker", name="quiet")
    quiet = _waits(workshop, house, sink, alerts)
    workshop.end(worker)

    worker = workshop.begin(house, "worker", f"--lines={LINES_A_SECOND}", name="strained", unread=True)
    with _neighbours() as number:
        strained = _waits(workshop, house, sink, alerts)
    workshop.end(worker)

    expected = 2 * alerts * PLACES
    return [
        Figure("neighbours that take all they can get, a core", number / (os.cpu_count() or 1)),
        Figure("approval to first attempt, quiet, p95", _p95(quiet), "s", goal=goal),
        Figure("approval to first attempt, strained, p95", _p95(strained), "s", goal=goal),
        Figure("approval to first attempt, strained, longest", round(max(strained), 2), "s", goal=2 * goal),
        Figure("deliveries that were lost", expected - len(sink.keys()), goal=0),
        Figure("sent twice", sum(count - 1 for count in sink.keys().values()), goal=0),
    ]


def _waits(workshop: Workshop, house: House, sink: Sink, alerts: int) -> list[float]:
    """From the release of each alert to the arrival of each of its deliveries, in seconds."""
    waits: list[float] = []
    for _ in range(alerts):
        before = len(sink.arrivals)
        identifier = workshop.do(house, "release", str(PLACES))
        [(released,)] = house.ask(
            f"SELECT extract(epoch FROM released_at)::float8 FROM messaging_edition WHERE identifier = '{identifier}'"
        )
        wait_until(lambda before=before: len(sink.arrivals) >= before + PLACES, 60, "every place got it")
        waits += [arrival.at - released for arrival in sink.arrivals[before:]]
    at_rest(house, 60, expected=0)
    return waits


@contextmanager
def _neighbours() -> Iterator[int]:
    """Processes that do nothing but take time, as many as would fill every core twice; how many."""
    count = NEIGHBOURS_A_CORE * (os.cpu_count() or 1)
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield count
    finally:
        for process in running:
            process.kill()
            process.wait()


def _p95(values: list[float]) -> float:
    return round(sorted(values)[int(len(values) * 0.95)], 2)


SCENARIO = Scenario("strain", "Every core taken, ten times the log lines, and nobody reads them", run)
