"""The guide (手続きナビ): a few questions, then every errand of a life event, to print, to keep, and to begin.

The answers are a response that says nothing of whose it is; this browser holds it, or whoever has its code.
"""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import public
from todoke.base.calendar import in_words
from todoke.base.clock import now
from todoke.civic.procedures.actions.filing import Filer, circumstances
from todoke.civic.procedures.actions.guiding import begin_answers, newest_answers, start_filing
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.models import GuideTopic, ProcedureVersion
from todoke.civic.procedures.queries.catalogue import published
from todoke.civic.procedures.queries.guide import topic, topic_of, topics
from todoke.civic.procedures.views.advice import errand_at, told_errands
from todoke.civic.procedures.views.doors import place
from todoke.civic.procedures.views.filling import DESK as FILING_DESK
from todoke.civic.procedures.views.filling import READ_OR_POST
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.residents.way import need_level
from todoke.shared.paperwork.actions.responses import ResponseRefused
from todoke.shared.paperwork.filling import Desk, asks_by_form, hold, holds, private
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.queries import Filled, filled

DESK = Desk(place=place, circumstances=lambda: circumstances(now()), finish=_("必要な手続きを見る"))


@public
@require_safe
def events(request: VisitorRequest) -> HttpResponse:
    """What may have happened."""
    return render(request, "procedures/guide/events.html", {"events": [each.event for each in topics()]})


@public
@require_http_methods(READ_OR_POST)
def event(request: VisitorRequest, key: str) -> HttpResponse:
    """What one life event asks, and the button to begin."""
    found = topic(key)
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "procedures/guide/event.html", {"event": found.event})
    return DESK.start(request, begin_answers(found, at=now(), language=get_language() or "ja"))


def held(request: VisitorRequest, key: UUID) -> tuple[GuideTopic, Filled]:
    """The answers with this key, if this browser holds them and they are the guide's. Raises Http404."""
    found = filled(key)
    if found is None or not holds(request, found.response):
        raise Http404
    its_topic = topic_of(found.response)
    if its_topic is None:
        raise Http404
    return its_topic, found


@public
@asks_by_form
@never_cache
@require_http_methods(READ_OR_POST)
def questions(request: VisitorRequest, key: UUID, page: str) -> HttpResponse:
    """The questions."""
    _topic, found = held(request, key)
    return private(DESK.page(request, found, page))


@public
@never_cache
@require_safe
def advice(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Every errand that comes of the answers; back to the questions while some are open."""
    its_topic, found = held(request, key)
    newest = newest_answers(its_topic, found, at=now())
    hold(request, newest.response)
    if newest is not found or not newest.standing(circumstances(now())).is_complete:
        return redirect(DESK.first(newest))
    return _advice(request, its_topic, found)


def _advice(request: VisitorRequest, its_topic: GuideTopic, found: Filled, says: str = "") -> HttpResponse:
    key, until = found.response.key, found.response.custody.expires_on
    values = {
        "event": its_topic.event,
        "errands": told_errands(its_topic, found, lambda version, errand: _start(version, key, errand)),
        "start_words": _("答えを入れて始める"),
        "parts": DESK.review_values(found)["parts"],
        "key": key,
        "until": in_words(until, get_language() or "ja") if until else "",
        "says": says,
    }
    return private(render(request, "procedures/guide/advice.html", values, status=409 if says else 200))


def _start(version: ProcedureVersion, key: UUID, errand: int) -> str:
    is_online = Channel.WEB in version.document.channels
    return reverse("procedures-public:guide-start", args=[key, errand]) if is_online else ""


@public
@never_cache
@require_http_methods(READ_OR_POST)
def keep(request: VisitorRequest, key: UUID) -> HttpResponse:
    """A code with which to come back to the advice, on any machine and at the counter."""
    _topic, found = held(request, key)
    return private(DESK.pause(request, found))


@public
@require_POST
def start(request: VisitorRequest, key: UUID, errand: int) -> HttpResponseBase:
    """Begin a procedure with the answers in it; whoever has to sign in first comes back to this button."""
    its_topic, found = held(request, key)
    chosen = errand_at(its_topic, errand)
    version = published(chosen.procedure) if chosen else None
    if chosen is None or version is None:
        raise Http404
    if detour := need_level(request, version.document.level):
        return detour
    try:
        filing = start_filing(its_topic, chosen, version, found, Filer(request.viewer), by="resident", at=now())
    except (ProcedureRefused, ResponseRefused) as refused:
        return _advice(request, its_topic, found, str(refused))
    return FILING_DESK.start(request, filing.response)
