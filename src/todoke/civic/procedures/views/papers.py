"""The register of attachments: what nobody need bring any more; for staff, all of it and what it saved."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.base.access import needs, public
from todoke.base.calendar import Calendar, fiscal_year_in_words
from todoke.civic.procedures.queries.papers import (
    RegisteredPaper,
    left_out_by_year,
    papers_for_everybody,
    registered_papers,
    savings,
)
from todoke.civic.procedures.queries.statistics import procedures_counted
from todoke.civic.procedures.rules import COUNT
from todoke.civic.procedures.views.numbers import csv_file
from todoke.ground.people.gate import VisitorRequest

BAR, STEP, HEIGHT = 40, 72, 160


@public
@require_safe
def less_paper(request: VisitorRequest) -> HttpResponse:
    """What need not be brought any more, procedure by procedure, with the legal basis."""
    papers = papers_for_everybody()
    groups = [(document, list(rows)) for document, rows in groupby(papers, lambda paper: paper.version.document)]
    return render(request, "procedures/less_paper.html", {"groups": groups, "count": len(papers)})


@needs(COUNT)
@require_safe
@never_cache
def register(request: VisitorRequest) -> HttpResponse:
    """Every paper that the viewer's sections ask for, on what ground; and how many were left out in each year."""
    counted = procedures_counted(request.viewer)
    names = {version.procedure.key: version.document.name.say() for version in counted}
    papers = registered_papers(counted)
    saved = savings([version.procedure_id for version in counted])
    if request.GET.get("file") == "papers":
        return csv_file([_papers_heading(), *map(_paper_cells, papers)], "tempu-shorui.csv")
    rows = [[str(line.year), names[line.procedure], line.brought, line.left_out, line.share] for line in saved]
    if request.GET.get("file") == "savings":
        return csv_file([_savings_heading(), *([str(cell) for cell in row] for row in rows)], "shoryaku.csv")
    years = left_out_by_year(saved)
    values: dict[str, Any] = {
        "papers": papers,
        "count": len(papers),
        "may_be_left_out": sum(paper.may_be_left_out for paper in papers),
        "lines": [{"line": line, "name": names[line.procedure], "year": _year(line.year)} for line in saved],
        "total": sum(line.left_out for line in saved),
        "bars": _bars(years),
        "width": max(len(years), 1) * STEP + 40,
        "height": HEIGHT + 60,
        "savings_heading": _savings_heading(),
    }
    return render(request, "procedures/desk/papers.html", values)


def _year(year: int) -> str:
    return fiscal_year_in_words(year, get_language() or "ja", Calendar.BOTH)


def _bars(years: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """The picture of the years; the numbers stand in the table, too."""
    most = max((number for _year, number in years), default=0) or 1
    return [
        {
            "x": 20 + place * STEP,
            "middle": 20 + place * STEP + BAR // 2,
            "y": HEIGHT + 20 - round(number * HEIGHT / most),
            "above": HEIGHT + 14 - round(number * HEIGHT / most),
            "height": round(number * HEIGHT / most),
            "year": year,
            "number": number,
        }
        for place, (year, number) in enumerate(years)
    ]


def _savings_heading() -> list[str]:
    return [_("年度"), _("手続き"), _("出された書類"), _("省略した書類"), _("省略した割合（パーセント）")]


def _papers_heading() -> list[str]:
    return [
        _("手続き"),
        _("担当"),
        _("書類"),
        _("何のため"),
        _("根拠"),
        _("提出か提示か"),
        _("代わりに確かめる方法"),
        _("省略の根拠"),
        _("省略できるとき"),
    ]


def _paper_cells(paper: RegisteredPaper) -> list[str]:
    rule, document = paper.rule, paper.version.document
    handling = _("提示") if paper.is_only_shown else _("提出")
    asked = [document.name.say(), paper.version.section.name, rule.name.say(), rule.purpose.say(), rule.basis, handling]
    return [*asked, str(rule.instead.label), rule.instead_basis, paper.when]
