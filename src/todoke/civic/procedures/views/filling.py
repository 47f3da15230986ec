"""Filling a filing page by page, and handing it in: the pages are paperwork's, the rights and the judgement ours."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import public
from todoke.base.clock import in_japan, now
from todoke.base.formulas import Circumstances
from todoke.civic.procedures.actions import filing as filings
from todoke.civic.procedures.actions.following import answer_correction
from todoke.civic.procedures.actions.refusals import BegunBySomebodyElse, CannotApply, LevelTooLow, ProcedureRefused
from todoke.civic.procedures.judging import Judgement, Paper
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries.catalogue import published
from todoke.civic.procedures.types import Instead, Proxy
from todoke.civic.procedures.views.catalogue import scope_of, values_of
from todoke.civic.procedures.views.doors import actor, place, shut, theirs
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.mandates.acting import mandates_for
from todoke.ground.people.models import Mandate
from todoke.ground.people.residents.way import need_level
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.actions.responses import Incomplete, ResponseRefused
from todoke.shared.paperwork.filling import Desk, asks_by_form, hold, private
from todoke.shared.paperwork.queries import Filled, filled_in

READ_OR_POST = ["GET", "HEAD", "POST"]
PROXY_OF = {Mandate.Kind.LEGAL: Proxy.LEGAL, Mandate.Kind.VOLUNTARY: Proxy.CHOSEN}


def _today() -> Circumstances:
    return filings.circumstances(now())


DESK = Desk(place=place, circumstances=_today)


@public
@require_POST
def begin(request: VisitorRequest, key: str) -> HttpResponseBase:
    """Begin a filing; whoever has to sign in first comes back to this button."""
    version = published(key)
    if version is None:
        raise Http404
    if detour := need_level(request, version.document.level):
        return detour
    try:
        filer = filer_of(request.viewer, key, request.POST.get("for", ""))
        begun = filings.begin(version, filer, at=now(), language=get_language() or "ja")
    except (ProcedureRefused, ResponseRefused) as refused:
        return render(request, "procedures/procedure.html", values_of(request, version, str(refused)), status=409)
    return DESK.start(request, begun.response)


def filer_of(viewer: Viewer, key: str, chosen: str) -> filings.Filer:
    """For whom it is filed, as the page let them choose: `mandate.3`, a kind of proxy, or themselves."""
    if not chosen.startswith("mandate."):
        return filings.Filer(viewer, chosen)
    held = mandates_for(viewer, scope=scope_of(key), on=in_japan(now()).date())
    mandate = next((each for each in held if f"mandate.{each.pk}" == chosen), None)
    if mandate is None:
        raise MandateIsOver
    return filings.Filer(viewer, PROXY_OF[Mandate.Kind(mandate.kind)], mandate)


class MandateIsOver(ProcedureRefused):
    """The mandate is not in force any more, or was never the viewer's."""

    says = _("選んだ代理は、いま使えません。画面を開き直して、もう一度選んでください。")


def _answers(mine: Filing) -> Filled:
    found = filled_in(mine.response)
    if found is None:
        raise Http404
    return found


@public
@asks_by_form
@never_cache
@require_http_methods(READ_OR_POST)
def page(request: VisitorRequest, key: UUID, page: str) -> HttpResponseBase:
    """One page of the form."""
    mine = theirs(request, key)
    if answer := shut(request, mine):
        return answer
    return private(DESK.page(request, _answers(mine), page))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def pause(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """A code with which to go on later, on any machine."""
    mine = theirs(request, key)
    if answer := shut(request, mine):
        return answer
    return private(DESK.pause(request, _answers(mine)))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def resume(request: VisitorRequest) -> HttpResponse:
    """Going on with such a code."""
    return private(DESK.resume(request))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def review(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """All answers, what it costs, which papers, and why not; then handing it in."""
    mine = theirs(request, key)
    if answer := shut(request, mine):
        return answer
    if request.method != "POST":
        found = _answers(mine)
        return _review(request, mine, found) if found.is_open else redirect(place("receipt", mine.response, ""))
    # Whoever hands in from a page whose session is over holds it again.
    hold(request, mine.response)
    is_new = mine.case_id is None
    if is_new and mine.response.channel == "web" and (detour := need_level(request, mine.version.document.level)):
        return detour
    submit_key = request.POST.get("submit_key", "")[:64]
    try:
        if is_new:
            filings.submit(mine, submit_key=submit_key, viewer=request.viewer, at=now())
        else:
            answer_correction(mine, submit_key=submit_key, by=actor(request), at=now())
    except (Incomplete, CannotApply):
        return _review(request, mine, _answers(mine), status=409)
    except (LevelTooLow, BegunBySomebodyElse, ResponseRefused) as refused:
        return _review(request, mine, _answers(mine), str(refused), status=409)
    return redirect(place("receipt", mine.response, ""))


def _review(request: VisitorRequest, mine: Filing, found: Filled, says: str = "", *, status: int = 200) -> HttpResponse:
    values = DESK.review_values(found, says)
    judgement = filings.judgement_of(mine, now())
    # A correction is weighed by the office, not by the door.
    refusals = [each.say() for each in judgement.refusals] if mine.case_id is None else []
    values |= {
        "refusals": refusals,
        "is_complete": values["is_complete"] and not refusals,
        "quote": _quote(mine, judgement),
        "papers": papers(judgement.papers),
        "section": mine.version.section.name,
    }
    return private(render(request, "procedures/review.html", values, status=status))


def _quote(mine: Filing, judgement: Judgement) -> Any:
    """The quote as it would be frozen now; the frozen one once it is."""
    if mine.quote is not None:
        return quote_values(mine.quote)
    return quote_values(judgement.quote.as_json()) if judgement.quote else None


def quote_values(quote: Any) -> dict[str, Any]:
    """A quote as JSON, ready to show in the active language."""
    language = get_language() or "ja"
    lines = [
        {**line, "words": line["words"].get(language) or line["words"].get("ja", ""), "yen": f"{line['yen']:,}"}
        for line in quote["lines"]
    ]
    return {"lines": lines, "yen": f"{quote['yen']:,}"}


def papers(found: tuple[Paper, ...]) -> list[dict[str, Any]]:
    """Each paper of this person: to be sent, to be shown, or left out and why."""
    return [
        {
            "name": each.rule.name.say(),
            "is_left_out": each.is_left_out,
            "is_shown": each.is_only_shown,
            "instead": Instead(each.instead).label if each.is_left_out else "",
            "basis": each.rule.instead_basis if each.is_left_out else each.rule.basis,
        }
        for each in found
    ]


@public
@never_cache
@require_safe
def receipt(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """That it has arrived: the code, the instant, the fee, what was handed in; also the page to print."""
    mine = theirs(request, key)
    if answer := shut(request, mine):
        return answer
    found = _answers(mine)
    if mine.case is None:
        return redirect(DESK.first(found))
    values = DESK.receipt_values(found) | {
        "filing": mine,
        "quote": quote_values(mine.quote) if mine.quote else None,
        "papers": papers(filings.judgement_of(mine, now()).papers),
        "section": mine.case.section.name,
    }
    return private(render(request, "procedures/receipt.html", values))
