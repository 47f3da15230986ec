"""What the machine could not do about cases: a person looks, mends the cause, and has it tried again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.casework.actions.effecting import run_again
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.queries import HANDLE, READ, page_for_staff
from todoke.shared.casework.queries.effects import effects_for, given_up, troubles

LISTED_MAX = 200


@needs(READ, HANDLE)
@require_safe
@never_cache
def effects(request: VisitorRequest) -> HttpResponse:
    """What was given up in my sections. Shows no names of residents."""
    rows = troubles(request.viewer, given_up(request.viewer)[:LISTED_MAX])
    return render(request, "casework/effects.html", {"troubles": rows})


@needs(HANDLE)
@require_POST
@never_cache
def again(request: VisitorRequest, pk: int) -> HttpResponse:
    """Have one tried again, at once and from the first try on; the second click is told that it is under way."""
    run = effects_for(request.viewer).filter(pk=pk).first()
    if run is None:
        raise Http404
    try:
        run_again(run.pk, viewer=request.viewer, at=now())
    except CaseRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("もう一度試します。1分ほどたってから、この画面で確かめてください。"))
    return redirect(page_for_staff(run.case) or "casework:effects")
