"""Reading all gauges, within a limit, so that looking at the house can never be what brings it down.

Notify's platform was once stopped by the query that counted for a safety limit. Here a count runs in a read-only
transaction of at most a second, beside the requests, and at most once in ten seconds for each process.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.db import connection, connections, transaction

from todoke.base.health.registry import SAMPLES_MAX, Gauge, Sample

log = logging.getLogger(__name__)

KEPT_SECONDS = 10.0
LIMIT_SECONDS = 3.0
STATEMENT_MILLISECONDS = 1000
READERS = 3


class TooManySamples(Exception):
    """A gauge whose labels have got out of hand; it is shown as failed rather than passed on."""


@dataclass(frozen=True)
class Reading:
    """What became of one gauge: its samples, or in one word why there are none."""

    gauge: Gauge
    samples: tuple[Sample, ...] = ()
    trouble: str = ""


class Collector:
    """Reads gauges side by side and keeps what it found for ten seconds. One for each process; safe from many threads.

    A gauge that hangs keeps its thread, is not asked again before it returns, and holds up no other.
    """

    def __init__(
        self,
        gauges: Iterable[Gauge],
        *,
        limit_seconds: float = LIMIT_SECONDS,
        kept_seconds: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gauges = gauges
        self._limit_seconds = limit_seconds
        self._kept_seconds = kept_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: list[Reading] = []
        self._kept_at: float | None = None
        self._hanging: set[str] = set()

    def readings(self) -> list[Reading]:
        """What every gauge says, at most ten seconds old."""
        with self._lock:
            if self._kept_at is None or self._clock() - self._kept_at >= self._kept_seconds:
                self._kept = self._collect()
                self._kept_at = self._clock()
            return self._kept

    def _collect(self) -> list[Reading]:
        asked = list(self._gauges)
        found: dict[str, Reading] = {}
        waiting: queue.SimpleQueue[Gauge] = queue.SimpleQueue()
        # Those that ask no database first: while it is away, they are all that can be read.
        for gauge in sorted(asked, key=lambda gauge: gauge.asks_database):
            if gauge.key not in self._hanging:
                waiting.put(gauge)
        over = threading.Event()
        readers = [
            threading.Thread(target=self._read_on, args=(waiting, found, over), name="gauges", daemon=True)
            for _ in range(READERS)
        ]
        ends = time.monotonic() + self._limit_seconds
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(max(0.0, ends - time.monotonic()))
        over.set()
        return [found.get(gauge.key) or Reading(gauge, trouble="NoAnswerInTime") for gauge in asked]

    def _read_on(self, waiting: "queue.SimpleQueue[Gauge]", found: dict[str, Reading], over: threading.Event) -> None:
        try:
            while not over.is_set():
                gauge = waiting.get_nowait()
                self._hanging.add(gauge.key)
                found[gauge.key] = read(gauge)
                self._hanging.discard(gauge.key)
        except queue.Empty:
            pass
        finally:
            connections.close_all()


def read(gauge: Gauge) -> Reading:
    """One gauge, now. Whatever goes wrong comes back as a word: it is the gauge's trouble and nobody else's."""
    try:
        samples = _bounded(gauge) if gauge.asks_database else _taken(gauge)
    except Exception as error:
        log.warning("gauge_failed", extra={"gauge": gauge.key, "trouble": type(error).__name__})
        return Reading(gauge, trouble=type(error).__name__)
    return Reading(gauge, samples)


def _bounded(gauge: Gauge) -> tuple[Sample, ...]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # SET takes no parameters; both hold until this transaction, or savepoint, is rolled back.
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")
            cursor.execute("SET LOCAL transaction_read_only = on")
        samples = _taken(gauge)
        transaction.set_rollback(True)
    return samples


def _taken(gauge: Gauge) -> tuple[Sample, ...]:
    samples = tuple(islice(gauge.read(), SAMPLES_MAX + 1))
    if len(samples) > SAMPLES_MAX:
        raise TooManySamples
    return samples
