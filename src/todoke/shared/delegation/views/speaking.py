"""代行: one delegation that we were given, beginning under it, ending, and handing back what was said."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.delegation.actions import handing_back
from todoke.shared.delegation.actions import speaking as actions
from todoke.shared.delegation.actions.receiving import unusable_in
from todoke.shared.delegation.forms import CodeForm, ReasonForm, SeenForm
from todoke.shared.delegation.models import Mandate, MandateState
from todoke.shared.delegation.page import address_of
from todoke.shared.delegation.queries import GIVE, READ, SPEAK, is_active, mandates_for, said_under, terms_of
from todoke.shared.delegation.rules import Rule
from todoke.shared.delegation.trouble import DelegationRefused
from todoke.shared.delegation.views.common import READ_OR_POST, as_file, decide, refused, scope_of


@needs(READ, GIVE, SPEAK)
@require_safe
@never_cache
def mandate(request: VisitorRequest, pk: int) -> HttpResponse:
    """One delegation that we were given, without the addresses."""
    found, viewer, at = _shown(request, pk), request.viewer, now()
    terms = terms_of(found)
    is_mine = found.asked_by_id == viewer.account_id
    return render(
        request,
        "delegation/mandate.html",
        {
            "mandate": found,
            **scope_of(found),
            "areas": "、".join(area.name for area in terms.areas),
            "places": "、".join(place.name for place in terms.places),
            "unusable": "、".join(unusable_in(terms)),
            "is_over": found.valid_until <= at,
            "is_active": is_active(found, at),
            "page": address_of(found.code),
            "editions": [(edition, edition.frozen().title()) for edition in said_under(found)],
            "may_ask": viewer.may(SPEAK) and found.state == MandateState.KEPT and found.valid_until > at,
            "may_confirm": viewer.may(SPEAK) and found.state == MandateState.ASKED and not is_mine,
            "may_decline": viewer.may(SPEAK) and found.state == MandateState.ASKED,
            "may_end": viewer.may(SPEAK) and found.state != MandateState.ENDED,
            "may_hand_back": viewer.may(SPEAK) and found.begun_at is not None,
        },
    )


@needs(SPEAK)
@require_http_methods(READ_OR_POST)
def begin(request: VisitorRequest, pk: int) -> HttpResponse:
    """Ask to speak for the other city."""
    found = _shown(request, pk)
    alone = found.rule == Rule.AT_ONCE
    form_class = CodeForm if found.rule == Rule.CODE else ReasonForm
    return decide(
        request,
        form=form_class(request.POST or None),
        act=lambda form: actions.ask_to_begin(
            pk,
            reason=form.cleaned_data["reason"],
            code=form.cleaned_data.get("code", ""),
            viewer=request.viewer,
            at=now(),
        ),
        title=_("代行を始める") if alone else _("代行の開始を依頼する"),
        consequences=[
            _("「%(name)s」の名前で、その市の送り先に発信できるようになります。") % {"name": found.city_name},
            _("委任は %(until)s に終わります。") % {"until": f"{in_japan(found.valid_until):%Y-%m-%d %H:%M}"},
            _("この委任では、あなた1人の判断で始まります。")
            if alone
            else _("ほかの人が確かめるまで、何も始まりません。"),
        ],
        words=_("代行を始める") if alone else _("開始を依頼する"),
        done=_("代行を始めました。") if alone else _("依頼しました。ほかの人の確認を待っています。"),
        back=_address(pk),
    )


@needs(SPEAK)
@require_http_methods(READ_OR_POST)
def confirm(request: VisitorRequest, pk: int) -> HttpResponse:
    """The second person's word."""
    found = _shown(request, pk)
    return decide(
        request,
        form=SeenForm(request.POST or None),
        act=lambda _form: actions.confirm_beginning(pk, viewer=request.viewer, at=now()),
        title=_("代行の開始を確かめる"),
        consequences=[
            _("「%(name)s」の名前で発信できるようになります。") % {"name": found.city_name},
            _("依頼した人：%(who)s") % {"who": found.asked_by},
            _("依頼の理由：%(why)s") % {"why": found.asked_why},
        ],
        words=_("確かめて、代行を始める"),
        done=_("代行を始めました。災害事案を開くときに、この市を選べます。"),
        back=_address(pk),
    )


@needs(SPEAK)
@require_POST
def decline(request: VisitorRequest, pk: int) -> HttpResponse:
    """Do not begin; the delegation stays for another day."""
    _shown(request, pk)
    try:
        actions.decline_beginning(pk, viewer=request.viewer)
    except DelegationRefused as refusal:
        return refused(request, refusal, _address(pk))
    return redirect(_address(pk))


@needs(SPEAK)
@require_http_methods(READ_OR_POST)
def end(request: VisitorRequest, pk: int) -> HttpResponse:
    """Stop speaking for the other city."""
    found = _shown(request, pk)
    return decide(
        request,
        form=ReasonForm(request.POST or None),
        act=lambda form: actions.end_mandate(pk, reason=form.cleaned_data["reason"], viewer=request.viewer, at=now()),
        title=_("代行を終える"),
        consequences=[
            _("「%(name)s」の名前では、もう発信も、訂正も、取消もできません。") % {"name": found.city_name},
            _("まだ送られていないものは、送りません。発信したものは、その有効期限まで残ります。"),
            _("もう一度始めるには、新しい委任が必要です。"),
        ],
        words=_("代行を終える"),
        done=_("代行を終えました。引き継ぎのファイルを、委任した市に渡してください。"),
        back=_address(pk),
    )


@needs(SPEAK)
@require_POST
def hand_back(request: VisitorRequest, pk: int) -> HttpResponse:
    """The file with everything that was said, sealed for the other city."""
    found = _shown(request, pk)
    try:
        content = handing_back.hand_back(pk, viewer=request.viewer, at=now())
    except DelegationRefused as refusal:
        return refused(request, refusal, _address(pk))
    return as_file(content, f"todoke-handback-{found.key}.sealed")


def _address(pk: int) -> str:
    return reverse("delegation:mandate", args=[pk])


def _shown(request: VisitorRequest, pk: int) -> Mandate:
    return get_object_or_404(mandates_for(request.viewer), pk=pk)
