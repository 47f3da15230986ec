"""Beside the normal lane: decided answers go out, and what has ended is settled. Events are but hints."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.errands import Errand
from todoke.base.rounds.going import Rounds
from todoke.civic.voices.actions import following
from todoke.civic.voices.models import Theme, Voice


def _theme_page(row: str) -> str:
    key = Theme.objects.filter(pk=row).values_list("key", flat=True).first()
    return reverse("opinions:theme", args=[key]) if key else ""


def _voice_page(row: str) -> str:
    key = Voice.objects.filter(pk=row).values_list("case__key", flat=True).first()
    return reverse("opinions:voice", args=[key]) if key else ""


FOLLOW = Errand("voices.follow", _("市民の声に、決裁のとおりに答える"), _theme_page)
SETTLE = Errand("voices.settle", _("終わった市民の声の保存期間を始める"), _voice_page)
ERRANDS = (FOLLOW, SETTLE)


def go_round() -> int:
    """One turn; how many themes and voices went on. Each act locks its rows and is done once."""
    at = now()
    decided = Theme.objects.filter(state=Theme.State.DECIDING, decision__phase__in=("decided", "dropped"))
    ended = Voice.objects.filter(settled_at__isnull=True, case__closed_on__isnull=False)
    return FOLLOW.each(decided.order_by("pk"), lambda each: following.follow(each, at=at)) + SETTLE.each(
        ended.order_by("pk"), lambda each: following.settle(each, at=at)
    )


FOLLOWER = Rounds("voices.follower", Lane.NORMAL, go_round, rest_seconds=5, waits_for_people=True)
