"""Beside the normal lane: cases go where decisions sent them, and what has ended is settled. Events are but hints."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.errands import Errand
from todoke.base.rounds.going import Rounds
from todoke.civic.procedures.actions import deciding, following
from todoke.civic.procedures.actions.batches import is_unchanged
from todoke.civic.procedures.models import Batch, Filing, Proposal
from todoke.civic.procedures.scribe import WRITE, batch_page
from todoke.shared.decisions.rules.values import Phase

OVER = (Phase.DECIDED, Phase.DROPPED)


class BatchWasAltered(Exception):
    """The list of a batch is not the one that was decided: nobody goes anywhere, and a person has to look."""


def _case_of_proposal(row: str) -> str:
    return _case_page(Proposal.objects.filter(pk=row).values_list("filing__case__key", flat=True).first())


def _case_of_filing(row: str) -> str:
    return _case_page(Filing.objects.filter(pk=row).values_list("case__key", flat=True).first())


def _case_page(key: object) -> str:
    return reverse("procedures:case", args=[key]) if key else ""


PUT = Errand("procedures.put", _("一括の起案に入れた案件を、決裁待ちにする"), _case_of_proposal)
COMPARE = Errand("procedures.compare", _("一括の起案の対象が、決裁されたときと同じか確かめる"), batch_page)
FOLLOW = Errand("procedures.follow", _("案件を、決裁のとおりに進める"), _case_of_proposal)
SETTLE = Errand("procedures.settle", _("終わった案件の保存期間を始める"), _case_of_filing)
ERRANDS = (PUT, COMPARE, FOLLOW, SETTLE, WRITE)


def go_round() -> int:
    """One turn; how many filings went on. Each act locks its rows and is done once."""
    at = now()
    under_way = Proposal.objects.filter(followed_at__isnull=True).order_by("pk")
    waiting = under_way.filter(batch__isnull=False, put_at__isnull=True)
    decided = under_way.filter(decision__phase__in=OVER)
    ended = Filing.objects.filter(settled_at__isnull=True, case__closed_on__isnull=False).order_by("pk")
    return (
        PUT.each(waiting, lambda each: deciding.put(each, at=at))
        + FOLLOW.each(
            decided.filter(Q(batch__isnull=True) | Q(batch__in=_unchanged())), lambda each: deciding.follow(each, at=at)
        )
        + SETTLE.each(ended, lambda each: following.settle(each, at=at))
    )


def _unchanged() -> list[int]:
    """The decided batches whose list is the one that was decided."""
    waiting = Proposal.objects.filter(batch=OuterRef("pk"), followed_at__isnull=True)
    batches = Batch.objects.filter(Exists(waiting), decision__phase__in=OVER).select_related("procedure").order_by("pk")
    found: list[int] = []

    def compare(batch: Batch) -> None:
        if not is_unchanged(batch):
            raise BatchWasAltered
        found.append(batch.pk)

    COMPARE.each(batches, compare)
    return found


FOLLOWER = Rounds("procedures.follower", Lane.NORMAL, go_round, rest_seconds=5, waits_for_people=True)
