"""Tables: filings that were taken on paper, and what was found out about cases, many rows at once."""

import csv
import io
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.tabling import RowTaken, take_table
from todoke.civic.procedures.forms import TableForm
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.queries.casework import versions_to_take
from todoke.civic.procedures.rules import TAKE
from todoke.civic.procedures.tables import ROWS_MAX, BrokenTable, headings, read_table
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.models import Channel


def _version(request: VisitorRequest, procedure: str) -> ProcedureVersion:
    version = versions_to_take(request.viewer).filter(procedure__key=procedure).first()
    if version is None:
        raise Http404
    return version


@needs(TAKE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def table_page(request: VisitorRequest, procedure: str) -> HttpResponse:
    """Choose a table; try it, or take it in. What is refused is named by its number alone."""
    nobody_shown()
    version = _version(request, procedure)
    posted = request.method == "POST"
    document = version.document
    form = TableForm(request.POST if posted else None, request.FILES if posted else None, document=document)
    outcome = None
    if posted and form.is_valid():
        is_trial = request.POST.get("way") != "take"
        channel = Channel(form.cleaned_data["channel"])
        try:
            rows = read_table(form.cleaned_data["table"].read(), document.form)
        except BrokenTable as broken:
            form.add_error("table", str(broken))
        else:
            found = take_table(version, rows, channel=channel, viewer=request.viewer, at=now(), is_trial=is_trial)
            outcome = _told(found, is_trial=is_trial)
    values = {
        "form": form,
        "title": document.name.say(),
        "procedure": version.procedure.key,
        "outcome": outcome,
        "rows_max": ROWS_MAX,
    }
    return render(request, "procedures/desk/table.html", values, status=422 if form.errors else 200)


def _told(found: list[RowTaken], *, is_trial: bool) -> dict[str, Any]:
    return {
        "is_trial": is_trial,
        "new": sum(each.is_new for each in found),
        "there": sum(not each.is_new and not each.says for each in found),
        "refused": [each for each in found if each.says],
    }


@needs(TAKE)
@require_safe
@never_cache
def table_headings(request: VisitorRequest, procedure: str) -> HttpResponse:
    """The first line of a table for this procedure, to be filled in a spreadsheet."""
    version = _version(request, procedure)
    table = io.StringIO()
    csv.writer(table).writerow(headings(version.document.form))
    answer = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{version.procedure.key}.csv"'
    return answer
