"""The guide at the counter (書かない窓口): a clerk asks whoever stands in front, or opens what they kept at home."""

from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.filing import Filer
from todoke.civic.procedures.actions.guiding import begin_answers, newest_answers, start_filing
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.forms import LanguageForm
from todoke.civic.procedures.models import GuideTopic, ProcedureVersion
from todoke.civic.procedures.queries.casework import versions_to_take
from todoke.civic.procedures.queries.guide import is_of_the_guide, topic, topics
from todoke.civic.procedures.rules import TAKE
from todoke.civic.procedures.views.advice import errand_at, told_errands
from todoke.civic.procedures.views.case import CASE_WORK
from todoke.civic.procedures.views.guide import DESK as RESIDENTS_DESK
from todoke.civic.procedures.views.guide import held
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.actions.responses import ResponseRefused
from todoke.shared.paperwork.filling import asks_by_form, hold
from todoke.shared.paperwork.models import Channel, Response
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.types import Source

PAPER_TYPE = "paperwork.response"


def _place(what: str, response: Response | None, page: str) -> str:
    """The addresses at the counter; a code of anything but the guide leads back to its first page."""
    if response is None or not is_of_the_guide(response):
        return reverse("procedures:guide")
    if what == "page":
        return reverse("procedures:guide-page", args=[response.key, page])
    return reverse("procedures:guide-advice", args=[response.key])


DESK = replace(
    RESIDENTS_DESK, place=_place, frame="procedures/desk/guide/filling.html", source=Source.STAFF, can_pause=False
)


@needs(TAKE)
@require_safe
@never_cache
def events(request: VisitorRequest) -> HttpResponse:
    """What has happened to whoever stands in front of the clerk."""
    return render(request, "procedures/desk/guide/events.html", {"events": [each.event for each in topics()]})


@needs(TAKE)
@require_http_methods(READ_OR_POST)
@never_cache
def event(request: VisitorRequest, key: str) -> HttpResponse:
    """In which language the resident is written to; then the questions."""
    found = topic(key)
    if found is None:
        raise Http404
    form = LanguageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        return DESK.start(request, begin_answers(found, at=now(), language=language, entered_by=request.viewer.name))
    values = {"event": found.event, "form": form}
    return render(request, "procedures/desk/guide/event.html", values, status=422 if form.errors else 200)


@needs(TAKE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def resume(request: VisitorRequest) -> HttpResponse:
    """What the resident answered at home, by their code."""
    nobody_shown()
    return DESK.resume(request)


def _seen(request: VisitorRequest, key: UUID, what: str) -> tuple[GuideTopic, Filled]:
    """The answers in this browser's hands, with the look at them; whose they are, nobody knows."""
    its_topic, found = held(request, key)
    record_look(request.viewer, (PAPER_TYPE, str(key)), of_person=None, what=what, purpose=CASE_WORK)
    return its_topic, found


@needs(TAKE)
@asks_by_form
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def questions(request: VisitorRequest, key: UUID, page: str) -> HttpResponse:
    """The questions, typed by the clerk."""
    _topic, found = _seen(request, key, "手続きナビの答え")
    return DESK.page(request, found, page)


@needs(TAKE)
@shows_people
@require_safe
@never_cache
def advice(request: VisitorRequest, key: UUID) -> HttpResponse:
    """What is to be done, to be printed and handed over; what this clerk may take begins here."""
    its_topic, found = _seen(request, key, "手続きナビの案内")
    newest = newest_answers(its_topic, found, at=now())
    hold(request, newest.response)
    if newest is not found or not newest.standing(DESK.circumstances()).is_complete:
        return redirect(DESK.first(newest))
    return _advice(request, its_topic, found)


def _advice(request: VisitorRequest, its_topic: GuideTopic, found: Filled, says: str = "") -> HttpResponse:
    taken = {version.pk for version in versions_to_take(request.viewer)}

    def start(version: ProcedureVersion, errand: int) -> str:
        if version.pk not in taken or Channel.COUNTER not in version.document.channels:
            return ""
        return reverse("procedures:guide-start", args=[found.response.key, errand])

    values = {
        "event": its_topic.event,
        "errands": told_errands(its_topic, found, start),
        "start_words": _("窓口で受け付ける"),
        "parts": DESK.review_values(found)["parts"],
        "says": says,
    }
    return render(request, "procedures/desk/guide/advice.html", values, status=409 if says else 200)


@needs(TAKE)
@shows_people
@require_POST
@never_cache
def start(request: VisitorRequest, key: UUID, errand: int) -> HttpResponse:
    """Begin a procedure at the counter with the answers in it."""
    its_topic, found = _seen(request, key, "手続きナビの案内")
    chosen = errand_at(its_topic, errand)
    version = versions_to_take(request.viewer).filter(procedure__key=chosen.procedure).first() if chosen else None
    if chosen is None or version is None:
        raise Http404
    try:
        filing = start_filing(
            its_topic,
            chosen,
            version,
            found,
            Filer(request.viewer),
            by=request.viewer,
            at=now(),
            channel=Channel.COUNTER,
        )
    except (ProcedureRefused, ResponseRefused) as refused:
        return _advice(request, its_topic, found, str(refused))
    return redirect("procedures:counter-go-on", filing.response.key)
