"""Setting an account's quota: how much a window takes, which part is kept for what lives depend on, since when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.social.actions.register import MANAGE, IsClosed, MayNotManage, RegisterRefused
from todoke.shared.social.models import Quota, SocialAccount
from todoke.shared.social.types import Window


class NoBeginning(RegisterRefused):
    """Prepaid posts count from the day on which they were bought."""

    says = _("前払いの上限には、最後に買い足した日が要ります。")


class LeavesNothing(RegisterRefused):
    """A limit of nothing, or a reserve that leaves nothing to ordinary notices."""

    says = _("上限は1以上、緊急のために残す割合は0から99までの％にしてください。")


@dataclass(frozen=True)
class Plan:
    """What a contract gives: so many posts in a window, so much of it kept, where that is written. `since` is when
    prepaid posts were last bought, and means nothing in the windows that begin anew by themselves."""

    window: Window
    limit: int
    reserve_percent: int
    source: str
    since: date | None = None


@transaction.atomic
def set_quota(account_id: int, plan: Plan, *, by: Viewer, why: str, at: datetime) -> Quota:
    """Set the quota of one window; from then on the city's file leaves it alone.

    Raises MayNotManage, IsClosed, NoBeginning, LeavesNothing. The record holds the numbers before and after.
    """
    if not by.may(MANAGE):
        raise MayNotManage
    if plan.limit < 1 or not 0 <= plan.reserve_percent <= 99:
        raise LeavesNothing
    if plan.window is Window.CREDITS and plan.since is None:
        raise NoBeginning
    account = SocialAccount.objects.select_for_update().get(pk=account_id)
    if not account.is_open:
        raise IsClosed
    before = Quota.objects.filter(account=account, window=plan.window).first()
    values: dict[str, Any] = {
        "limit": plan.limit,
        "reserve_percent": plan.reserve_percent,
        "since_date": plan.since if plan.window is Window.CREDITS else None,
        "source": plan.source,
    }
    quota, _made = Quota.objects.update_or_create(
        account=account, window=plan.window, defaults={**values, "set_at": at}
    )
    record(
        "social.quota-set",
        on=account,
        by=by,
        before={"window": plan.window.value, **{name: getattr(before, name) for name in values}} if before else None,
        after={"window": plan.window.value, **values},
        why=why,
    )
    return quota
