"""Beside the normal lane: cases go where decisions sent them, and what has ended is settled. Events are but hints."""

import logging
import threading

from django.db import connections
from django.db.models import Exists, OuterRef

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.civic.procedures.actions.batches import is_unchanged
from todoke.civic.procedures.actions.deciding import follow, put
from todoke.civic.procedures.actions.following import settle
from todoke.civic.procedures.models import Batch, Filing, Proposal
from todoke.shared.decisions.rules.values import Phase

log = logging.getLogger("todoke.procedures")

REST_SECONDS = 5.0
BATCH = 50
OVER = (Phase.DECIDED, Phase.DROPPED)


class Follower:
    """A companion; any number may run, because each act locks its rows and is done once."""

    key = "procedures.follower"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Look every five seconds until told to stop."""
        while not stop.is_set():
            while self.step() >= BATCH and not stop.is_set():
                pass
            connections.close_all()
            stop.wait(REST_SECONDS)

    def step(self) -> int:
        """One round; how many filings went on."""
        if open_setbacks():
            return 0
        at = now()
        under_way = Proposal.objects.filter(followed_at__isnull=True).order_by("pk")
        waiting = under_way.filter(batch__isnull=False, put_at__isnull=True)
        decided = under_way.filter(decision__phase__in=OVER).exclude(batch__in=_altered())
        ended = Filing.objects.filter(settled_at__isnull=True, case__closed_on__isnull=False).order_by("pk")
        return (
            sum(put(each, at=at) for each in waiting[:BATCH])
            + sum(follow(each, at=at) for each in decided[:BATCH])
            + sum(settle(each, at=at) for each in ended[:BATCH])
        )


def _altered() -> list[int]:
    """Batches whose list is not the one that was decided: nobody goes anywhere, and a person has to look."""
    waiting = Proposal.objects.filter(batch=OuterRef("pk"), followed_at__isnull=True)
    batches = Batch.objects.filter(Exists(waiting), decision__phase__in=OVER).select_related("procedure")
    altered = [batch.pk for batch in batches if not is_unchanged(batch)]
    for pk in altered:
        log.error("procedures.batch-altered", extra={"batch": pk})
    return altered
