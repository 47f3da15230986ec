"""What went out by SMS: to which number, what became of it, and what it cost."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.http_forms.numbers import masked
from todoke.shared.sms.actions.sending import number_of
from todoke.shared.sms.models import TextState
from todoke.shared.sms.queries import READ, sent_for
from todoke.shared.sms.setting_up import length_in_use

TONES = {
    TextState.PLANNED: "neutral",
    TextState.LEAVING: "attention",
    TextState.ACCEPTED: "active",
    TextState.ARRIVED: "good",
    TextState.REFUSED: "bad",
    TextState.MISSED: "bad",
}


@needs(READ)
@require_safe
def sent(request: VisitorRequest) -> HttpResponse:
    """The latest deliveries, number by number; nobody can ring a number that stands here."""
    length = length_in_use()
    rows = [
        {
            "delivery": each.delivery,
            "edition": each.delivery.edition.frozen(),
            "parts": each.parts,
            "cost": length.cost(each.parts) if length else None,
            "texts": [
                {
                    "number": masked(number_of(text)),
                    "state": text.get_state_display(),
                    "tone": TONES[TextState(text.state)],
                    "at": text.settled_at or text.left_at,
                }
                for text in each.texts
            ],
        }
        for each in sent_for(request.viewer)
    ]
    return render(request, "sms/sent.html", {"rows": rows})
