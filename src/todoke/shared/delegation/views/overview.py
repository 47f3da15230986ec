"""The front page of the room: our keys, the partners, what we gave, what we were given, what was said for us."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.delegation.actions import keys
from todoke.shared.delegation.forms import SeenForm
from todoke.shared.delegation.queries import (
    GIVE,
    READ,
    SHOWN_MAX,
    SPEAK,
    grants_for,
    keys_for,
    mandates_for,
    partners_for,
    spoken_for_us,
)
from todoke.shared.delegation.revocations import revocations_file
from todoke.shared.delegation.trouble import DelegationRefused
from todoke.shared.delegation.views.common import READ_OR_POST, TONES, as_file, decide, refused
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Content, DeliveryState, EditionKind

HOME = "delegation:overview"


@needs(READ, GIVE, SPEAK)
@require_safe
@never_cache
def overview(request: VisitorRequest) -> HttpResponse:
    """Everything at a glance."""
    viewer, at = request.viewer, now()
    return render(
        request,
        "delegation/overview.html",
        {
            "keys": keys_for(viewer),
            "partners": [
                (partner, partner.checked_at is None and partner.added_by_id != viewer.account_id)
                for partner in partners_for(viewer)
            ],
            "grants": [(each, TONES[each.state], each.valid_until <= at) for each in grants_for(viewer)[:SHOWN_MAX]],
            "mandates": [
                (each, TONES[each.state], each.valid_until <= at) for each in mandates_for(viewer)[:SHOWN_MAX]
            ],
            "records": [(each, each.content_title) for each in spoken_for_us(viewer)[:SHOWN_MAX]],
            "may_give": viewer.may(GIVE),
            "may_speak": viewer.may(SPEAK),
            "may_manage": viewer.may(GIVE) or viewer.may(SPEAK),
        },
    )


@needs(GIVE, SPEAK)
@require_POST
def make_keys(request: VisitorRequest) -> HttpResponse:
    """Make this house's keys, once; new ones only when asked for by name."""
    if keys_for(request.viewer) is not None and request.POST.get("anew") != "yes":
        messages.error(request, _("この市の鍵は、もうあります。"))
        return redirect(HOME)
    keys.make_house_keys(viewer=request.viewer, at=now())
    messages.success(request, _("この市の鍵を作りました。鍵のファイルを相手の市に渡してください。"))
    return redirect(HOME)


@needs(GIVE, SPEAK)
@require_safe
@never_cache
def card(request: VisitorRequest) -> HttpResponse:
    """Our card: name and public keys, nothing that is a secret."""
    try:
        return as_file(keys.our_card(viewer=request.viewer), "todoke-city-card.json", "application/json")
    except DelegationRefused as refusal:
        return refused(request, refusal, HOME)


@needs(GIVE, SPEAK)
@require_http_methods(READ_OR_POST)
def check_partner(request: VisitorRequest, pk: int) -> HttpResponse:
    """The second pair of eyes on another city's keys."""
    partner = get_object_or_404(partners_for(request.viewer), pk=pk)
    return decide(
        request,
        form=SeenForm(request.POST or None),
        act=lambda _form: keys.check_partner(pk, viewer=request.viewer, at=now()),
        title=_("相手の市の鍵を確かめる"),
        consequences=[
            _("「%(name)s」の鍵の指紋は %(fingerprint)s です。")
            % {"name": partner.name, "fingerprint": partner.fingerprint},
            _(
                "相手の市に電話をかけ、指紋を読み上げてもらい、一字ずつ比べてください。番号はファイルにあるものではなく、前から知っているものを使います。"
            ),
            _("確かめると、この市あての委任を作り、この市からのファイルを読み込めるようになります。"),
        ],
        words=_("同じであることを確かめた"),
        done=_("相手の市の鍵を確かめました。"),
        back=reverse(HOME),
    )


@needs(READ, GIVE, SPEAK)
@require_safe
@never_cache
def revoked(request: VisitorRequest) -> HttpResponse:
    """The signed list of what we have taken back, to carry to the partners."""
    try:
        return as_file(revocations_file(), "todoke-revoked.json", "application/json")
    except DelegationRefused as refusal:
        return refused(request, refusal, HOME)


@needs(READ, GIVE, SPEAK, "said.read")
@require_safe
def record(request: VisitorRequest, pk: int) -> HttpResponse:
    """One edition that a partner sent in our name: its words, and where it arrived."""
    found = spoken_for_us(request.viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    content = Content.from_json(found.content)
    return render(
        request,
        "delegation/record.html",
        {
            "record": found,
            "title": content.wording("ja").title,
            "kind": EditionKind(found.kind).label,
            "areas": "、".join(area.name for area in content.areas),
            "wordings": content.wordings,
            "results": [
                {
                    **result,
                    "state": DeliveryState(result["state"]).label,
                    "channel": _channel_name(result["channel"]),
                }
                for result in found.results
            ],
        },
    )


def _channel_name(key: str) -> str:
    channel = channels.find(key)
    return str(channel.facts.name) if channel else key
