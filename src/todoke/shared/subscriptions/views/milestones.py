"""The staff's page of milestones: two people stand behind each text."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from todoke.base.access import needs
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.models import Account
from todoke.shared.subscriptions.actions import milestones
from todoke.shared.subscriptions.models import Milestone

MILESTONES = "subscriptions.milestones"


@needs(MILESTONES)
def milestone_list(request: HttpRequest, refusal: str = "", status: int = 200) -> HttpResponse:
    """Every text with who stands behind it."""
    found = Milestone.objects.filter(is_active=True).select_related("proposed_by", "approved_by")
    lines = [(milestone, *_state(milestone)) for milestone in found]
    context = {"lines": lines, "refusal": refusal}
    return render(request, "subscriptions/staff/milestones.html", context, status=status)


def _state(milestone: Milestone) -> tuple[str, str]:
    if milestone.is_approved:
        return _("承認済み"), "good"
    return (_("承認待ち"), "attention") if milestone.proposed_by else (_("下書き"), "neutral")


@needs(MILESTONES)
@require_POST
def propose(request: VisitorRequest, pk: int) -> HttpResponseBase:
    """Ask for approval of the words that are on the screen."""
    return _acted(request, pk, milestones.propose)


@needs(MILESTONES)
@require_POST
def approve(request: VisitorRequest, pk: int) -> HttpResponseBase:
    """Approve the words that are on the screen."""
    return _acted(request, pk, milestones.approve)


def _acted(request: VisitorRequest, pk: int, act: Any) -> HttpResponseBase:
    get_object_or_404(Milestone, pk=pk)
    account = get_object_or_404(Account, pk=request.viewer.account_id)
    try:
        act(pk, digest=request.POST.get("digest", ""), by=account)
    except milestones.MilestoneRefused as refused:
        return milestone_list(request, refusal=str(refused), status=HTTPStatus.CONFLICT)
    return redirect("subscriptions-staff:milestones")
