"""Beside the normal lane: writing down what has come to its end by itself."""

import threading

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.unforeseen.actions import BATCH, end_what_is_over

REST_SECONDS = 30.0


class Ending:
    """A companion; any number may run. What is over is kept out by its own end, whether or not this runs."""

    key = "unforeseen.ending"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every half minute until told to stop."""
        while not stop.is_set():
            while end_what_is_over(at=now()) == BATCH and not stop.is_set():
                pass
            connections.close_all()
            stop.wait(REST_SECONDS)
