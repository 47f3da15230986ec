"""What the queue does after a restore: jobs of before are hints about a moment that is gone."""

from datetime import timedelta

import pytest
from django.db import connection

from todoke.base.backup.models import Setback
from todoke.base.backup.registry import after_restore
from todoke.base.backup.setbacks import set_back
from todoke.base.clock import now
from todoke.base.jobs import Lane, enqueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]


def waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return cursor.fetchone()[0]


@pytest.fixture
def jobs():
    enqueue("messaging.dispatch", lane=Lane.NORMAL)
    enqueue("messaging.dispatch", lane=Lane.NORMAL, at=now() + timedelta(days=1))


@pytest.mark.parametrize("kind", [Setback.Kind.RESTORED, Setback.Kind.FOUND])
def test_museum_7_jobs_and_schedules_of_a_restored_past_are_forgotten(jobs, kind):
    setback = set_back(kind, went_back_to=now() - timedelta(days=7), host="host")

    assert waiting_jobs() == 0
    assert "待っていた仕事 2 件を捨てました（台帳から作り直されます）。" in setback.said


def test_after_the_tail_of_a_failover_jobs_stay(jobs):
    set_back(Setback.Kind.TAIL, went_back_to=now(), host="host")

    assert waiting_jobs() == 2


def test_queue_and_ledger_take_part_in_every_restore():
    assert {room.key for room in after_restore} >= {"jobs.queue", "messaging.ledger"}
