"""Beside the normal lane: decided answers go out, and what has ended is settled. Events are but hints."""

import threading

from django.db import connections

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.civic.voices.actions.following import follow, settle
from todoke.civic.voices.models import Theme, Voice

REST_SECONDS = 5.0
BATCH = 50


class Follower:
    """A companion; any number may run, because each act locks its rows and is done once."""

    key = "voices.follower"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every five seconds until told to stop."""
        while not stop.is_set():
            self.step()
            connections.close_all()
            stop.wait(REST_SECONDS)

    def step(self) -> int:
        """One round; how many themes and voices went on."""
        if open_setbacks():
            return 0
        at = now()
        decided = Theme.objects.filter(state=Theme.State.DECIDING, decision__phase__in=("decided", "dropped"))
        ended = Voice.objects.filter(settled_at__isnull=True, case__closed_on__isnull=False)
        themes, voices = decided.order_by("pk")[:BATCH], ended.order_by("pk")[:BATCH]
        return sum(follow(each, at=at) for each in themes) + sum(settle(each, at=at) for each in voices)
