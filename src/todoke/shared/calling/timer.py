"""The clock of the rounds: beside the emergency lane's jobs, on every host that works it."""

import threading

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.calling.actions import advance

TICK_SECONDS = 2.0


class Timer:
    """A companion; any number may run. Rows say what is due, so it can be killed at any moment."""

    key = "calling.timer"
    lanes = frozenset({Lane.EMERGENCY.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Move whatever is due, every two seconds, until told to stop."""
        while not stop.is_set():
            advance(at=now())
            connections.close_all()
            stop.wait(TICK_SECONDS)
