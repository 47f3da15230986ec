"""The watch itself: beside the emergency lane's jobs, on every host that works it.

Rows say what is due, so it can be killed at any moment and another one goes on. Every probe and every look has a thread
of its own: one that hangs holds up no other route, and no other reader.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import connections

from todoke.base.clock import now
from todoke.base.health.context import about_edition
from todoke.shared.messaging.probing import Probe as Way
from todoke.shared.watch.actions import probing, reading_back, upkeep
from todoke.shared.watch.registry import Reader, readers

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
ROUTES_EVERY = timedelta(seconds=15)
PRUNE_EVERY = timedelta(hours=1)
PROBES_AT_ONCE = 16
LOOKS_AT_ONCE = 4


class Watch:
    """A companion of the emergency lane; any number of them may run, on any number of hosts."""

    key = "watch.watch"
    lanes = frozenset({"emergency"})

    def run(self, lane: str, stop: threading.Event) -> None:
        """Probe and look whatever is due, every second, until told to stop."""
        del lane
        round_ = Round()
        while not stop.is_set():
            round_.make(at=now())
            stop.wait(TICK_SECONDS)


class Round:
    """What one process remembers from one second to the next: the ways offered, and which threads still run."""

    def __init__(self) -> None:
        self._ways: Mapping[str, tuple[str, Way]] = {}
        self._ways_at: datetime | None = None
        self._pruned_at: datetime | None = None
        self._threads: dict[str, set[threading.Thread]] = {}
        self._lock = threading.Lock()

    def make(self, *, at: datetime) -> None:
        """One round: begin every probe and every look that is due, and wait for none of them."""
        if _is_time(self._ways_at, ROUTES_EVERY, at):
            self._ways = probing.ways_offered(at)
            probing.note_routes(self._ways, at=at)
            reading_back.drop_without_reader(at=at)
            self._ways_at = at
        self._probe(at)
        self._look(at)
        if _is_time(self._pruned_at, PRUNE_EVERY, at):
            upkeep.prune(at=at)
            self._pruned_at = at

    def wait(self, seconds: float) -> bool:
        """Wait for the threads that were begun; False when some did not end in time. For tests and measurements."""
        running = [thread for threads in list(self._threads.values()) for thread in list(threads)]
        for thread in running:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in running)

    def _probe(self, at: datetime) -> None:
        # A route whose last probe still hangs in this process is left to it, or to another host.
        idle = [key for key in self._ways if not self._running(f"probe {key}")]
        free = PROBES_AT_ONCE - sum(self._running(f"probe {key}") for key in self._ways)
        if not idle or free <= 0:
            return
        for claim in probing.claim_due(idle, limit=free, at=at):
            _channel, way = self._ways[claim.key]
            self._begin(f"probe {claim.key}", _probing(claim, way))

    def _look(self, at: datetime) -> None:
        reading_back.plan(at=at)
        for reader in readers:
            free = LOOKS_AT_ONCE - self._running(f"look {reader.key}")
            for errand in reading_back.claim_due(reader.channel, limit=free, at=at) if free > 0 else ():
                self._begin(f"look {reader.key}", _looking(errand, reader))

    def _running(self, name: str) -> int:
        with self._lock:
            return len(self._threads.get(name, ()))

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        def carry_out() -> None:
            try:
                work()
            except Exception:
                # The claim lapses, and it is done again; the fault itself must be seen.
                log.exception("watch_broke_off", extra={"work": name})
            finally:
                connections.close_all()
                with self._lock:
                    self._threads[name].discard(threading.current_thread())

        # A daemon: the end of the process does not wait for it.
        thread = threading.Thread(target=carry_out, name=name, daemon=True)
        with self._lock:
            self._threads.setdefault(name, set()).add(thread)
        thread.start()


def _probing(claim: probing.Claim, way: Way) -> Callable[[], None]:
    def work() -> None:
        finding = probing.try_way(way)
        if not finding.ok:
            log.warning("probe_failed", extra={"route": claim.key, "milliseconds": finding.milliseconds})
        probing.write_down(claim, finding, at=now())

    return work


def _looking(errand: reading_back.Errand, reader: Reader) -> Callable[[], None]:
    def work() -> None:
        with about_edition(errand.edition.identifier):
            reading_back.write_down(errand, reading_back.look(errand, reader), at=now())

    return work


def _is_time(before: datetime | None, every: timedelta, at: datetime) -> bool:
    # Also when the clock was set back.
    return before is None or not timedelta(0) <= at - before < every
