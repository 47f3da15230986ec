"""Beside the bulk lane: writes the letters of batches, one batch at a time."""

import logging
import threading

from django.db import connections
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.errands import Errand
from todoke.civic.procedures.actions.mass_lettering import Interrupted, claim, write_letters
from todoke.civic.procedures.models import Batch
from todoke.shared.documents.actions.refusals import CannotIssueNow

log = logging.getLogger("todoke.procedures")

REST_SECONDS = 10.0


def batch_page(row: str) -> str:
    """The page of a batch, by its number."""
    key = Batch.objects.filter(pk=row).values_list("key", flat=True).first()
    return reverse("procedures:batch", args=[key]) if key else ""


WRITE = Errand("procedures.write-letters", _("一括で決めた案件の通知を作る"), batch_page)


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
        # One that breaks off is taken up again when its lease is over; others are claimed before it meanwhile.
        with WRITE.guarded(batch.pk):
            try:
                write_letters(batch, stop=stop, workers=workers)
            except (Interrupted, CannotIssueNow) as later:
                log.warning("procedures.letters-wait", extra={"batch": batch.pk, "why": type(later).__name__})
        return True
