"""Closing the office on a day of its own, and opening it again."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.calendar import is_usual_closing_day
from todoke.base.clock import in_japan
from todoke.base.refusals import Refusal
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.timetable.models import ClosingDay
from todoke.shared.timetable.queries import CLOSE, forget


class ClosingRefused(Refusal):
    """It was not done. The text is fit for the screen; `field` names the entry it is about, or is empty."""

    says = _("この操作はできません。")


class NotAllowed(ClosingRefused):
    """The viewer lacks the right."""

    says = _("この操作をする権限がありません。")


class ReasonMissing(ClosingRefused):
    """No reason was given."""

    says = _("理由を書いてください。")
    field = "reason"


class ClosedAnyway(ClosingRefused):
    """A weekend, a holiday or the turn of the year."""

    says = _("この日は、もともと閉庁日です。登録はいりません。")
    field = "day"


class ClosedAlready(ClosingRefused):
    """The day stands in the list."""

    says = _("この日は、すでに臨時閉庁日として登録されています。")
    field = "day"


class DayIsOver(ClosingRefused):
    """What was, was: terms have been counted with it."""

    says = _("過ぎた日は変えられません。期限の計算に使われています。")
    field = "day"


@transaction.atomic
def close_on(day: date, reason: str, *, viewer: Viewer, at: datetime) -> ClosingDay:
    """Close the office on this day. Raises NotAllowed, ReasonMissing, DayIsOver, ClosedAnyway, ClosedAlready."""
    if not viewer.may(CLOSE):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    if day < in_japan(at).date():
        raise DayIsOver
    if is_usual_closing_day(day):
        raise ClosedAnyway
    try:
        # A savepoint: the refusal by the database must not spoil the caller's transaction.
        with transaction.atomic():
            closing = ClosingDay.objects.create(
                day=day, reason=reason.strip()[:200], added_by_id=viewer.account_id, added_at=at
            )
    except IntegrityError:
        raise ClosedAlready from None
    record("timetable.closed", on=closing, by=viewer, after={"day": day}, why=closing.reason)
    transaction.on_commit(forget)
    return closing


@transaction.atomic
def open_again(closing_id: int, *, viewer: Viewer, at: datetime) -> None:
    """Take a closing day back before it comes. Raises NotAllowed, DayIsOver; one that is gone already is no trouble."""
    if not viewer.may(CLOSE):
        raise NotAllowed
    closing = ClosingDay.objects.select_for_update().filter(pk=closing_id).first()
    if closing is None:
        return
    if closing.day < in_japan(at).date():
        raise DayIsOver
    record("timetable.opened", on=closing, by=viewer, before={"day": closing.day}, why=closing.reason)
    closing.delete()
    transaction.on_commit(forget)
