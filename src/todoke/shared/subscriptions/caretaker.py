"""Beside the bulk lane: forgetting whom and what the rules no longer keep, and working through lists."""

import threading

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.subscriptions.actions.imports import drop_forgotten, step
from todoke.shared.subscriptions.actions.leaving import BATCH, tidy
from todoke.shared.subscriptions.actions.milestones import release_due

HOUR_SECONDS = 3600.0
REST_SECONDS = 2.0


class Caretaker:
    """Once an hour: who left a month ago is forgotten, what nobody confirmed, lists that nobody took in.

    And what is due for this month's children is sent. Several may be at work: whatever they do twice changes nothing.
    """

    key = "subscriptions.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Tidy up every hour until told to stop."""
        while not stop.is_set():
            while tidy(at=now()) == BATCH and not stop.is_set():
                pass
            drop_forgotten(at=now())
            release_due(at=now())
            connections.close_all()
            stop.wait(HOUR_SECONDS)


class Importer:
    """Beside the bulk lane: looks lists through and takes them in, a piece at a time. Several may be at work."""

    key = "subscriptions.importer"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Go on until told to stop; a list waits for two seconds at most."""
        while not stop.is_set():
            while not stop.is_set() and step(at=now()):
                pass
            connections.close_all()
            stop.wait(REST_SECONDS)
