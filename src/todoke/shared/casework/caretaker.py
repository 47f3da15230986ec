"""Beside the normal lane: timers whose time has come, and effects that were ordered."""

import threading

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.casework.actions.effecting import run_due
from todoke.shared.casework.actions.firing import BATCH, fire_due

REST_SECONDS = 5.0


class Clockwork:
    """A companion; any number may run. After a restore nothing moves by itself until a person has looked."""

    key = "casework.clockwork"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every five seconds until told to stop."""
        while not stop.is_set():
            while self.step() and not stop.is_set():
                pass
            connections.close_all()
            stop.wait(REST_SECONDS)

    def step(self) -> bool:
        """One round; whether there was so much to do that the next one follows at once."""
        if open_setbacks():
            return False
        fired = fire_due(at=now())
        return run_due(clock=now) + fired >= BATCH
