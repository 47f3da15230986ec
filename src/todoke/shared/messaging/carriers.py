"""The mass dispatcher: begins and plans a lane's mailings, and has their bundles carried, several at a time.

Like the dispatcher it can be killed at any moment: what it held is free as soon as the database has ended its session.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.db import Error as DatabaseTrouble
from django.db import connections

from todoke.base.backup import tide
from todoke.base.clock import now
from todoke.base.health.context import about_edition
from todoke.base.jobs.lanes import LANES
from todoke.base.sealing import CannotOpen
from todoke.shared.messaging import waking
from todoke.shared.messaging.actions import bundles, dispatch, mailings
from todoke.shared.messaging.actions.bundles import Carry
from todoke.shared.messaging.actions.mailings import Job
from todoke.shared.messaging.dispatcher import held_in_hand, worker_name
from todoke.shared.messaging.holder import Holder
from todoke.shared.messaging.models import Mailing
from todoke.shared.messaging.registry import MassChannel, audiences, channels
from todoke.shared.messaging.types import Copy, Fate, Result

log = logging.getLogger(__name__)

BEGUN_AT_ONCE = 20
TIDY_SECONDS = 2.0
# So many results are written in one go, or what there is after that time: more of them cost less, and are at stake when
# the process is killed.
PORTION = 100
PORTION_SECONDS = 0.3
DATABASE_PAUSE_SECONDS = 0.5
LEAVING_SECONDS = 2.5
HELD_PAUSE = timedelta(seconds=2)


class MassDispatcher:
    """Serves one lane's mailings until told to stop; any number of them may, on any number of hosts."""

    key = "messaging.mass-dispatcher"
    lanes = frozenset(LANES)

    def run(self, lane: str, stop: threading.Event) -> None:
        """Begin, plan, carry, tidy up. Returns within three seconds of `stop`; a bundle in hand is then left lying."""
        holder = Holder()
        crews: dict[str, Crew] = {}
        tidied = 0.0
        watch = tide.Watch()
        try:
            while not stop.is_set():
                heard = waking.calls()
                if not holder.keep():
                    watch.begin_again()
                    stop.wait(DATABASE_PAUSE_SECONDS)
                    continue
                watch.look()
                _begin_due(lane)
                moving = mailings.moving(lane)
                plans = [_plan(mailing) for mailing in moving]
                _set_to_work(moving, crews, holder, stop)
                for mailing in moving:
                    mailings.end_if_over(mailing.pk, at=now())
                if time.monotonic() - tidied >= TIDY_SECONDS:
                    tidied = time.monotonic()
                    _tidy(moving, holder)
                if not any(plans):
                    waking.rest(heard, stop)
        finally:
            for crew in crews.values():
                crew.leave(within_seconds=LEAVING_SECONDS)
            holder.let_go()


def _begin_due(lane: str) -> None:
    for channel in dispatch.channels_due(lane, at=now()):
        if isinstance(channels.find(channel), MassChannel):
            for claimed in dispatch.claim(lane, channel, limit=BEGUN_AT_ONCE, at=now()):
                mailings.begin(claimed, worker=worker_name(), at=now())


def _plan(mailing: Mailing) -> bool:
    """One step of the plan; whether there is more to plan."""
    if mailing.planned_at or mailing.stopped_at or mailing.delivery.expires_at <= now():
        return False
    try:
        return bool(mailings.plan_step(mailings.job_of(mailing.pk), at=now()))
    except LookupError as gone:
        mailings.fail(mailing.pk, str(gone), at=now())
        return False


def _set_to_work(moving: list[Mailing], crews: dict[str, "Crew"], holder: Holder, stop: threading.Event) -> None:
    by_channel: dict[str, list[int]] = {}
    for mailing in moving:
        by_channel.setdefault(mailing.delivery.channel, []).append(mailing.pk)
    for key, mailing_ids in by_channel.items():
        channel = channels.find(key)
        if isinstance(channel, MassChannel):
            crews.setdefault(key, Crew(channel, holder, stop)).set_to(mailing_ids)


def _tidy(moving: list[Mailing], holder: Holder) -> None:
    bundles.reopen(dead=holder.dead_among(bundles.holders_at_work()), at=now())
    for mailing in moving:
        while mailings.wind_up(mailing, at=now()):
            pass


class Crew:
    """The carriers of one channel in this process, a thread each; they go when there is nothing to carry."""

    def __init__(self, channel: MassChannel, holder: Holder, stop: threading.Event) -> None:
        self.channel = channel
        self.holder = holder
        self.stop = stop
        self._jobs: dict[int, tuple[Job, Any]] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def set_to(self, mailing_ids: list[int]) -> None:
        """Have these mailings carried, as far as anything is due and the channel is free."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        with self._lock:
            self._jobs = {pk: self._jobs[pk] for pk in mailing_ids if pk in self._jobs}
        due = bundles.due(mailing_ids, at=now(), limit=self.channel.facts.concurrency - len(self._threads))
        for _each in range(due):
            thread = threading.Thread(
                target=self._carry_on, args=(mailing_ids,), name=f"{self.channel.key} carrier", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def leave(self, *, within_seconds: float) -> None:
        """Wait for the carriers to end; they look at `stop` between bundles."""
        deadline = time.monotonic() + within_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _carry_on(self, mailing_ids: list[int]) -> None:
        # Mailings take turns, so that a small one does not wait for the end of a large one.
        turns = random.sample(mailing_ids, len(mailing_ids))
        idle = 0
        try:
            for mailing_id in cycle(turns):
                if self.stop.is_set() or idle == len(turns):
                    return
                idle = 0 if self._carry_one(mailing_id) else idle + 1
        except DatabaseTrouble as trouble:
            # What was in hand had its time to be written; the rest is found in the ledger.
            log.warning("carrier_interrupted", extra={"channel": self.channel.key, "trouble": type(trouble).__name__})
        except Exception:
            log.exception("carrier_broke_off", extra={"channel": self.channel.key})
        finally:
            connections.close_all()
            waking.wake()

    def _carry_one(self, mailing_id: int) -> bool:
        job, stationery = self._job(mailing_id)
        if not self.channel.is_free(job.lane):
            return False
        carry = bundles.claim(job, holder=self.holder.number, at=now())
        if carry is None:
            return False
        with about_edition(job.edition.identifier):
            carry_bundle(carry, job, self.channel, stationery)
        return True

    def _job(self, mailing_id: int) -> tuple[Job, Any]:
        with self._lock:
            if mailing_id not in self._jobs:
                job = mailings.job_of(mailing_id)
                self._jobs[mailing_id] = job, self.channel.stationery(job.edition, audiences[job.audience].ways_out())
            return self._jobs[mailing_id]


def carry_bundle(carry: Carry, job: Job, channel: MassChannel, stationery: Any) -> None:
    """Carry one bundle to its end, and write down what came of it; through an outage of the database if need be."""
    repeatable = channel.facts.idempotency_key is not None
    book = Book(lambda results: bundles.settle(carry, results, repeatable=repeatable, at=now()))
    copies: list[Copy] = []
    quiet_until = None
    try:
        copies, quiet_until = bundles.copies_of(carry, job, at=now())
        if copies:
            channel.carry(stationery, copies, book.report, lane=job.lane)
    except CannotOpen as trouble:
        log.error("addresses_stay_sealed", extra={"bundle": carry.bundle_id, "trouble": str(trouble)})  # noqa: TRY400
        book.count(Fate.LATER)
    except DatabaseTrouble:
        if copies:
            raise
        book.count(Fate.HELD)
    except Exception as trouble:
        # A fault of the channel's programme: its class is enough for the ledger, the rest stands in the log.
        log.exception("channel_broke_off", extra={"channel": job.channel, "bundle": carry.bundle_id})
        book.report_rest(copies, f"{type(trouble).__name__}")
    else:
        book.report_rest(copies, "")

    not_before = now() + HELD_PAUSE if book.counted(Fate.HELD) else quiet_until

    def end() -> None:
        book.write()
        bundles.close(
            carry,
            tries_again=bool(book.counted(Fate.LATER) or book.counted(Fate.UNCLEAR)),
            repeats=book.counted(Fate.UNCLEAR) if repeatable else 0,
            not_before=not_before,
            at=now(),
            chance=random.random(),  # noqa: S311 - spreads load, keeps no secret
        )

    held_in_hand(end)


class Book:
    """The results of one bundle, written in portions; a database that is away for a minute loses none of them."""

    def __init__(self, settle: Callable[[list[Result]], None]) -> None:
        self._settle = settle
        self._pending: list[Result] = []
        self._reported: set[int] = set()
        self._counts: dict[Fate, int] = {}
        self._try_at = 0.0
        self._written_at = time.monotonic()

    def report(self, results: list[Result]) -> None:
        """Take results; a portion that is full, or old enough, is written unless the database is away."""
        self._pending += results
        for result in results:
            self._reported.add(result.contact_id)
            self.count(result.fate)
        is_time = len(self._pending) >= PORTION or time.monotonic() - self._written_at >= PORTION_SECONDS
        if is_time and time.monotonic() >= self._try_at:
            try:
                self.write()
            except DatabaseTrouble:
                # The channel goes on meanwhile: its other side would not wait for our database.
                connections.close_all()
                self._try_at = time.monotonic() + DATABASE_PAUSE_SECONDS

    def report_rest(self, copies: list[Copy], says: str) -> None:
        """Whatever the channel said nothing about may have left."""
        left = [copy for copy in copies if copy.contact_id not in self._reported]
        self.report([Result(copy.contact_id, Fate.UNCLEAR, says) for copy in left])

    def count(self, fate: Fate) -> None:
        """Note a fate without a copy."""
        self._counts[fate] = self._counts.get(fate, 0) + 1

    def counted(self, fate: Fate) -> int:
        """How many had this fate."""
        return self._counts.get(fate, 0)

    def write(self) -> None:
        """Write what has been reported and not written. Raises the database's trouble, and then still has it all."""
        if self._pending:
            self._settle(self._pending)
            self._pending = []
        self._written_at = time.monotonic()
