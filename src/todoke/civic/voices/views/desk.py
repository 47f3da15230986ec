"""The desk's pages: the surveys, one with its results, its acts, its files, and whoever answered under a name."""

import csv
import io
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.civic.voices.actions import inviting
from todoke.civic.voices.actions.surveys import close, publish_results
from todoke.civic.voices.forms import CrossForm, LinksForm, MailForm
from todoke.civic.voices.models import Survey
from todoke.civic.voices.queries.surveys import (
    MANAGE,
    READ,
    Counts,
    Results,
    contact_of,
    counts_of,
    cross_for,
    cross_questions,
    form_of,
    is_asked,
    named_answer,
    named_answers,
    opened,
    results_of,
    survey_for,
    surveys_for,
)
from todoke.civic.voices.refusals import SurveyRefused
from todoke.civic.voices.rules.figures import share
from todoke.civic.voices.shown import codebook_csv, cross_rows, results_csv, rows_of
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.retention.models import Gone
from todoke.shared.paperwork.registry import field_kinds

PURPOSE = "voices.survey"


@needs(READ, MANAGE)
@require_safe
@never_cache
def survey_list(request: VisitorRequest) -> HttpResponse:
    """The surveys of my sections."""
    found = list(surveys_for(request.viewer))
    counts = counts_of(found)
    rows = [_facts(each, counts[each.pk]) for each in found]
    return render(request, "voices/desk/list.html", {"rows": rows})


def _facts(survey: Survey, counts: Counts | None = None) -> dict[str, Any]:
    counts = counts or counts_of([survey])[survey.pk]
    if survey.published_on:
        state, tone = _("結果を公表"), "good"
    elif survey.closed_on:
        state, tone = _("受付終了"), "neutral"
    elif is_asked(survey, in_japan(now()).date()):
        state, tone = _("回答受付中"), "active"
    else:
        state, tone = _("期間外"), "neutral"
    return {
        "survey": survey,
        "title": survey.form_version.read().title,
        "state": state,
        "tone": tone,
        "answers": counts.answers,
        "invited": counts.invitations,
        "rate": share(counts.answers, counts.invitations) if counts.invitations else "",
    }


def _mine(request: VisitorRequest, key: str) -> Survey:
    survey = survey_for(request.viewer, key)
    if survey is None:
        raise Http404
    return survey


@needs(READ, MANAGE)
@require_safe
@never_cache
def survey_page(request: VisitorRequest, key: str) -> HttpResponse:
    """One survey: where it stands, what can be done, and after its end its tables."""
    return _survey_page(request, _mine(request, key))


def _survey_page(
    request: VisitorRequest, survey: Survey, *, links: Any = None, mail: Any = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    may_manage = request.viewer.may(MANAGE, survey.section.key)
    values = {
        **_facts(survey),
        "may_manage": may_manage,
        "may_invite": may_manage and survey.closed_on is None and survey.purged_on is None,
        "links": links or LinksForm(),
        "mail": mail or MailForm(initial={"language": "ja"}),
        "results": None,
        **_tables(request, survey),
    }
    return render(request, "voices/desk/survey.html", values, status=status)


def _tables(request: VisitorRequest, survey: Survey) -> dict[str, Any]:
    if survey.closed_on is None or survey.purged_on is not None:
        return {}
    results = results_of(survey)
    questions = [(each.key, str(each.label)) for each in cross_questions(survey)]
    form = CrossForm(request.GET if "row" in request.GET else None, questions=questions)
    cross = None
    if form.is_bound and form.is_valid():
        cross = cross_for(survey, form.cleaned_data["row"], form.cleaned_data["column"])
        if cross is None:
            form.add_error("column", _("ちがう質問を2つ選んでください。"))
    return {
        "results": results,
        "tables": [rows_of(table) for table in results.tables],
        "has_texts": any(texts for _label, texts in results.texts),
        "cross_form": form if len(questions) > 1 else None,
        "cross": cross_rows(cross) if cross else None,
    }


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def close_survey(request: VisitorRequest, key: str) -> HttpResponse:
    """End a survey, after one question."""
    survey = _mine(request, key)
    if request.method == "POST":
        return _done(request, key, close, _("受付を終えました。"))
    values = {
        "act_title": _("受付を終える"),
        "consequences": [
            _("「%(title)s」の回答を、これから受け付けません。") % {"title": survey.form_version.read().title},
            _("配った案内のリンクは、使えなくなります。"),
            _("結果を見られるようになります。受付をもう一度始めることはできません。"),
        ],
        "act_words": _("受付を終える"),
        "back_address": "../",
    }
    return render(request, "ui/confirm.html", values)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def publish(request: VisitorRequest, key: str) -> HttpResponse:
    """Publish the results, after one question."""
    survey = _mine(request, key)
    if request.method == "POST":
        return _done(request, key, publish_results, _("結果を公表しました。"))
    values = {
        "act_title": _("結果を公表する"),
        "consequences": [
            _("「%(title)s」の集計表を、だれでも見られるようにします。") % {"title": survey.form_version.read().title},
            _("5人未満の数と、それが分かる数は出しません。自由に書かれた文は出しません。"),
        ],
        "act_words": _("結果を公表する"),
        "back_address": "../",
    }
    return render(request, "ui/confirm.html", values)


def _done(request: VisitorRequest, key: str, act: Any, says: str) -> HttpResponse:
    try:
        act(key, viewer=request.viewer, at=now())
    except SurveyRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, says)
    return redirect("voices:survey", key)


@needs(MANAGE)
@require_POST
def make_links(request: VisitorRequest, key: str) -> HttpResponse:
    """Links to print, as a file; it is given once."""
    survey = _mine(request, key)
    form = LinksForm(request.POST)
    if not form.is_valid():
        return _survey_page(request, survey, links=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        links = inviting.invite(survey, form.cleaned_data["count"], viewer=request.viewer)
    except SurveyRefused as refused:
        form.add_error("count", str(refused))
        return _survey_page(request, survey, links=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    sheet = io.StringIO()
    csv.writer(sheet).writerows([[_("案内のリンク")], *([link] for link in links)])
    return _file("\ufeff" + sheet.getvalue(), f"{survey.key}-links.csv")


@needs(MANAGE)
@require_POST
def send_invitation(request: VisitorRequest, key: str) -> HttpResponse:
    """One link, by mail."""
    survey = _mine(request, key)
    form = MailForm(request.POST)
    if not form.is_valid():
        return _survey_page(request, survey, mail=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    told = form.cleaned_data
    try:
        inviting.invite_by_mail(survey, told["address"], language=told["language"], viewer=request.viewer, at=now())
    except SurveyRefused as refused:
        form.add_error("address", str(refused))
        return _survey_page(request, survey, mail=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("案内を送りました。"))
    return redirect("voices:survey", key)


@needs(READ, MANAGE)
@require_safe
def results_file(request: VisitorRequest, key: str) -> HttpResponse:
    """The tables for statistics."""
    survey = _mine(request, key)
    return _file(results_csv(_results(survey).tables), f"{survey.key}-results.csv")


@needs(READ, MANAGE)
@require_safe
def codebook_file(request: VisitorRequest, key: str) -> HttpResponse:
    """What the names in them mean."""
    survey = _mine(request, key)
    return _file(codebook_csv(_results(survey).tables), f"{survey.key}-codebook.csv")


def _results(survey: Survey) -> Results:
    try:
        return results_of(survey)
    except (SurveyRefused, Gone) as missing:
        raise Http404 from missing


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@needs(READ, MANAGE)
@shows_people
@require_safe
@never_cache
def texts(request: VisitorRequest, key: str) -> HttpResponse:
    """What was written freely, in random order; people may have written who they are."""
    survey = _mine(request, key)
    record_look(request.viewer, survey, of_person=None, what="自由記述", purpose=PURPOSE)
    return render(request, "voices/desk/texts.html", {**_facts(survey), "texts": _results(survey).texts})


@needs(READ, MANAGE)
@shows_people
@require_safe
@never_cache
def answers(request: VisitorRequest, key: str) -> HttpResponse:
    """Who has answered a named survey."""
    survey = _mine(request, key)
    found = [] if survey.purged_on else named_answers(survey)
    if found:
        record_look(request.viewer, survey, of_person=None, what="回答の一覧", purpose=PURPOSE)
    else:
        nobody_shown()
    rows = [(each, contact_of(survey, each.invitation)) for each in found]
    return render(request, "voices/desk/answers.html", {**_facts(survey), "rows": rows})


@needs(READ, MANAGE)
@shows_people
@require_safe
@never_cache
def answer_page(request: VisitorRequest, key: str, answer: UUID) -> HttpResponse:
    """One named answer."""
    survey = _mine(request, key)
    held = named_answer(survey, answer)
    if held is None:
        raise Http404
    record_look(request.viewer, held, of_person=str(held.key), what="記名の回答", purpose=PURPOSE)
    told = opened(survey, held.sealed)
    document, _logic = form_of(survey)
    lines = [
        (each.label, field_kinds[each.kind].words(told.values[each.key], each) if each.key in told.values else "")
        for each in document.questions
        if each.key in told.asked and field_kinds[each.kind].asks
    ]
    values = {**_facts(survey), "held": held, "contact": contact_of(survey, held.invitation), "lines": lines}
    return render(request, "voices/desk/answer.html", values)
