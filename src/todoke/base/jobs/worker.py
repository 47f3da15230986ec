"""One process that works off one or several lanes, with the lanes' companions."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from procrastinate import App
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from todoke.base.jobs.companionship import Companionship
from todoke.base.jobs.lanes import JOBS_AT_ONCE, Lane
from todoke.base.jobs.registry import Companion

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
STALLED_AFTER_SECONDS = 30.0
RESCUE_SECONDS = 10.0
LOOK_SECONDS = 1.0  # how often a worker looks for jobs of which no notification told it

# A worker is gone ten seconds after it was asked to go: its jobs get six, its companions share what is left.
JOB_GRACE_SECONDS = 6.0
COMPANION_GRACE_SECONDS = 8.0
LEAVE_SECONDS = 9.0

PAUSE_SECONDS_FIRST = 0.5
PAUSE_SECONDS_MAX = 5.0

# How a worker is known to others: the name of its database connections.
PRESENCE = "todoke worker"


class LaneWork:
    """The work of several lanes in this process, until `leave` is called (by a signal, or by a test)."""

    def __init__(self, lanes: Iterable[str], companions: Iterable[Companion]) -> None:
        self.lanes = [Lane(lane) for lane in dict.fromkeys(lanes)]
        known = list(companions)
        self._companionships = [Companionship(lane, known) for lane in self.lanes]
        self._leaving = asyncio.Event()
        self._workers: dict[Lane, Worker] = {}

    async def run(self) -> None:
        """Work until asked to leave. A lost database is waited for, however long it stays away."""
        for companionship in self._companionships:
            companionship.begin()
        await asyncio.gather(*(self._keep_working(lane) for lane in self.lanes))
        for companionship in self._companionships:
            late = await asyncio.to_thread(companionship.end, within_seconds=COMPANION_GRACE_SECONDS)
            if late:
                log.error("companions_did_not_end", extra={"companions": late})

    def leave(self) -> None:
        """Take no new job, let the running ones finish, end the companions. To be called in the event loop's thread."""
        self._leaving.set()
        for companionship in self._companionships:
            companionship.ask_to_end()
        for worker in self._workers.values():
            worker.stop()  # type: ignore[no-untyped-call]

    async def _keep_working(self, lane: Lane) -> None:
        pause = PAUSE_SECONDS_FIRST
        while not self._leaving.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._work(lane)
            except Exception as error:
                log.error("worker_interrupted", extra={"lane": lane, "error": type(error).__name__})  # noqa: TRY400
            if self._leaving.is_set():
                return
            if asyncio.get_running_loop().time() - began > PAUSE_SECONDS_MAX:
                pause = PAUSE_SECONDS_FIRST
            await _first_of(self._leaving.wait(), asyncio.sleep(pause))
            pause = min(pause * 2, PAUSE_SECONDS_MAX)

    async def _work(self, lane: Lane) -> None:
        async with _app_of(lane).open_async() as app:
            worker = Worker(
                app,
                queues=[lane],
                name=lane.value,
                concurrency=JOBS_AT_ONCE[lane],
                fetch_job_polling_interval=LOOK_SECONDS,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
                shutdown_graceful_timeout=JOB_GRACE_SECONDS,
                # What failed stays to be looked at; what went well stands in the ledgers.
                delete_jobs="successful",
                # Gives a job's database connection back after the job.
                task_middleware=app.worker_defaults["task_middleware"],
            )
            self._workers[lane] = worker
            rescue = asyncio.create_task(_rescue_stalled_jobs(app, lane))
            try:
                # `leave` may have come while the connection was being opened.
                if not self._leaving.is_set():
                    await worker.run()  # type: ignore[no-untyped-call]
            finally:
                del self._workers[lane]
                rescue.cancel()


def presence(lane: str) -> str:
    """The name under which a worker's connections stand in `pg_stat_activity` (63 bytes at most)."""
    return f"{PRESENCE} {lane} {socket.gethostname()[:30]} {os.getpid()}"


def work_lanes(lanes: Iterable[str], companions: Iterable[Companion]) -> None:
    """Work in this process until SIGTERM or SIGINT; gone within ten seconds after that, whatever hangs.

    A job that did not get to its end is taken up again by another worker half a minute later.
    """
    asyncio.run(_work_until_signalled(list(lanes), list(companions)))


async def _work_until_signalled(lanes: list[str], companions: list[Companion]) -> None:
    work = LaneWork(lanes, companions)
    loop = asyncio.get_running_loop()
    # Threads enough that the jobs of one lane never wait for those of another.
    loop.set_default_executor(ThreadPoolExecutor(sum(JOBS_AT_ONCE[lane] for lane in work.lanes) + 2))

    def leave() -> None:
        work.leave()
        # Threads cannot be ended from outside: the process is.
        last_resort = threading.Timer(LEAVE_SECONDS, _leave_at_once)
        last_resort.daemon = True
        last_resort.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    log.info("worker_started", extra={"lanes": lanes})
    await work.run()
    log.info("worker_ended", extra={"lanes": lanes})


def _leave_at_once() -> None:
    log.error("worker_left_jobs_unfinished")
    os._exit(1)


def _app_of(lane: Lane) -> App:
    """The application with connections for a worker.

    An application of its own, since the tasks themselves go on enqueueing through Django's connection, in their
    transaction.
    """
    connector = PsycopgConnector(
        kwargs={**connector_params(), "application_name": presence(lane)},
        min_size=1,
        max_size=JOBS_AT_ONCE[lane] + 2,
        timeout=10,
    )
    app = DjangoApp(connector=connector)
    app.tasks = django_app.tasks
    app.periodic_registry = django_app.periodic_registry
    return app


async def _rescue_stalled_jobs(app: App, lane: Lane) -> None:
    """Give the jobs of killed workers back to the queue: those whose worker shows no sign of life any more."""
    while True:
        try:
            jobs = app.job_manager
            await jobs.prune_stalled_workers(STALLED_AFTER_SECONDS)
            for job in await jobs.get_stalled_jobs(queue=lane, seconds_since_heartbeat=STALLED_AFTER_SECONDS):
                log.warning("job_stalled", extra={"job": job.id, "task": job.task_name, "lane": lane})
                await jobs.retry_job(job)
        except ConnectorException as error:
            # A neighbour was quicker, or the database is away: the next round shows.
            log.info("rescue_interrupted", extra={"lane": lane, "error": type(error).__name__})
        await asyncio.sleep(RESCUE_SECONDS)


async def _first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
