"""The ledger's pages for staff: what was said, where it went, what waits for a person."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions import followups
from todoke.shared.messaging.forms import CallForm, Decision, DecisionForm
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.queries import (
    asks_for_a_look,
    calls_to_make,
    deliveries_of,
    delivery_for,
    editions_for,
    latest_editions,
    open_follow_ups,
    progress_of,
)
from todoke.shared.messaging.queries.mailings import mailings_of
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.sums import sum_of

PAGE_LENGTH = 30
CALLS_MAX = 200

TONES = {
    "planned": "neutral",
    "leased": "active",
    "handed_over": "active",
    "accepted": "good",
    "confirmed": "good",
    "failed": "bad",
    "withdrawn": "neutral",
    "expired": "bad",
    "unknown": "attention",
}

ACTS = {
    Decision.CONFIRMED: (followups.confirm_by_hand, gettext_lazy("届いたことを記録しました。")),
    Decision.AGAIN: (followups.send_again, gettext_lazy("もう一度送ります。")),
    Decision.NOTED: (followups.take_note, gettext_lazy("対応を記録しました。")),
    Decision.GIVE_UP: (followups.give_up, gettext_lazy("届けられなかったことを記録しました。")),
}


@needs("messaging.read")
@require_GET
def message_list(request: VisitorRequest) -> HttpResponse:
    """What the city said, newest first."""
    page = Paginator(latest_editions(request.viewer), PAGE_LENGTH).get_page(request.GET.get("page"))
    progress = progress_of(request.viewer, [edition.pk for edition in page])
    rows = [{"edition": edition.frozen(), "progress": progress[edition.pk]} for edition in page]
    return render(request, "messaging/message_list.html", {"page": page, "rows": rows})


@needs("messaging.read")
@require_GET
def message_page(request: VisitorRequest, key: UUID) -> HttpResponse:
    """One message: every edition, every destination, every attempt."""
    editions = editions_for(request.viewer, key)
    if not editions:
        raise Http404
    rows = [
        {
            "edition": edition.frozen(),
            "author": edition.author.name,
            "approver": edition.approver.name if edition.approver else None,
            "break_glass": edition.break_glass,
            "deliveries": _rows(request.viewer, deliveries_of(request.viewer, edition.pk)),
        }
        for edition in reversed(editions)
    ]
    return render(request, "messaging/message.html", {"rows": rows, "mode": editions[0].mode})


@needs("messaging.read")
@require_GET
def follow_up_list(request: VisitorRequest) -> HttpResponse:
    """What waits for a person, oldest first."""
    page = Paginator(open_follow_ups(request.viewer), PAGE_LENGTH).get_page(request.GET.get("page"))
    rows = [
        {
            "follow_up": follow_up,
            "title": follow_up.delivery.edition.frozen().title(),
            **_row(follow_up.delivery),
        }
        for follow_up in page
    ]
    return render(request, "messaging/follow_up_list.html", {"page": page, "rows": rows})


@needs("messaging.read")
def delivery_page(request: VisitorRequest, pk: int) -> HttpResponse:
    """One delivery with its attempts, and for who may operate the decision that a person can make about it."""
    delivery = delivery_for(request.viewer, pk)
    if delivery is None:
        raise Http404
    form = DecisionForm(request.POST or None, only_a_look=asks_for_a_look(request.viewer, pk))
    if request.method == "POST" and form.is_valid():
        act, done = ACTS[Decision(form.cleaned_data["decision"])]
        try:
            act(pk, viewer=request.viewer, note=form.cleaned_data["note"], at=now())
        except followups.FollowUpRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("messaging:follow-ups")
    edition = delivery.edition.frozen()
    return render(
        request,
        "messaging/delivery.html",
        {
            "edition": edition,
            "mode": edition.mode,
            "form": form if request.viewer.may("messaging.operate") else None,
            "attempts": delivery.attempts.all(),
            **_rows(request.viewer, [delivery])[0],
        },
    )


@needs("messaging.read")
@require_GET
def call_list(request: VisitorRequest) -> HttpResponse:
    """The telephone list: whom to ring next, and what to read out."""
    rows = [
        {**_row(delivery), "edition": delivery.edition.frozen(), "script": _script(delivery), "form": CallForm()}
        for delivery in calls_to_make(request.viewer)[:CALLS_MAX]
    ]
    context = {"rows": rows, "may_tick": request.viewer.may("messaging.operate")}
    return render(request, "messaging/call_list.html", context)


@needs("messaging.operate")
@require_POST
def call_made(request: VisitorRequest, pk: int) -> HttpResponse:
    """Tick one person of the telephone list."""
    form = CallForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        followups.confirm_by_hand(pk, viewer=request.viewer, note=note or _("電話で伝えました。"), at=now())
    except (followups.FollowUpRefused, Delivery.DoesNotExist) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("連絡がついたことを記録しました。"))
    return redirect("messaging:calls")


def _rows(viewer: Viewer, deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    """Deliveries for the screen; those to an audience with their sums."""
    found = list(deliveries)
    mailings = mailings_of(viewer, [delivery.pk for delivery in found])
    return [
        {**_row(delivery), "mailing": sum_of(mailings[delivery.pk]) if delivery.pk in mailings else None}
        for delivery in found
    ]


def _row(delivery: Delivery) -> dict[str, Any]:
    channel = channels.find(delivery.channel)
    return {
        "delivery": delivery,
        "destination": delivery.destination,
        "channel": channel.facts.name if channel else _("廃止された配信手段"),
        "state": delivery.get_state_display(),
        "tone": TONES[delivery.state],
    }


def _script(delivery: Delivery) -> str:
    channel = channels.find(delivery.channel)
    if channel is None:
        return ""
    return channel.prepare(delivery.edition.frozen(), delivery.destination.as_address()).preview
