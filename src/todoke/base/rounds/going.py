"""Going round: a companion that takes a turn, rests, and takes the next."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.jobs import Lane


@dataclass(frozen=True)
class Rounds:
    """A companion (`jobs.registry.Companion`) of one lane that takes a `turn`, closes its connections and rests.

    A turn that gives something true had its hands full: the next one follows at once. Any number of hosts may run the
    same rounds, so a turn locks what it changes. With `waits_for_people`, nothing is done while a restored database
    waits for a person (`todoke resume`).
    Example: `Rounds("library.reminders", Lane.BULK, remind_some, rest_seconds=3600)`.
    """

    key: str
    lane: Lane
    turn: Callable[[], object]
    rest_seconds: float
    waits_for_people: bool = False

    @property
    def lanes(self) -> frozenset[str]:
        """The one."""
        return frozenset({self.lane.value})

    def run(self, lane: str, stop: threading.Event) -> None:
        """Go round until told to stop."""
        del lane
        while not stop.is_set():
            while self.step() and not stop.is_set():
                pass
            connections.close_all()
            stop.wait(self.rest_seconds)

    def step(self) -> object:
        """One turn; what it gave, or None where nothing moves by itself now."""
        return None if self.waits_for_people and open_setbacks() else self.turn()
