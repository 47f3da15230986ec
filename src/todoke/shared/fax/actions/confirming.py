"""The facilities' word, and asking those who have not given it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.base.rounds.errands import Errand
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.fax.models import Sheet, Way
from todoke.shared.messaging.actions import followups, seen
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import DeliveryState

BATCH = 100
FACILITY = "facility"
TELL = Errand("fax.tell", _("FAXを受け取った施設の連絡を、配信の記録に書く"), pause_minutes_max=1)
SAID = "施設から受信の連絡がありました（QRコード・受信番号）。"


class ConfirmingRefused(Refusal):
    """The word could not be taken. The text is fit for the screen."""

    says = _("この番号の用紙は見つかりません。用紙の番号を確かめてください。")


class UnknownCode(ConfirmingRefused):
    """No sheet has this code."""


@transaction.atomic
def confirm(code: str, *, at: datetime) -> Sheet:
    """A facility says that it has the sheet with this code in hand. Saying it twice changes nothing more.

    Raises UnknownCode. The ledger is told in the same transaction, or by `tell_the_ledger` where the delivery is still
    being settled at this moment.
    """
    sheet = Sheet.objects.select_for_update().filter(code=code).first() if code else None
    if sheet is None:
        raise UnknownCode
    if sheet.confirmed_at is None:
        sheet.confirmed_at, sheet.way = at, Way.CODE
        sheet.save(update_fields=["confirmed_at", "way"])
        record("fax.confirmed", on=sheet, by=FACILITY, why=SAID)
    _tell(sheet, at)
    return sheet


@transaction.atomic
def confirm_by_telephone(sheet_id: int, *, viewer: Viewer, person: str, at: datetime) -> Sheet:
    """Staff have asked: the facility has it. Raises messaging's FollowUpRefused, Sheet.DoesNotExist."""
    sheet = Sheet.objects.select_for_update().get(pk=sheet_id)
    note = f"電話で受信を確認しました（相手：{person}）。"
    followups.confirm_by_hand(sheet.delivery_id, viewer=viewer, note=note, at=at)
    if sheet.confirmed_at is None:
        sheet.confirmed_at, sheet.way, sheet.told_at = at, Way.STAFF, at
        sheet.save(update_fields=["confirmed_at", "way", "told_at"])
    return sheet


@transaction.atomic
def tell_the_ledger(*, at: datetime) -> int:
    """Tell the ledger of confirmations that came while their delivery was on its way; how many it took."""
    waiting = Sheet.objects.select_for_update(skip_locked=True).filter(confirmed_at__isnull=False, told_at=None)
    return TELL.each(waiting, lambda sheet: _tell(sheet, at), limit=BATCH)


def _tell(sheet: Sheet, at: datetime) -> bool:
    if sheet.told_at is not None or not seen.confirm_seen(sheet.delivery_id, says=SAID, at=at):
        return False
    sheet.told_at = at
    sheet.save(update_fields=["told_at"])
    return True


@transaction.atomic
def chase(*, at: datetime, after: timedelta) -> int:
    """Put every facility that has had its sheet for so long, and has not confirmed it, among the follow-ups.

    Only the newest edition is asked about, and none that has expired. Returns how many were put there.
    """
    newer = Delivery.objects.filter(
        message=OuterRef("delivery__message"),
        destination=OuterRef("delivery__destination"),
        number__gt=OuterRef("delivery__number"),
    )
    waiting = Sheet.objects.select_for_update(of=("self",), skip_locked=True).filter(
        ~Exists(newer),
        arrived_at__lte=at - after,
        confirmed_at=None,
        chased_at=None,
        delivery__state=DeliveryState.ACCEPTED,
        delivery__expires_at__gt=at,
    )
    minutes = int(after.total_seconds() // 60)
    says = f"FAXは送れましたが、{minutes}分たっても受信の連絡がありません。電話で確かめてください。"
    chased = 0
    for sheet in waiting.order_by("arrived_at")[:BATCH]:
        if seen.report_unseen(sheet.delivery_id, says=says, at=at):
            chased += 1
        sheet.chased_at = at
        sheet.save(update_fields=["chased_at"])
    return chased
