"""Beside the bulk lane: writes the letters of batches, one batch at a time."""

import logging
import threading

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.civic.procedures.actions.mass_lettering import Interrupted, claim, write_letters
from todoke.shared.documents.actions.refusals import CannotIssueNow

log = logging.getLogger("todoke.procedures")

REST_SECONDS = 10.0


class Scribe:
    """A companion. Killed in the middle of a piece it loses that piece alone, and its numbers go back."""

    key = "procedures.scribe"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every ten seconds until told to stop."""
        while not stop.is_set():
            self.step(stop)
            connections.close_all()
            stop.wait(REST_SECONDS)

    def step(self, stop: threading.Event | None = None, *, workers: int | None = None) -> bool:
        """Write the letters of one batch, if any waits; whether one did."""
        if open_setbacks() or (batch := claim(now())) is None:
            return False
        try:
            write_letters(batch, stop=stop, workers=workers)
        except (Interrupted, CannotIssueNow) as later:
            log.warning("procedures.letters-wait", extra={"batch": batch.pk, "why": type(later).__name__})
        return True
