"""Beside the bulk lane: approved purges are carried out, idle keys destroyed, the key of the month made ready."""

import logging

from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.errands import Errand
from todoke.base.rounds.going import Rounds
from todoke.ground.retention.actions.keys import make_ready, tidy
from todoke.ground.retention.actions.periods import StoreIsAway
from todoke.ground.retention.actions.purging import carry_out
from todoke.ground.retention.keystore import KeyIsMissing
from todoke.ground.retention.models import PurgeRun

log = logging.getLogger("todoke.retention")

PURGE = Errand("retention.purge", _("決定した廃棄を行う"))


def go_round() -> bool:
    """One portion of every run that two people have decided; whether some are not finished.

    Several hosts may be at work: every step locks what it changes, and what is done twice changes nothing.
    """
    try:
        make_ready(at=now())
        under_way = _carry_out_some()
        tidy(at=now())
    except (StoreIsAway, KeyIsMissing, OSError) as error:
        # The doctor says what to do; the lane goes on with its other work.
        log.warning("retention.key-store-away", extra={"error": type(error).__name__})
        return False
    return under_way


def _carry_out_some() -> bool:
    under_way = False
    for run in PurgeRun.objects.filter(approved_at__isnull=False, finished_at__isnull=True).order_by("pk"):
        with PURGE.guarded(run.pk):
            if carry_out(run, at=now()):
                log.info("retention.purged", extra={"run": run.pk})
            else:
                under_way = True
    return under_way


CARETAKER = Rounds("retention.caretaker", Lane.BULK, go_round, rest_seconds=60, waits_for_people=True)
