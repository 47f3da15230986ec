"""Once an hour, beside the bulk lane: recordings that nobody needs any more are deleted."""

import logging
import threading

from django.conf import settings
from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.loudspeakers.actions.pruning import prune_sounds

log = logging.getLogger("todoke.loudspeakers")

HOUR_SECONDS = 3600.0


class Caretaker:
    """Several hosts may be at work, each in its own folder or all in one."""

    key = "loudspeakers.caretaker"
    lanes = frozenset({Lane.BULK.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Tidy up every hour until told to stop."""
        while not stop.is_set():
            self.step()
            connections.close_all()
            stop.wait(HOUR_SECONDS)

    def step(self) -> int:
        """Delete what is due now; how many sounds."""
        gone = prune_sounds(settings.LOUDSPEAKER_ROOT, at=now())
        if gone:
            log.info("loudspeakers.sounds-pruned", extra={"sounds": gone})
        return gone
