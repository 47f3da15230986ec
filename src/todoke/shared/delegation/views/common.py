"""What the pages share: a file to take away, an act that asks once, and the words for states."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from todoke.ground.people.gate import VisitorRequest
from todoke.shared.delegation.models import Grant, GrantState, Mandate, MandateState
from todoke.shared.delegation.rules import Rule, hazard_name, kind_name
from todoke.shared.delegation.trouble import DelegationRefused
from todoke.shared.messaging.types import Mode

READ_OR_POST = ["GET", "HEAD", "POST"]
TONES: dict[str, str] = {
    GrantState.WRITTEN: "attention",
    GrantState.ISSUED: "good",
    GrantState.REVOKED: "bad",
    GrantState.DROPPED: "neutral",
    MandateState.KEPT: "neutral",
    MandateState.ASKED: "attention",
    MandateState.ACTIVE: "active",
    MandateState.ENDED: "neutral",
}


def as_file(content: bytes, name: str, media_type: str = "application/octet-stream") -> HttpResponse:
    """A file to take away on a stick; nothing on the way keeps a copy."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def decide(
    request: VisitorRequest,
    *,
    form: Any,
    act: Callable[[Any], object],
    title: str,
    consequences: Sequence[str],
    words: str,
    done: str,
    back: str,
) -> HttpResponse:
    """One page before an act that counts: what will happen, what is still to be entered, and one button."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except DelegationRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    values = {
        "mode": Mode.ACTUAL,
        "act_title": title,
        "consequences": consequences,
        "act_words": words,
        "back_address": back,
        "form": form,
    }
    return render(request, "ui/confirm.html", values, status=422 if form.errors else 200)


def refused(request: HttpRequest, refusal: DelegationRefused, back: str) -> HttpResponse:
    """Show why it was not done."""
    messages.error(request, str(refusal))
    return redirect(back)


def scope_of(found: Grant | Mandate) -> dict[str, Any]:
    """What a delegation covers, in words."""
    return {
        "kinds": "、".join(kind_name(kind) for kind in found.kinds),
        "hazards": "、".join(hazard_name(hazard) for hazard in found.hazards),
        "rule": Rule(found.rule).label,
        "tone": TONES[GrantState(found.state) if isinstance(found, Grant) else MandateState(found.state)],
    }
