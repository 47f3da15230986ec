"""Two doors to a call: the staff's list of rounds, and the page that a link opens on a telephone."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from todoke.base.access import needs, public
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.calling import actions
from todoke.shared.calling.forms import TickForm
from todoke.shared.calling.models import Call, Round, RoundState
from todoke.shared.calling.queries import (
    OPERATE,
    READ,
    ROUNDS_MAX,
    call_by,
    link_of,
    name_of,
    rounds_for,
    script_of,
    telephone_of,
    trees_for,
)
from todoke.shared.calling.rules import CallState, RingState

STATE_TONES = {
    RoundState.CALLING: "active",
    RoundState.MET: "good",
    RoundState.MISSED: "bad",
    RoundState.OVERTAKEN: "neutral",
}
CALL_TONES = {
    CallState.OPEN: "attention",
    CallState.TOLD: "good",
    CallState.UNREACHED: "bad",
    CallState.LAPSED: "bad",
    CallState.NEEDLESS: "neutral",
}
RING_TONES = {
    RingState.CONFIRMED: "good",
    RingState.HEARD: "attention",
    RingState.ORDERED: "active",
    RingState.LEAVING: "active",
    RingState.PLANNED: "neutral",
    RingState.WITHDRAWN: "neutral",
}
ACTS = {"told": actions.tell, "unreached": actions.could_not_reach}


@needs(READ)
@require_GET
def rounds(request: VisitorRequest) -> HttpResponse:
    """The rounds: whom to ring now and what to say, and how earlier ones went."""
    may_tick = request.viewer.may(OPERATE)
    rows = [_round_row(request, found, may_tick) for found in rounds_for(request.viewer)[:ROUNDS_MAX]]
    going_on = [row for row in rows if row["round"].state == RoundState.CALLING]
    return render(
        request,
        "calling/rounds.html",
        {
            "going_on": going_on,
            "others": [row for row in rows if row not in going_on],
            "trees": trees_for(request.viewer),
            "may_tick": may_tick,
            "form": TickForm(),
        },
    )


@needs(OPERATE)
@require_POST
def tick(request: VisitorRequest, pk: int, way: str) -> HttpResponse:
    """A member of staff ticks a call, or says that nobody answers."""
    form = TickForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        ACTS[way](pk, viewer=request.viewer, note=note, at=now())
    except (actions.CallRefused, Call.DoesNotExist) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("記録しました。"))
    return redirect("calling:rounds")


@public
@csrf_exempt  # the word in the address is the key; a stranger's page that posted here would have to know it
@require_http_methods(["GET", "HEAD", "POST"])
def call_page(request: HttpRequest, token: str) -> HttpResponse:
    """One call on a telephone, without sign-in: whom to ring, what to say, and two buttons.

    Opening it changes nothing: programmes that look at links in mail and chat tick nobody.
    """
    call = call_by(token, at=now())
    if call is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        form = TickForm(request.POST)
        act = ACTS.get(request.POST.get("way", ""))
        if act is not None:
            try:
                act(call.pk, viewer=None, note=form.cleaned_data["note"] if form.is_valid() else "", at=now())
                return _to_yourself(redirect("calling-links:call", token))
            except actions.CallRefused as error:
                refusal = str(error)
    values = {**_call_row(call), "form": TickForm(), "refusal": refusal, "is_over": _is_over(call)}
    status = 409 if refusal else 200
    return _to_yourself(render(request, "calling/call.html", values, status=status))


def _is_over(call: Call) -> bool:
    return call.round.state == RoundState.OVERTAKEN or call.round.delivery.edition.expires_at <= now()


def _to_yourself(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


def _round_row(request: HttpRequest, found: Round, may_tick: bool) -> dict[str, Any]:
    calls = list(found.calls.all())
    for call in calls:
        call.round = found
    rows = [_call_row(call) for call in calls]
    for row in rows:
        link = reverse("calling-links:call", args=[link_of(row["call"])])
        # Whoever holds the link may tick: it is for those who may do so themselves.
        row["link"] = request.build_absolute_uri(link) if may_tick else ""
    return {
        "round": found,
        "edition": found.delivery.edition.frozen(),
        "state": found.get_state_display(),
        "tone": STATE_TONES[RoundState(found.state)],
        "calls": rows,
        "rings": [
            {
                "name": ring.seat.name,
                "state": ring.get_state_display(),
                "tone": RING_TONES.get(RingState(ring.state), "bad"),
            }
            for ring in found.rings.all()
        ],
        "told": sum(call.state == CallState.TOLD for call in calls),
    }


def _call_row(call: Call) -> dict[str, Any]:
    edition = call.round.delivery.edition
    return {
        "call": call,
        "name": name_of(call),
        "telephone": telephone_of(call),
        "is_post": call.seat_id is None,
        "state": call.get_state_display(),
        "tone": CALL_TONES[CallState(call.state)],
        "may_answer": call.state in (CallState.OPEN, CallState.LAPSED, CallState.UNREACHED),
        "script": script_of(call),
        "mode": edition.mode,
        "title": edition.frozen().title(),
    }
