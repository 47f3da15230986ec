"""Beside the normal lane: cases go where decisions sent them, and what has ended is settled. Events are but hints."""

import threading

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.civic.procedures.actions.deciding import follow
from todoke.civic.procedures.actions.following import settle
from todoke.civic.procedures.models import Filing, Proposal

REST_SECONDS = 5.0
BATCH = 50


class Follower:
    """A companion; any number may run, because each act locks its rows and is done once."""

    key = "procedures.follower"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every five seconds until told to stop."""
        while not stop.is_set():
            self.step()
            connections.close_all()
            stop.wait(REST_SECONDS)

    def step(self) -> int:
        """One round; how many filings went on."""
        if open_setbacks():
            return 0
        at = now()
        decided = Proposal.objects.filter(
            followed_at__isnull=True, decision__phase__in=("decided", "dropped")
        ).order_by("pk")[:BATCH]
        ended = Filing.objects.filter(settled_at__isnull=True, case__closed_on__isnull=False).order_by("pk")[:BATCH]
        return sum(follow(each, at=at) for each in decided) + sum(settle(each, at=at) for each in ended)
