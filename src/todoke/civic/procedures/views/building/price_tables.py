"""The tables of a fee: a new one over one or two questions, and the rows of one that is there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.formulas import Kind, Unsound, compile_formula, said
from todoke.civic.procedures.building import price_tables as prices
from todoke.civic.procedures.building.conditions import NoValue
from todoke.civic.procedures.building.fees import countable
from todoke.civic.procedures.building.forms import SPARE_ROWS, PriceTableForm
from todoke.civic.procedures.building.parts import with_parts
from todoke.civic.procedures.building.price_tables import BOXES_MAX, CHOSEN, COLUMNS_MAX, PriceRow, PriceTable
from todoke.civic.procedures.queries.building import Draft
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.asking import sound
from todoke.civic.procedures.views.building.doors import READ_OR_POST, change, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.types import Json

ROW = re.compile(r"/tables/[^/]+/rows/([0-9]+)")


@dataclass
class ShownRow:
    """A row as it stands on the page: its boxes by column, what is wrong with it."""

    number: int
    row: PriceRow
    boxes: list[dict[str, Any]]
    error: Any = field(default="")


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def new_table(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """A fee that is looked up in a table: over which questions, the address says."""
    draft = opened(request, procedure)
    offered = prices.keys_for_tables(draft.scope)
    keys = list(dict.fromkeys(key for key in request.GET.getlist("by") if key in offered))[:COLUMNS_MAX]
    if not keys:
        messages.error(request, _("表の列にする質問を選んでください。"))
        return redirect("procedures:build-fee", procedure)
    entry = draft.json.get("fee") or {}
    questions = [(key, said(draft.scope[key].words) or key) for key in countable(draft.scope)]
    posted = request.POST if request.method == "POST" else None
    initial = {"words": entry.get("words"), "basis": entry.get("basis")}
    form = PriceTableForm(posted, questions=questions, initial=initial)
    empty = prices.new_table(keys, draft.scope)
    table = empty if posted is None else _told(posted, empty)
    is_said = form.is_valid()

    def fee() -> Json:
        entered = form.cleaned_data if is_said else {}
        words = entered.get("words") or {"ja": ""}
        formula = prices.looked_up(keys, words, table, entered.get("per", ""), draft.scope)
        return {"words": words, "basis": entered.get("basis", ""), "formula": formula}

    return _answer(request, draft, table, fee, {"form": form, "replaces": bool(entry)}, is_said=is_said)


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def table(request: VisitorRequest, procedure: str, table: str) -> HttpResponseBase:
    """The rows of one that is there."""
    draft = opened(request, procedure)
    entry = draft.json.get("fee") or {}
    there = sound(entry.get("formula"), draft.scope)
    found = prices.tables_of(there).get(table) if there else None
    if found is None:
        raise Http404
    told = _told(request.POST, found) if request.method == "POST" else found
    is_kept = replace(told, rows=tuple(row for row in told.rows if row.amount)) == found

    def fee() -> Json:
        return entry if is_kept else {**entry, "formula": prices.with_rows(entry["formula"], told)}

    return _answer(request, draft, told, fee, {}, is_said=True)


def _answer(
    request: VisitorRequest,
    draft: Draft,
    table: PriceTable,
    fee: Callable[[], Json],
    values: dict[str, Any],
    *,
    is_said: bool,
) -> HttpResponseBase:
    """Kept where it is sound; otherwise the page, with everything that was chosen and what is wrong."""
    rows = _shown(table)
    troubles: list[Any] = []
    refusal = None
    if request.method == "POST":
        made = _checked(fee, rows, table, draft, troubles)
        if made is not None and is_said and "save" in request.POST:
            refusal = change(request, draft, lambda json: with_parts(json, fee=made), _("料金表を保存しました。"))
            if refusal is None:
                return redirect("procedures:build-fee", draft.procedure.key)
    has_errors = not is_said or bool(troubles) or any(row.error for row in rows)
    values |= {"columns": table.columns, "rows": rows, "otherwise": table.otherwise, "troubles": troubles}
    values["gives_yen"] = table.gives is Kind.MONEY
    is_refused = request.method == "POST" and "save" in request.POST and has_errors
    heading = table.words or _("新しい料金表")
    return shown(
        request, draft, "price_table", values, area="fee", heading=heading, refusal=refusal, has_errors=is_refused
    )


def _told(posted: Mapping[str, str], table: PriceTable) -> PriceTable:
    """The table as it stands in the boxes."""
    rows = []
    for number in range(BOXES_MAX):
        if f"amount_{number}" not in posted:
            break
        cells = tuple(
            tuple(posted.get(f"cell_{number}_{at}_{part}", "")[:500].strip() for part in range(_parts(column)))
            for at, column in enumerate(table.columns)
        )
        amount = "" if f"drop_{number}" in posted else posted[f"amount_{number}"][:40].strip()
        if amount or any(text for texts in cells for text in texts):
            rows.append(PriceRow(cells, amount))
    return replace(table, rows=tuple(rows), otherwise=posted.get("otherwise", "")[:40].strip())


def _parts(column: prices.Column) -> int:
    return 1 if column.kind in CHOSEN else 2


def _shown(table: PriceTable) -> list[ShownRow]:
    spare = PriceRow(tuple(("",) * _parts(column) for column in table.columns))
    rows = [*table.rows, *[spare] * SPARE_ROWS]
    return [
        ShownRow(
            number,
            row,
            [
                {
                    "words": column.words,
                    "texts": texts,
                    "options": prices.options_of(column, texts[0]),
                    "is_chosen": column.kind in CHOSEN,
                    "type": "date" if column.kind is Kind.DATE else "text",
                }
                for texts, column in zip(row.cells, table.columns, strict=True)
            ],
        )
        for number, row in enumerate(rows)
    ]


def _checked(
    fee: Callable[[], Json], rows: list[ShownRow], table: PriceTable, draft: Draft, troubles: list[Any]
) -> Json:
    """The fee, if it is sound; what is wrong stands at its row, or among the troubles."""
    written = [row for row in rows if row.row.amount]
    for row in written:
        try:
            prices.row_of(row.row, table)
        except NoValue as missing:
            row.error = missing.says
    if any(row.error for row in rows):
        return None
    try:
        made = fee()
        compile_formula(made["formula"], draft.scope, Kind.MONEY)
    except NoValue as missing:
        troubles.append(missing.says)
    except Unsound as unsound:
        for fault in unsound.faults:
            found = ROW.match(fault.path)
            if found and int(found[1]) < len(written):
                written[int(found[1])].error = fault.says
            else:
                troubles.append(fault.says)
    else:
        return made
    return None
