"""The mirrors' own companion, beside the emergency lane: pushing and looking, each mirror in threads of its own."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connections

from todoke.base.clock import now
from todoke.shared.mirrors.actions import claims, looking, pushing
from todoke.shared.mirrors.carriers import carrier_for
from todoke.shared.mirrors.rules import Place

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
PLACES_EVERY = timedelta(seconds=30)


class Mirroring:
    """A companion; any number may run, on any number of hosts. It ends at once: threads that hang are daemons."""

    key = "mirrors.mirroring"
    lanes = frozenset({"emergency"})

    def run(self, lane: str, stop: threading.Event) -> None:
        """Push and look wherever it is due, every second, until told to stop."""
        del lane
        rounds = Rounds(settings.MIRRORS, settings.PUBLIC_ROOT)
        while not stop.is_set():
            rounds.make(at=now())
            stop.wait(TICK_SECONDS)


class Rounds:
    """What one process remembers: which threads still run."""

    def __init__(self, places: Sequence[Place], root: Path) -> None:
        self.places = places
        self.root = root
        self._noted_at: datetime | None = None
        self._threads: dict[str, threading.Thread] = {}

    def make(self, *, at: datetime) -> None:
        """Begin whatever is due, and wait for none of it."""
        if self._noted_at is None or not timedelta(0) <= at - self._noted_at < PLACES_EVERY:
            claims.note_places(self.places, at=at)
            self._noted_at = at
        for place in self.places:
            push, look = partial(claims.claim_push, place.key, at=at), partial(claims.claim_look, place.key, at=at)
            self._begin(f"mirror push {place.key}", push, self._pushing(place))
            if place.public:
                self._begin(f"mirror look {place.key}", look, _looking(place))

    def wait(self, seconds: float) -> bool:
        """Wait for the threads that were begun; False when some did not end in time. For tests."""
        for thread in list(self._threads.values()):
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads.values())

    def _pushing(self, place: Place) -> Callable[[claims.Claim], object]:
        return lambda claim: pushing.push(claim, carrier_for(place), self.root)

    def _begin(
        self, name: str, take: Callable[[], claims.Claim | None], work: Callable[[claims.Claim], object]
    ) -> None:
        # A mirror whose last round still hangs in this process is left to it, or to another host.
        running = self._threads.get(name)
        if (running is not None and running.is_alive()) or (claim := take()) is None:
            return

        def carry_out() -> None:
            try:
                work(claim)
            except Exception:
                # The claim lapses, and it is done again; the fault itself must be seen.
                log.exception("mirroring_broke_off", extra={"work": name})
            finally:
                connections.close_all()

        self._threads[name] = threading.Thread(target=carry_out, name=name, daemon=True)
        self._threads[name].start()


def _looking(place: Place) -> Callable[[claims.Claim], object]:
    return lambda claim: looking.write_down(claim, looking.look(place.public))
