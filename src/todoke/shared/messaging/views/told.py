"""The page on which staff answer 「自分に届きましたか」."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.actions.contacts import ContactRefused
from todoke.shared.messaging.actions.lookups import LOOK_UP, Found, look_up
from todoke.shared.messaging.forms import LookUpForm
from todoke.shared.messaging.queries.mailings import Told
from todoke.shared.messaging.registry import MassChannel, channels
from todoke.shared.messaging.sums import TONES
from todoke.shared.messaging.types import ContactState


@needs("messaging.look-up")
@shows_people
@require_http_methods(["GET", "POST"])
@never_cache
def told_page(request: VisitorRequest) -> HttpResponse:
    """Ask for an address and a reason, and show what became of each edition. The address stands in no URL."""
    ways = [(channel.key, channel.facts.name) for channel in channels if isinstance(channel, MassChannel)]
    form = LookUpForm(request.POST or None, ways=ways)
    found = None
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            found = look_up(asked["channel"], asked["address"], viewer=request.viewer, why=asked["why"], at=now())
        except ContactRefused as refusal:
            form.add_error("address", str(refusal))
    if found and found.contact:
        # The reason is in the audit record already; a look keeps no second copy.
        person = f"contact:{found.contact.pk}"
        record_look(request.viewer, found.contact, of_person=person, what="届いたお知らせ", purpose=LOOK_UP)
    else:
        nobody_shown()
    values = {"form": form, "has_ways": bool(ways), **(_shown(found) if found else {})}
    return render(request, "messaging/told.html", values, status=422 if form.errors else 200)


def _shown(found: Found) -> dict[str, Any]:
    return {
        "was_asked": True,
        "contact": found.contact,
        "contact_tone": "good" if found.contact and found.contact.state == ContactState.ACTIVE else "attention",
        "rows": [_row(one) for one in found.told],
    }


def _row(one: Told) -> dict[str, Any]:
    edition = one.edition.frozen()
    return {
        "title": edition.title(),
        "kind": edition.kind.label,
        "number": edition.number,
        "state": one.state.label,
        "tone": TONES[one.state],
        "says": one.says,
        "at": one.settled_at or one.planned_at,
    }
