"""Beside the bulk lane: forgetting what has served its purpose."""

import threading

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.ground.people.residents.facts import forget_expired
from todoke.ground.people.residents.letters import forget_letters

HOUR_SECONDS = 3600.0


class Caretaker:
    """Once an hour: facts that have expired, and sign-in letters that no brake counts any more.

    Several may be at work: whatever they do twice changes nothing.
    """

    key = "people.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Tidy up every hour until told to stop."""
        while not stop.is_set():
            forget_letters(at=now())
            forget_expired(at=now())
            connections.close_all()
            stop.wait(HOUR_SECONDS)
