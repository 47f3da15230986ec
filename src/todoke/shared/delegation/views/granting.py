"""委任: writing one, issuing it, taking its file away, taking it back."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.places.queries import AreaNode, area_tree
from todoke.shared.delegation.actions import granting
from todoke.shared.delegation.forms import GrantForm, ReasonForm, SeenForm
from todoke.shared.delegation.models import Grant, GrantState
from todoke.shared.delegation.queries import GIVE, READ, SPEAK, grants_for, partners_for
from todoke.shared.delegation.rules import Rule
from todoke.shared.delegation.trouble import DelegationRefused
from todoke.shared.delegation.views.common import READ_OR_POST, as_file, decide, refused, scope_of

LASTS = timedelta(days=365)


@needs(GIVE)
@require_http_methods(READ_OR_POST)
@never_cache
def new(request: VisitorRequest) -> HttpResponse:
    """Write a delegation down; somebody else issues it."""
    at = in_japan(now()).replace(second=0, microsecond=0)
    partners = list(partners_for(request.viewer).filter(checked_at__isnull=False))
    form = GrantForm(
        request.POST or None,
        partners=partners,
        areas=_lines(area_tree()),
        destinations=list(granting.places_to_hand_over()),
        initial={"valid_from": at, "valid_until": at + LASTS, "rule": Rule.TWO_PEOPLE},
    )
    if request.method == "POST" and form.is_valid():
        entered = dict(form.cleaned_data)
        entry = granting.Entry(partner_id=int(entered.pop("partner")), rule=Rule(entered.pop("rule")), **entered)
        try:
            written, code = granting.write_grant(entry, viewer=request.viewer, at=now())
        except DelegationRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            # Shown this once: what is kept is its hash alone.
            return _page(request, written, code=code) if code else redirect("delegation:grant", written.pk)
    values = {"form": form, "has_partners": bool(partners)}
    return render(request, "delegation/new_grant.html", values, status=422 if form.errors else 200)


def _lines(nodes: tuple[AreaNode, ...], depth: int = 0) -> list[tuple[str, str]]:
    found = []
    for node in nodes:
        found.append((node.area.key, "　" * depth + node.area.name))
        found += _lines(node.children, depth + 1)
    return found


@needs(READ, GIVE, SPEAK)
@require_safe
@never_cache
def grant(request: VisitorRequest, pk: int) -> HttpResponse:
    """One delegation that we gave."""
    return _page(request, _shown(request, pk))


def _page(request: VisitorRequest, found: Grant, *, code: str = "") -> HttpResponse:
    viewer = request.viewer
    values: dict[str, Any] = {
        "grant": found,
        **scope_of(found),
        "areas": "、".join(area.name for area in found.areas.all()),
        "places": "、".join(place.name for place in found.destinations.all()),
        "code": code,
        "is_over": found.valid_until <= now(),
        "may_issue": viewer.may(GIVE)
        and found.state == GrantState.WRITTEN
        and found.written_by_id != viewer.account_id,
        "may_take": viewer.may(GIVE) and found.state == GrantState.ISSUED,
        "may_end": viewer.may(GIVE) and found.state in (GrantState.WRITTEN, GrantState.ISSUED),
    }
    return render(request, "delegation/grant.html", values)


@needs(GIVE)
@require_http_methods(READ_OR_POST)
def issue(request: VisitorRequest, pk: int) -> HttpResponse:
    """The second person's word."""
    found = _shown(request, pk)
    until = f"{in_japan(found.valid_until):%Y-%m-%d %H:%M}"
    return decide(
        request,
        form=SeenForm(request.POST or None),
        act=lambda _form: granting.issue_grant(pk, viewer=request.viewer, at=now()),
        title=_("委任を発行する"),
        consequences=[
            _("「%(name)s」は、この委任の範囲で、この市の名前で発信できるようになります。")
            % {"name": found.partner.name},
            _("期限は %(until)s です。") % {"until": until},
            _("渡す送り先の宛先は、相手の市の鍵で封をしたファイルに入ります。"),
        ],
        words=_("発行する"),
        done=_("発行しました。ファイルを取り出して、相手の市に渡してください。"),
        back=reverse("delegation:grant", args=[pk]),
    )


@needs(GIVE)
@require_POST
def file(request: VisitorRequest, pk: int) -> HttpResponse:
    """The sealed file, to carry to the partner."""
    found = _shown(request, pk)
    try:
        content = granting.grant_file(pk, viewer=request.viewer)
    except DelegationRefused as refusal:
        return refused(request, refusal, "delegation:overview")
    return as_file(content, f"todoke-delegation-{found.key}.sealed")


@needs(GIVE)
@require_http_methods(READ_OR_POST)
def take_back(request: VisitorRequest, pk: int) -> HttpResponse:
    """Revoke it, or drop what was not issued."""
    found = _shown(request, pk)
    return decide(
        request,
        form=ReasonForm(request.POST or None),
        act=lambda form: granting.take_back_grant(
            pk, reason=form.cleaned_data["reason"], viewer=request.viewer, at=now()
        ),
        title=_("委任を取り消す"),
        consequences=[
            _("「%(name)s」への委任を取り消します。元には戻せません。") % {"name": found.partner.name},
            _("取消の一覧を公開フォルダーに書きます。相手の市がその一覧を読み込むと、代行は終わります。"),
            _("相手の市に届くまでは使えてしまうため、一覧のファイルを渡し、電話でも伝えてください。"),
        ],
        words=_("この委任を取り消す"),
        done=_("取り消しました。取消の一覧を相手の市に渡してください。"),
        back=reverse("delegation:grant", args=[pk]),
    )


def _shown(request: VisitorRequest, pk: int) -> Grant:
    return get_object_or_404(grants_for(request.viewer), pk=pk)
