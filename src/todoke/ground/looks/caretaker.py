"""Once a day, beside the bulk lane: looks whose years are over go."""

import logging
import threading

from django.conf import settings
from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import in_japan, now
from todoke.base.jobs import Lane
from todoke.ground.looks.actions import expire
from todoke.ground.looks.rules import kept_since

log = logging.getLogger("todoke.looks")

DAY_SECONDS = 86_400.0


class Caretaker:
    """Several hosts may be at work: a second time there is nothing left to do."""

    key = "looks.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every day until told to stop."""
        while not stop.is_set():
            self.step()
            connections.close_all()
            stop.wait(DAY_SECONDS)

    def step(self) -> int:
        """Let go of what is over; how many looks. Nothing while a restored database waits for a person."""
        if open_setbacks():
            return 0
        gone = expire(kept_since(in_japan(now()).date(), settings.LOOKS_YEARS))
        if gone:
            log.info("looks.expired", extra={"looks": gone})
        return gone
