"""Once an hour, beside the bulk lane: who left a month ago is forgotten, and what nobody confirmed."""

import threading

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.subscriptions.actions.leaving import BATCH, tidy

HOUR_SECONDS = 3600.0


class Caretaker:
    """Several may be at work: forgetting somebody twice changes nothing."""

    key = "subscriptions.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Tidy up every hour until told to stop."""
        while not stop.is_set():
            while tidy(at=now()) == BATCH and not stop.is_set():
                pass
            connections.close_all()
            stop.wait(HOUR_SECONDS)
