"""What the numbers say of the queue."""

from datetime import timedelta

import pytest

from todoke.base.clock import now
from todoke.base.health.collecting import read
from todoke.base.jobs import Lane, enqueue
from todoke.base.jobs.gauges import GAUGES, jobs_by_lane_and_state, oldest_jobs, workers_by_lane

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]


def by_labels(samples) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels.values()): sample.value for sample in samples}


def test_jobs_are_counted_by_lane_and_state() -> None:
    enqueue("messaging.dispatch", lane=Lane.NORMAL)
    enqueue("messaging.dispatch", lane=Lane.NORMAL)
    enqueue("messaging.dispatch", lane=Lane.EMERGENCY)

    found = by_labels(jobs_by_lane_and_state())

    assert found["normal", "todo"] == 2
    assert found["emergency", "todo"] == 1
    assert found["bulk", "todo"] == found["normal", "failed"] == 0
    assert len(found) == 9


def test_the_oldest_job_counts_from_when_it_was_due_and_not_before() -> None:
    enqueue("messaging.dispatch", lane=Lane.NORMAL, at=now() - timedelta(seconds=90))
    enqueue("messaging.dispatch", lane=Lane.BULK, at=now() + timedelta(hours=1))
    enqueue("messaging.dispatch", lane=Lane.EMERGENCY)

    found = by_labels(oldest_jobs())

    assert found["normal",] == pytest.approx(90, abs=5)
    assert found["bulk",] == 0
    assert found["emergency",] == pytest.approx(0, abs=5)


def test_a_lane_without_workers_says_zero() -> None:
    assert set(by_labels(workers_by_lane())) == {("emergency",), ("normal",), ("bulk",)}


def test_every_number_can_be_read_within_its_limits() -> None:
    assert [reading.trouble for reading in map(read, GAUGES)] == [""] * len(GAUGES)
