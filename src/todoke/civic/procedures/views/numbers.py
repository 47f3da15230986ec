"""How many, how long, which way: the tally as pages and files; and the cases of a procedure for another system."""

import csv
from datetime import date
from io import StringIO
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.calendar import fiscal_year_of
from todoke.base.clock import now
from todoke.civic.procedures.actions.exporting import TooMany, export
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.exporting import BrokenLayout, DoesNotFit, safe_cells
from todoke.civic.procedures.forms import ExportForm, PeriodForm
from todoke.civic.procedures.models import ExportLayout
from todoke.civic.procedures.queries.casework import versions_to_export
from todoke.civic.procedures.queries.statistics import Line, by_month, outcomes, procedures_counted, together
from todoke.civic.procedures.rules import COUNT, EXPORT
from todoke.civic.procedures.views.inbox import READ_OR_POST, today
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest

BAR_WIDTH, BAR_STEP, HEIGHT = 28, 48, 160
DECEMBER = 12


@needs(COUNT)
@require_safe
@never_cache
def statistics(request: VisitorRequest) -> HttpResponse:
    """The months of the fiscal year, or of the months that were asked for; of one procedure or of all."""
    day = today()
    begins = {"start": date(fiscal_year_of(day), 4, 1).strftime("%Y-%m"), "end": day.strftime("%Y-%m")}
    form = PeriodForm(begins | {name: request.GET[name] for name in begins if request.GET.get(name)})
    counted = procedures_counted(request.viewer)
    names = {version.procedure.key: version.document.name.say() for version in counted}
    chosen = request.GET.get("procedure", "")
    chosen = chosen if chosen in names else ""
    lines: list[Line] = []
    ends: list[tuple[str, int]] = []
    if form.is_valid():
        start, end = form.cleaned_data["start"], _next(form.cleaned_data["end"])
        keys = [version.procedure_id for version in counted if chosen in ("", version.procedure.key)]
        lines, ends = by_month(keys, start, end), outcomes(keys, start, end)
        if request.GET.get("form") == "csv":
            return csv_file([_heading(), *(_cells(line) for line in lines)], "tetsuzuki-shukei.csv")
    values: dict[str, Any] = {
        "form": form,
        "names": names,
        "chosen": chosen,
        "lines": lines,
        "total": together(lines),
        "outcomes": ends,
        "bars": _bars(lines),
        "width": max(len(lines), 1) * BAR_STEP + 40,
        "height": HEIGHT + 40,
        "csv": _csv_address(request),
    }
    return render(request, "procedures/desk/statistics.html", values, status=422 if form.errors else 200)


def _next(month: date) -> date:
    return date(month.year + 1, 1, 1) if month.month == DECEMBER else date(month.year, month.month + 1, 1)


def _csv_address(request: VisitorRequest) -> str:
    query = request.GET.copy()
    query["form"] = "csv"
    return f"?{query.urlencode()}"


def _bars(lines: list[Line]) -> list[dict[str, Any]]:
    """The picture of the months: each a bar, its online part below; numbers stand in the table, too."""
    most = max((line.filed for line in lines), default=0) or 1
    return [
        {
            "x": 20 + place * BAR_STEP,
            "middle": 20 + place * BAR_STEP + BAR_WIDTH // 2,
            "y": HEIGHT + 10 - round(line.filed * HEIGHT / most),
            "height": round(line.filed * HEIGHT / most),
            "online_y": HEIGHT + 10 - round(line.online * HEIGHT / most),
            "online_height": round(line.online * HEIGHT / most),
            "word": f"{line.month.month}" if line.month else "",
            "number": line.filed,
        }
        for place, line in enumerate(lines)
    ]


def _heading() -> list[str]:
    return [
        _("月"),
        _("受付"),
        _("うちオンライン"),
        _("終わったもの"),
        _("処理日数の平均（開庁日）"),
        _("出された書類"),
        _("省略した書類"),
        _("手数料（円）"),
    ]


def _cells(line: Line) -> list[str]:
    month = line.month.strftime("%Y-%m") if line.month else ""
    numbers = (line.filed, line.online, line.ended, line.days_mean, line.brought, line.left_out, line.fee_yen)
    return [month, *(str(number) for number in numbers)]


def csv_file(rows: list[list[str]], name: str) -> HttpResponse:
    """With a byte order mark, so that the spreadsheets of offices read the letters rightly."""
    table = StringIO()
    writer = csv.writer(table)
    writer.writerows(list(safe_cells(row)) for row in rows)
    answer = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(EXPORT)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def export_page(request: VisitorRequest) -> HttpResponse:
    """Choose layout, days and what for; the file comes, and is on the record."""
    procedures = [version.procedure_id for version in versions_to_export(request.viewer)]
    layouts = ExportLayout.objects.filter(procedure__in=procedures).select_related("procedure")
    form = ExportForm(request.POST if request.method == "POST" else None, layouts=layouts)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        layout = entered["layout"]
        try:
            rows = export(
                layout, start=entered["start"], end=entered["end"], viewer=request.viewer, at=now(), why=entered["why"]
            )
        except TooMany as many:
            words = _("%(count)d件あります。期間を短くしてください。") % {"count": many.number}
            form.add_error("end", words)
        except (DoesNotFit, BrokenLayout, ProcedureRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            return csv_file(rows, f"{layout.procedure.key}-{layout.key}.csv")
    nobody_shown()
    values = {"form": form, "has_layouts": layouts.exists()}
    return render(request, "procedures/desk/export.html", values, status=422 if form.errors else 200)
