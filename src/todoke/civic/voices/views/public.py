"""The pages of everybody: what is asked now, the questions, thanks, and what was published.

Nothing of an answer is kept before it is sent: no draft, no session, no mark in the browser.
"""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import public
from todoke.base.calendar import in_words
from todoke.base.clock import in_japan, now
from todoke.civic.voices.actions.answering import answer
from todoke.civic.voices.models import Survey
from todoke.civic.voices.queries.surveys import (
    open_survey,
    open_surveys,
    published_surveys,
    survey_for_token,
    surveys,
)
from todoke.civic.voices.refusals import SurveyRefused
from todoke.civic.voices.rules.tables import Table
from todoke.civic.voices.shown import rows_of
from todoke.shared.paperwork.filling.drawing import draw_page, summary
from todoke.shared.paperwork.filling.posted import read_posted
from todoke.shared.paperwork.models import Response, Revision
from todoke.shared.paperwork.queries import Filled, usual_circumstances
from todoke.shared.paperwork.sheet import Entry, Sheet
from todoke.shared.paperwork.types import Words


@public
@require_safe
def survey_list(request: HttpRequest) -> HttpResponse:
    """What can be answered now, and the results of earlier surveys."""
    values = {
        "asked": [_named(each) for each in open_surveys(in_japan(now()).date())],
        "published": [_named(each) for each in published_surveys()],
    }
    return render(request, "voices/list.html", values)


def _named(survey: Survey) -> dict[str, Any]:
    language = get_language() or "ja"
    return {
        "survey": survey,
        "title": survey.form_version.read().title,
        "audience": Words(survey.audience),
        "opened": in_words(survey.opens_on, language),
        "closes": in_words(survey.closed_on or survey.closes_on, language),
    }


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """A survey that everybody can answer."""
    try:
        return _asked(request, open_survey(key, in_japan(now()).date()), "")
    except SurveyRefused as refused:
        return _shut(request, refused)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask_invited(request: HttpRequest, token: str) -> HttpResponse:
    """A survey for whoever holds this link."""
    try:
        return _asked(request, survey_for_token(token, in_japan(now()).date()), token)
    except SurveyRefused as refused:
        return _shut(request, refused)


def _shut(request: HttpRequest, refused: SurveyRefused) -> HttpResponse:
    return render(request, "voices/shut.html", {"says": str(refused)}, status=HTTPStatus.NOT_FOUND)


def _asked(request: HttpRequest, survey: Survey, token: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, survey, {}, with_troubles=False)
    came = read_posted(request, _filled(survey, {}))
    sheet = {key: Entry(raw) for key, raw in came.posted.answers.items()}
    standing = _filled(survey, sheet).standing(usual_circumstances(in_japan(now()).date()))
    has_grown = bool({question.key for question in standing.questions} - set(came.posted.shown))
    if came.pressed or has_grown or not standing.is_complete:
        return _page(
            request,
            survey,
            sheet,
            with_troubles=not came.pressed and not has_grown,
            has_grown=has_grown,
        )
    answer(survey, sheet, token=token, at=now())
    return redirect("surveys:thanks", survey.key)


def _filled(survey: Survey, sheet: Sheet) -> Filled:
    # A response that is never stored: what was typed travels with the page, and nowhere else.
    return Filled(Response(version=survey.form_version), Revision(number=1), dict(sheet))


def _page(
    request: HttpRequest,
    survey: Survey,
    sheet: Sheet,
    *,
    with_troubles: bool,
    has_grown: bool = False,
) -> HttpResponse:
    filled = _filled(survey, sheet)
    standing = filled.standing(usual_circumstances(in_japan(now()).date()))
    parts = [(page.title, draw_page(filled, standing, page, with_troubles=with_troubles)) for page in standing.pages]
    fields = [each for _title, drawn in parts for each in drawn]
    values = {
        "frame": "ui/base.html",
        "title": filled.document.title,
        "intro": filled.document.intro,
        "audience": Words(survey.audience),
        "survey": survey,
        "parts": parts,
        "fields": fields,
        "faults": summary(fields),
        "has_grown": has_grown,
    }
    return render(request, "voices/ask.html", values)


@public
@require_safe
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """That the answer has come in."""
    survey = surveys().filter(key=key).first()
    if survey is None:
        raise Http404
    return render(request, "voices/thanks.html", _named(survey))


@public
@require_safe
def results(request: HttpRequest, key: str) -> HttpResponse:
    """What was published of a survey."""
    survey = surveys().filter(key=key, published_on__isnull=False).first()
    if survey is None or survey.results is None:
        raise Http404
    tables = [Table.of_json(each) for each in survey.results["tables"]]
    values = {**_named(survey), "count": survey.results["count"], "tables": [rows_of(table) for table in tables]}
    return render(request, "voices/results.html", values)
