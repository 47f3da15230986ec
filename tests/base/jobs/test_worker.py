import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from todoke.base.jobs import Lane, enqueue
from todoke.base.jobs.worker import LaneWork, presence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]

WAIT_SECONDS = 15

done: list[dict[str, Any]] = []


@app.task(name="tests.note")
def note(**words: Any) -> None:
    done.append(words)


@app.task(name="tests.explode")
def explode() -> None:
    raise RuntimeError("the demonstration explodes")


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    """The queue's tables are not Django's, and are not emptied between tests with the others."""
    _empty()
    done.clear()
    yield
    _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def work_until(enough: Callable[[], bool], *lanes: Lane, meanwhile: Callable[[], None] | None = None) -> None:
    """Work these lanes until `enough` (asked in a thread, since it may ask the database) or the time is over."""

    def look(over: threading.Event) -> bool:
        for _ in range(WAIT_SECONDS * 20):
            if enough():
                return True
            over.wait(0.05)
        return False

    async def work() -> bool:
        lane_work = LaneWork(lanes, [])
        running = asyncio.create_task(lane_work.run())
        if meanwhile:
            await asyncio.sleep(0.5)
            await asyncio.to_thread(meanwhile)
        came = await asyncio.to_thread(_then_close, look, threading.Event())
        lane_work.leave()
        await asyncio.wait_for(running, WAIT_SECONDS)
        return came

    # In a thread of its own: a browser that was here before has left its event loop in this one.
    with ThreadPoolExecutor(1) as apart:
        assert apart.submit(asyncio.run, work()).result()


def _then_close(act: Callable[[threading.Event], bool], over: threading.Event) -> bool:
    try:
        return act(over)
    finally:
        connection.close()


def test_a_worker_does_the_jobs_of_its_lane_and_leaves_the_others():
    enqueue("tests.note", lane=Lane.NORMAL, word="ours")
    enqueue("tests.note", lane=Lane.BULK, word="theirs")

    work_until(lambda: bool(done), Lane.NORMAL)

    assert done == [{"word": "ours"}]
    assert ProcrastinateJob.objects.get().queue_name == "bulk"


def test_one_worker_may_serve_several_lanes():
    enqueue("tests.note", lane=Lane.NORMAL, word="one")
    enqueue("tests.note", lane=Lane.BULK, word="two")

    work_until(lambda: len(done) == 2, Lane.NORMAL, Lane.BULK)

    assert sorted(words["word"] for words in done) == ["one", "two"]


def test_a_job_that_fails_stays_to_be_looked_at(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL, "procrastinate")
    number = enqueue("tests.explode", lane=Lane.NORMAL)

    work_until(lambda: ProcrastinateJob.objects.filter(id=number, status="failed").exists(), Lane.NORMAL)


def test_the_job_of_a_killed_worker_is_taken_up_again():
    number = enqueue("tests.note", lane=Lane.EMERGENCY, word="again")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        )
        (killed,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [killed, number])

    work_until(lambda: bool(done), Lane.EMERGENCY)

    assert done == [{"word": "again"}]


def test_a_worker_outlives_the_loss_of_all_its_connections(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)

    def cut_off_and_enqueue() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s",
                [presence(Lane.EMERGENCY)],
            )
            assert cursor.fetchone()[0] >= 1
        enqueue("tests.note", lane=Lane.EMERGENCY, word="after")
        connection.close()

    work_until(lambda: bool(done), Lane.EMERGENCY, meanwhile=cut_off_and_enqueue)

    assert done == [{"word": "after"}]


def test_a_worker_that_leaves_takes_its_sign_of_life_with_it():
    enqueue("tests.note", lane=Lane.NORMAL)

    work_until(lambda: bool(done), Lane.NORMAL)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone() == (0,)


def test_the_name_of_a_connection_fits_into_the_servers_list():
    assert len(presence("emergency").encode()) <= 63
