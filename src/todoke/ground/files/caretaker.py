"""Once an hour, beside the bulk lane: what waits in quarantine is scanned, documents whose time is over are let go."""

import logging
import threading

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import in_japan, now
from todoke.base.jobs import Lane
from todoke.ground.files.actions import purge_due, scan_again

log = logging.getLogger("todoke.files")

HOUR_SECONDS = 3600.0


class Caretaker:
    """Several hosts may be at work: whatever they do twice changes nothing.

    A database that has gone back in time does not know the bytes that came after it: until a person has looked
    (`todoke resume`), nothing is let go, or the files of the lost hours would be lost with their rows.
    """

    key = "files.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Let go every hour until told to stop."""
        while not stop.is_set():
            self.step()
            connections.close_all()
            stop.wait(HOUR_SECONDS)

    def step(self) -> int:
        """Ask the scanner about what waits in quarantine, then let go of what is due now; how many documents went."""
        if freed := scan_again():
            log.info("files.left-quarantine", extra={"documents": freed})
        if open_setbacks():
            log.warning("files.nothing-purged", extra={"why": "the database has gone back in time"})
            return 0
        purged = purge_due(in_japan(now()).date())
        if purged:
            log.info("files.purged", extra={"documents": purged})
        return purged
