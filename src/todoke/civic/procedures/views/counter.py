"""The counter (書かない窓口): a clerk types for the resident in front of them, or from their paper."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.filing import Filer, begin, circumstances, judgement_of, submit
from todoke.civic.procedures.actions.following import answer_correction
from todoke.civic.procedures.actions.originals import keep_original
from todoke.civic.procedures.actions.refusals import CannotApply, ProcedureRefused
from todoke.civic.procedures.forms import BeginForm
from todoke.civic.procedures.models import Filing, ProcedureVersion
from todoke.civic.procedures.queries.casework import counter_filing, versions_to_take
from todoke.civic.procedures.rules import TAKE
from todoke.civic.procedures.views.case import look
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.files.actions import Damaged, Purged, Quarantined
from todoke.ground.files.serving import response_for
from todoke.ground.files.uploads.refusals import Refused
from todoke.ground.looks.pages import shows_people
from todoke.ground.looks.rules import Way
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.recording import actor_of
from todoke.shared.paperwork.actions.responses import Receipt, ResponseRefused
from todoke.shared.paperwork.filling import Desk, asks_by_form
from todoke.shared.paperwork.models import Channel, Response
from todoke.shared.paperwork.queries import Filled, filled
from todoke.shared.paperwork.types import Source

PLACES = {
    "page": "procedures:counter-page",
    "review": "procedures:counter-review",
    "receipt": "procedures:counter-receipt",
    "print": "procedures:counter-receipt",
}


def _place(what: str, response: Response | None, page: str) -> str:
    if response is None or what not in PLACES:
        return reverse("procedures:counter")
    arguments = {"key": response.key} | ({"page": page} if what == "page" else {})
    return reverse(PLACES[what], kwargs=arguments)


@dataclass(frozen=True)
class CounterDesk(Desk):
    """The filling desk of the counter: what is handed in opens the case, or answers the correction."""

    filing: Filing | None = None
    viewer: Viewer | None = None

    def hand_in(self, request: HttpRequest, found: Filled) -> Receipt:  # noqa: ARG002 - the page has shown it
        """Hand it in as the procedure wants it. Raises ResponseRefused, ProcedureRefused."""
        assert self.filing is not None
        assert self.viewer is not None
        key = request.POST.get("submit_key", "")[:64]
        if self.filing.case_id is None:
            return submit(self.filing, submit_key=key, viewer=self.viewer, at=now())
        return answer_correction(self.filing, submit_key=key, by=actor_of(self.viewer), at=now())


def _desk(request: VisitorRequest, filing: Filing) -> CounterDesk:
    return CounterDesk(
        place=_place,
        circumstances=lambda: circumstances(now()),
        frame="procedures/desk/beside.html",
        source=Source.STAFF,
        can_pause=False,
        filing=filing,
        viewer=request.viewer,
    )


def _found(request: VisitorRequest, key: UUID) -> tuple[Filing, Filled]:
    """The filing and its answers as they are typed, with what the frame shows beside them."""
    filing = counter_filing(request.viewer, key)
    found = filled(key) if filing else None
    if filing is None or found is None:
        raise Http404
    originals = list(filing.originals.select_related("document"))
    request.beside = {  # type: ignore[attr-defined]
        "filing": filing,
        "name": filing.version.document.name.say(),
        "originals": originals,
        "papers": _papers(filing) if found.is_open else [],
    }
    return filing, found


def _papers(filing: Filing) -> list[dict[str, Any]]:
    judged = judgement_of(filing, now())
    return [{"name": paper.rule.name.say(), "is_left_out": paper.is_left_out} for paper in judged.papers]


@needs(TAKE)
@require_safe
@never_cache
def choose(request: VisitorRequest) -> HttpResponse:
    """Which procedure."""
    rows = [
        {
            "key": version.procedure.key,
            "name": version.document.name.say(),
            "section": version.section.name,
            "is_away": Channel.COUNTER in version.document.channels,
        }
        for version in versions_to_take(request.viewer)
        if any(channel != Channel.WEB for channel in version.document.channels)
    ]
    return render(request, "procedures/desk/choose.html", {"rows": rows})


@needs(TAKE)
@require_http_methods(READ_OR_POST)
@never_cache
def start(request: VisitorRequest, procedure: str) -> HttpResponse:
    """How it came, in which language, with a scan or without; then to the first page of the form."""
    version = versions_to_take(request.viewer).filter(procedure__key=procedure).first()
    if version is None:
        raise Http404
    posted = request.method == "POST"
    form = BeginForm(request.POST if posted else None, request.FILES if posted else None, document=version.document)
    if posted and form.is_valid():
        filing = _begun(request, version, form)
        if filing is not None:
            return redirect("procedures:counter-go-on", filing.response.key)
    values = {"form": form, "title": version.document.name.say(), "document": version.document}
    return render(request, "procedures/desk/start.html", values, status=422 if form.errors else 200)


def _begun(request: VisitorRequest, version: ProcedureVersion, form: BeginForm) -> Filing | None:
    entered = form.cleaned_data
    try:
        filing = begin(
            version,
            Filer(request.viewer, entered.get("proxy", "")),
            at=now(),
            channel=Channel(entered["channel"]),
            language=entered["language"],
        )
        if entered["original"]:
            keep_original(filing, entered["original"], viewer=request.viewer, at=now())
    except (ProcedureRefused, ResponseRefused) as refusal:
        form.add_error(None, str(refusal))
        return None
    except Refused as refusal:
        form.add_error("original", str(refusal))
        return None
    return filing


@needs(TAKE)
@shows_people
@require_safe
@never_cache
def go_on(request: VisitorRequest, key: UUID) -> HttpResponse:
    """To the page where it was left; of a correction, to the first page with something to mend."""
    filing, found = _found(request, key)
    mending = (
        found.document.page_of(found.revision.open_keys[0]) if found.is_open and found.revision.open_keys else None
    )
    if mending is not None:
        return redirect(_place("page", filing.response, mending.key))
    return _desk(request, filing).start(request, filing.response)


@needs(TAKE)
@asks_by_form
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def page(request: VisitorRequest, key: UUID, page: str) -> HttpResponse:
    """One page of the form, typed by the clerk."""
    filing, found = _found(request, key)
    look(request, filing, "窓口での入力")
    return _desk(request, filing).page(request, found, page)


@needs(TAKE)
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def review(request: VisitorRequest, key: UUID) -> HttpResponse:
    """All answers, read out to the resident; or handing them in."""
    filing, found = _found(request, key)
    look(request, filing, "窓口での入力の確認")
    try:
        return _desk(request, filing).review(request, found)
    except CannotApply as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason.say())
    except ProcedureRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("procedures:counter-review", key)


@needs(TAKE)
@shows_people
@require_safe
@never_cache
def receipt(request: VisitorRequest, key: UUID) -> HttpResponse:
    """The receipt, to be printed and handed over."""
    filing, found = _found(request, key)
    if filing.case is None:
        return redirect("procedures:counter-go-on", key)
    look(request, filing, "受付の控え", Way.PRINT)
    return _desk(request, filing).receipt(request, found)


@needs(TAKE)
@csp_replace({"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"]})  # type: ignore[arg-type]
@xframe_options_sameorigin
@shows_people
@require_safe
@never_cache
def original(request: VisitorRequest, key: UUID, pk: int) -> HttpResponse:
    """The scan beside the form: a picture, or a PDF in the browser's own viewer."""
    filing = counter_filing(request.viewer, key)
    kept = filing.originals.select_related("document").filter(pk=pk).first() if filing else None
    if filing is None or kept is None:
        raise Http404
    try:
        answer = response_for(kept.document)
    except (Damaged, Purged, Quarantined) as refusal:
        raise Http404 from refusal
    look(request, filing, "紙の原本")
    # Shown in the frame beside the form: what was taken in is a PDF or a picture that was drawn anew, nothing else.
    answer["Content-Disposition"] = "inline"
    del answer["Content-Security-Policy"]
    return answer
