"""Writing: the list, the start, the editor with its previews, and the small acts beside them."""

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.notices.actions.deciding import take_back
from todoke.civic.notices.actions.refusals import EditedByAnother, NoticeRefused, WaitsForApproval
from todoke.civic.notices.actions.writing import Changes, drop_notice, edit_notice, start_notice
from todoke.civic.notices.forms import (
    LANGUAGE_NAMES,
    NoticeForm,
    ReasonForm,
    StartForm,
    area_ticks,
    destination_ticks,
    topic_ticks,
)
from todoke.civic.notices.models import Notice, NoticeState
from todoke.civic.notices.queries.defaults import usual_destinations
from todoke.civic.notices.queries.notices import (
    counts_by_state,
    known_keys,
    notices_for,
    offered_destinations,
    sections_where,
    templates_in_use,
)
from todoke.civic.notices.rules.rights import READ, WRITE
from todoke.civic.notices.views.common import TONES, facts_of, language_of_page, refuse, shown_notice, viewer_of
from todoke.ground.places.queries import area_tree
from todoke.shared.subscriptions.queries.topics import topics

READ_OR_POST = ["GET", "HEAD", "POST"]
ON_A_PAGE = 30


@needs(READ)
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """Every notice, newest first, or those in one state; dropped ones too: nothing is lost."""
    viewer = viewer_of(request)
    asked = request.GET.get("state", "")
    state = asked if asked in NoticeState.values else ""
    found = notices_for(viewer)
    counts = counts_by_state(viewer)
    page = Paginator(found.filter(state=state) if state else found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "notices/list.html",
        {
            "page": page,
            "rows": [(notice, TONES[NoticeState(notice.state)]) for notice in page],
            "states": [(value, words, counts.get(value, 0)) for value, words in NoticeState.choices],
            "state": state,
            "total": sum(counts.values()),
            "may_write": viewer.may(WRITE),
        },
    )


@needs(WRITE)
@require_http_methods(READ_OR_POST)
def start(request: HttpRequest) -> HttpResponse:
    """A new notice: which section, which template, and straight into the editor."""
    viewer, at = viewer_of(request), now()
    form = StartForm(
        request.POST if request.method == "POST" else None,
        sections=sections_where(viewer, WRITE),
        templates=templates_in_use(viewer),
    )
    if request.method == "POST" and form.is_valid():
        template = form.cleaned_data["template"]
        try:
            notice = start_notice(
                key=form.cleaned_data["key"],
                section=form.cleaned_data["section"],
                template_id=int(template) if template else None,
                destinations=usual_destinations(at),
                viewer=viewer,
                at=at,
            )
            return redirect("notices:notice", notice.pk)
        except NoticeRefused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "notices/start.html", {"form": form}, status=422 if form.errors else 200)


@needs(READ)
@require_http_methods(READ_OR_POST)
def notice_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice: the editor while this person can edit it, else what it says and what became of it."""
    notice = shown_notice(request, pk)
    if notice.can_be_edited and viewer_of(request).may(WRITE, notice.section.key):
        return _edited(request, notice) if request.method == "POST" else _editor(request, notice)
    if request.method == "POST":
        refuse(request, WaitsForApproval())
        return redirect("notices:notice", pk)
    return render(request, "notices/read.html", facts_of(request, notice, now()))


@needs(WRITE)
@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom what stands in the editor now would reach, and how each channel would show it; saved nowhere."""
    notice, at = shown_notice(request, pk), now()
    form = NoticeForm(request.POST, notice=notice)
    if not form.is_valid():
        return HttpResponse(status=204)
    with transaction.atomic():
        try:
            edit_notice(pk, _changes(form, request.POST), revision=notice.revision, viewer=viewer_of(request), at=at)
            answer = render(request, "notices/parts/preview.html", facts_of(request, shown_notice(request, pk), at))
        except NoticeRefused:
            answer = HttpResponse(status=204)
        # Only looked at: nothing of this stays.
        transaction.set_rollback(True)
    return answer


def _changes(form: NoticeForm, data: QueryDict) -> Changes:
    """What was entered, without keys that no box of ours has."""
    return form.changes(known_keys(data.getlist("topic"), data.getlist("area"), data.getlist("to")))


def _edited(request: HttpRequest, notice: Notice) -> HttpResponse:
    form = NoticeForm(request.POST, notice=notice)
    if not form.is_valid():
        return _editor(request, notice, form=form, status=422)
    try:
        edit_notice(
            notice.pk,
            _changes(form, request.POST),
            revision=form.cleaned_data["revision"],
            viewer=viewer_of(request),
            at=now(),
        )
    except EditedByAnother as refusal:
        theirs = _differences(notice, form)
        # The second to save keeps every word, and saves over what the first one did only after seeing it.
        kept = request.POST.copy()
        kept["revision"] = str(notice.revision)
        form.data = kept
        form.add_error(None, str(refusal))
        return _editor(request, notice, form=form, status=409, theirs=theirs)
    except NoticeRefused as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, notice, form=form, status=422)
    return redirect("notices:submit" if request.POST.get("act") == "submit" else "notices:notice", notice.pk)


def _differences(notice: Notice, form: NoticeForm) -> list[tuple[str | Promise, Any]]:
    """What somebody else saved in the languages in which this person entered something else."""
    mine = form.texts()
    return [
        (LANGUAGE_NAMES[language], theirs)
        for language, theirs in notice.texts.items()
        if theirs != mine.get(language, {})
    ]


def _editor(
    request: HttpRequest,
    notice: Notice,
    *,
    form: NoticeForm | None = None,
    status: int = 200,
    theirs: list[tuple[str | Promise, Any]] | None = None,
) -> HttpResponse:
    at, posted = now(), form is not None
    picked_topics = request.POST.getlist("topic") if posted else notice.topics
    picked_areas = request.POST.getlist("area") if posted else notice.areas
    picked_places = request.POST.getlist("to") if posted else notice.destinations
    return render(
        request,
        "notices/editor.html",
        {
            **facts_of(request, notice, at),
            "form": form or NoticeForm(initial=NoticeForm.starting_with(notice), notice=notice),
            "topic_ticks": topic_ticks(topics(), picked_topics, language_of_page()),
            "area_ticks": area_ticks(area_tree(), picked_areas),
            "destination_ticks": destination_ticks(offered_destinations((), at), picked_places),
            "theirs": theirs,
        },
        status=status,
    )


@needs(WRITE)
@require_POST
def take_notice_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a submission or a schedule in order to go on writing."""
    shown_notice(request, pk)
    try:
        take_back(pk, viewer=viewer_of(request), at=now())
    except NoticeRefused as refusal:
        refuse(request, refusal)
    return redirect("notices:notice", pk)


@needs(WRITE)
@require_http_methods(READ_OR_POST)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a notice that has not gone out, with a reason."""
    notice = shown_notice(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            drop_notice(pk, reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=now())
            return redirect("notices:notice", pk)
        except NoticeRefused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "ui/confirm.html",
        {
            "act_title": _("お知らせを取りやめる"),
            "consequences": [_("「%(title)s」は発信されません。記録には残ります。") % {"title": notice}],
            "act_words": _("取りやめる"),
            "back_address": f"../../{notice.pk}/",
            "form": form,
        },
        status=422 if form.errors else 200,
    )
