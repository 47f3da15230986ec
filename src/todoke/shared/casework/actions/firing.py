"""Letting timers fire: each once for every time it was set, whoever else is at work, and whoever dies over it.

Under the lock of the case it is looked at again; the step, its event and the mark that it has fired are one
transaction.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.rounds.errands import Errand
from todoke.shared.casework.actions.acting import take
from todoke.shared.casework.actions.recording import Actor, write
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.models import Case, Timer
from todoke.shared.casework.queries import page_for_staff
from todoke.shared.casework.rules.document import By
from todoke.shared.casework.rules.history import What


def _page(row: str) -> str:
    case = Case.objects.filter(timers__pk=row).first()
    return page_for_staff(case) if case else ""


FIRE = Errand("casework.fire", _("期限が来た案件を進める"), _page)

BATCH = 100
PAUSE_MINUTES_FIRST = 1
PAUSE_MINUTES_MAX = 24 * 60


def fire_due(*, at: datetime, limit: int = BATCH) -> int:
    """Let what is due fire; how many were looked at. One that fails is tried again later and keeps back no other."""
    due = Timer.objects.filter(fires_at__lte=at).order_by("fires_at", "pk").values_list("pk", "case_id")[:limit]
    found = list(due)
    for timer_id, case_id in found:
        # Whatever one case meets, the others' time has come too.
        with FIRE.guarded(timer_id):
            _fire(timer_id, case_id, at)
            continue
        _postpone(timer_id, at)
    return len(found)


@transaction.atomic
def _fire(timer_id: int, case_id: int, at: datetime) -> None:
    # Locked by somebody at this moment: they are acting on it, and it is looked at again in a moment.
    case = (
        Case.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("section", "flow_version", "custody")
        .filter(pk=case_id)
        .first()
    )
    timer = Timer.objects.filter(pk=timer_id, fires_at__lte=at).first() if case is not None else None
    if case is None or timer is None:
        return
    order = case.flow_version.read.timers.get(timer.key)
    action = case.flow_version.read.actions.get(order.action) if order else None
    by = Actor(f"timer:{timer.key}")
    # The next event is the one that it writes; the mark keeps the step itself from setting it anew.
    timer.fires_at, timer.fired_seq = None, case.seq + 1
    timer.save(update_fields=["fires_at", "fired_seq"])
    try:
        if action is None or case.state not in action.sources or By.SYSTEM not in action.by:
            raise CaseRefused
        with transaction.atomic():
            take(case, action, by=by, at=at)
    except CaseRefused:
        # Its time has come and nothing was to be done: the history says so.
        write(case, What.TIMER_PASSED, {"timer": timer.key}, by=by, at=at)


@transaction.atomic
def _postpone(timer_id: int, at: datetime) -> None:
    timer = Timer.objects.select_for_update(skip_locked=True).filter(pk=timer_id, fires_at__lte=at).first()
    if timer is None:
        return
    timer.tries = min(timer.tries + 1, 100)
    minutes = min(PAUSE_MINUTES_FIRST * 2 ** min(timer.tries - 1, 12), PAUSE_MINUTES_MAX)
    timer.fires_at = at + timedelta(minutes=minutes)
    timer.save(update_fields=["fires_at", "tries"])
