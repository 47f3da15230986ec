"""Beside the bulk lane: approved purges are carried out, idle keys destroyed, the key of the month made ready."""

import logging
import threading

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.ground.retention.actions.keys import make_ready, tidy
from todoke.ground.retention.actions.periods import StoreIsAway
from todoke.ground.retention.actions.purging import carry_out
from todoke.ground.retention.keystore import KeyIsMissing
from todoke.ground.retention.models import PurgeRun

log = logging.getLogger("todoke.retention")

PAUSE_SECONDS = 60.0


class Caretaker:
    """Several hosts may be at work: every step locks what it changes, and what is done twice changes nothing."""

    key = "retention.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every minute until told to stop."""
        while not stop.is_set():
            try:
                self.step(stop)
            except (StoreIsAway, KeyIsMissing, OSError) as error:
                # The doctor says what to do; the lane goes on with its other work.
                log.warning("retention.key-store-away", extra={"error": type(error).__name__})
            connections.close_all()
            stop.wait(PAUSE_SECONDS)

    def step(self, stop: threading.Event) -> int:
        """Carry out what two people have decided; how many runs were finished."""
        if open_setbacks():
            log.warning("retention.nothing-purged", extra={"why": "the database has gone back in time"})
            return 0
        make_ready(at=now())
        finished = 0
        for run in PurgeRun.objects.filter(approved_at__isnull=False, finished_at__isnull=True).order_by("pk"):
            while not stop.is_set():
                if carry_out(run, at=now()):
                    log.info("retention.purged", extra={"run": run.pk})
                    finished += 1
                    break
        tidy(at=now())
        return finished
