"""What waits for its time: released when it comes, or put before a person where it came and went.

The row decides, not the queue: a notice is claimed, released and marked in one transaction, so a worker that dies in
between has done nothing, and two workers never release the same one.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.rounds.errands import Errand
from todoke.civic.notices.actions.deciding import check_sensible, hand_back, send
from todoke.civic.notices.actions.refusals import NoticeRefused
from todoke.civic.notices.models import Notice, NoticeState
from todoke.civic.notices.rules.timing import Turn, turn_of
from todoke.ground.audit.actions import record
from todoke.shared.messaging.actions.release import ReleaseRefused

RELEASE = Errand("notices.release", _("予約したお知らせを発信する"), pause_minutes_max=1)

# Kept with the notice for good, so in the language of the record.
MISSED = "予約した時刻を3時間以上過ぎたため、発信しませんでした。内容と日時を確かめて、もう一度依頼してください。"
REFUSED = "予約した時刻に発信できませんでした。{why}"


def release_due(*, at: datetime) -> list[int]:
    """Release every scheduled notice whose time has come; gives the numbers of those that went out.

    One that is more than three hours late (a long outage, a restored backup), or that the ledger refuses, is returned
    to its writers with the reason. One that breaks is logged and holds up no other.
    """
    due = Notice.objects.filter(state=NoticeState.SCHEDULED, send_at__lte=at).order_by("send_at", "pk")
    released: list[int] = []

    def release(notice: Notice) -> None:
        if _release(notice.pk, at):
            released.append(notice.pk)

    RELEASE.each(due, release, limit=None)
    return released


@transaction.atomic
def _release(pk: int, at: datetime) -> bool:
    notice = (
        Notice.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("section", "message")
        .filter(pk=pk, state=NoticeState.SCHEDULED, send_at__lte=at)
        .first()
    )
    if notice is None or notice.send_at is None:
        return False
    if turn_of(notice.send_at, at) is Turn.ASK:
        return_unsent(notice, MISSED, at)
        return False
    try:
        with transaction.atomic():
            check_sensible(notice, at, approved_late=True)
            edition = send(notice, at)
    except (NoticeRefused, ReleaseRefused) as refusal:
        notice.refresh_from_db()
        return_unsent(notice, REFUSED.format(why=refusal), at)
        return False
    record("notices.released-on-time", on=notice, by="notices", after={"edition": edition.identifier})
    return True


def return_unsent(notice: Notice, reason: str, at: datetime) -> None:
    """Put a scheduled notice before its writers; the caller holds its row."""
    hand_back(notice, reason, at, by=None)
    record("notices.returned", on=notice, by="notices", why=notice.return_reason)
