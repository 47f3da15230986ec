"""The dispatcher: carries a lane's deliveries out, each channel in threads of its own.

The ledger says what is to be done, this only does it: it can be killed at any moment, and another one goes on. A
channel that hangs fills its own bulkhead and no other; threads that outlive their lease are counted as lost and
replaced, up to a limit, after which the channel rests until they return.
"""

import logging
import os
import platform
import threading
import time
from collections.abc import Callable

from django.db import Error as DatabaseTrouble
from django.db import connections

from todoke.base.backup import tide
from todoke.base.clock import now
from todoke.base.health.context import about_edition
from todoke.base.jobs.lanes import LANES
from todoke.shared.messaging import waking
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.dispatch import LEASE_MARGIN, Claim
from todoke.shared.messaging.registry import MassChannel, channels

log = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
# After an outage every lease has lapsed, and outcomes are still held in hand: they are written before anybody sweeps.
SWEEP_GRACE_SECONDS = 3.0
# How long the outcome of an attempt is held in hand while the database is away.
SETTLE_SECONDS = 120.0
LOST_THREADS_MAX = 8


class Dispatcher:
    """Serves one lane until told to stop; any number of them may serve the same lane, on any number of hosts."""

    key = "messaging.dispatcher"
    lanes = frozenset(LANES)

    def run(self, lane: str, stop: threading.Event) -> None:
        """Claim what is due and have it sent; sweep every few seconds. Returns within three seconds of `stop`.

        Mass channels have a dispatcher of their own (carriers.py). Before the first claim, and every few seconds, the
        database is asked whether it has gone back in time; a lost connection ends the run, so one that comes back is
        asked first.
        """
        bulkheads: dict[str, Bulkhead] = {}
        swept = time.monotonic() - SWEEP_SECONDS + SWEEP_GRACE_SECONDS
        watch = tide.Watch()
        while not stop.is_set():
            watch.look()
            heard = waking.calls()
            if time.monotonic() - swept >= SWEEP_SECONDS:
                dispatch.sweep(at=now())
                swept = time.monotonic()
            _fill(lane, bulkheads)
            waking.rest(heard, stop)


def _fill(lane: str, bulkheads: dict[str, "Bulkhead"]) -> None:
    for channel in dispatch.channels_due(lane, at=now()):
        if isinstance(channels.find(channel), MassChannel):
            continue
        bulkhead = bulkheads.setdefault(channel, Bulkhead(channel))
        free = bulkhead.free()
        if free:
            for claimed in dispatch.claim(lane, channel, limit=free, at=now()):
                bulkhead.take(claimed)


class Bulkhead:
    """One channel's own threads in this process."""

    def __init__(self, channel: str) -> None:
        facts = found.facts if (found := channels.find(channel)) else None
        self.channel = channel
        self.size = facts.concurrency if facts else 1
        self.patience = (facts.timeout_seconds if facts else 0) + LEASE_MARGIN.total_seconds()
        self._since: dict[threading.Thread, float] = {}
        self._lock = threading.Lock()

    def free(self) -> int:
        """How many more deliveries it can take now."""
        with self._lock:
            oldest = time.monotonic() - self.patience
            lost = sum(since < oldest for since in self._since.values())
            if lost >= LOST_THREADS_MAX:
                return 0
            return max(0, self.size - (len(self._since) - lost))

    def take(self, claimed: Claim) -> None:
        """Carry out one delivery, in a thread that the end of the process does not wait for."""
        thread = threading.Thread(target=self._carry_out, args=(claimed,), name=self.channel, daemon=True)
        with self._lock:
            self._since[thread] = time.monotonic()
        thread.start()

    def _carry_out(self, claimed: Claim) -> None:
        try:
            deliver(claimed, self.channel)
        except Exception:
            # The claim lapses and the sweep takes it up; the fault itself must be seen.
            log.exception("delivery_broke_off", extra={"channel": self.channel, "delivery": claimed.delivery_id})
        finally:
            connections.close_all()
            with self._lock:
                del self._since[threading.current_thread()]
            waking.wake()


def deliver(claimed: Claim, channel: str) -> None:
    """One attempt at one delivery: hand over, send, settle."""
    errand = dispatch.hand_over(claimed, worker=worker_name(), at=now())
    if errand is None:
        return
    with about_edition(errand.edition.identifier):
        outcome = dispatch.send(errand, channel)
        if isinstance(outcome, Exception):
            log.warning(
                "attempt_failed",
                extra={"channel": channel, "delivery": claimed.delivery_id, "trouble": type(outcome).__name__},
            )
        held_in_hand(lambda: dispatch.settle(errand, outcome, at=now()))


def held_in_hand(settle: Callable[[], object]) -> None:
    """What the other side answered must not be lost to a database that is away for a minute."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            settle()
        except DatabaseTrouble:
            if time.monotonic() > deadline:
                raise
            connections.close_all()
            time.sleep(0.5)
        else:
            return


def worker_name() -> str:
    """This process, as the ledger names it."""
    return f"{platform.node()}:{os.getpid()}"
