"""The computed values of a draft: which there are, and one of them line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.formulas import Formula, Scope, Unsound, compile_formula
from todoke.base.formulas.kinds import KIND_WORDS
from todoke.civic.procedures.building import reckoning as reckonings
from todoke.civic.procedures.building.computed import computed_of, labels_of, put_computed, scope_of
from todoke.civic.procedures.building.conditions import NoValue
from todoke.civic.procedures.building.forms import LabelForm
from todoke.civic.procedures.building.pages import NotThere
from todoke.civic.procedures.building.reckoning import LINES_MAX, Line, Reckoning, What
from todoke.civic.procedures.queries.building import Draft
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.asking import formula_words, sound
from todoke.civic.procedures.views.building.doors import READ_OR_POST, change, lines_gone, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.types import Json, Words


@dataclass
class Row:
    """A line as it stands on the page."""

    number: int
    line: Line
    words: str
    values: list[tuple[str, Any]]
    error: Any = ""

    @property
    def is_typed(self) -> bool:
        """Whether its value is typed."""
        return self.line.what in (What.NUMBER, What.YEN)


@dataclass
class Sheet:
    """The lines as they stand on the page, their formula, and what the rule language says of it."""

    rows: list[Row]
    formula: Json = None
    read: Formula | None = None
    troubles: list[Any] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether it can be kept."""
        return self.read is not None


@needs(BUILD)
@require_safe
@never_cache
def computed_values(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """Every computed value with its sentence."""
    draft = opened(request, procedure)
    rows = []
    for key, label in labels_of(draft.json):
        formula = computed_of(draft.json, key).get("formula")
        rows.append({"key": key, "label": label, "sentence": formula_words(formula, draft.scope)})
    return shown(request, draft, "computed_values", {"rows": rows}, area="computed")


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def new_computed(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """One more."""
    return _computed(request, opened(request, procedure), "", {})


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def computed(request: VisitorRequest, procedure: str, computed: str) -> HttpResponseBase:
    """One of them."""
    draft = opened(request, procedure)
    try:
        return _computed(request, draft, computed, computed_of(draft.json, computed))
    except NotThere as gone:
        raise Http404 from gone


def _computed(request: VisitorRequest, draft: Draft, key: str, entry: Mapping[str, Any]) -> HttpResponseBase:
    scope = scope_of(draft.json, draft.scope, key)
    there = sound(entry.get("formula"), scope)
    known = reckonings.reckoning_of(there) if there else None
    posted = request.POST if request.method == "POST" else None
    form = LabelForm(posted, initial={"label": entry.get("label")})
    reckoning = (known or Reckoning(())) if posted is None else _told(posted, scope)
    # Lines that say what the formula says leave it as it is; so does a formula beyond lines, until there are some.
    is_kept = bool(entry) and (reckoning == known or (known is None and not reckoning.lines))
    sheet = _sheet(reckoning, entry.get("formula") if is_kept else None, scope)
    is_saved = posted is not None and "save" in posted
    lost = 0 if posted is None else _lost(posted, scope)
    refusal = lines_gone(lost) if lost else None
    if is_saved and not lost and form.is_valid() and sheet.is_sound:
        label = form.cleaned_data["label"]
        says = _("計算「%(label)s」を保存しました。") % {"label": label["ja"]}
        refusal = change(request, draft, lambda json: put_computed(json, key, label, sheet.formula), says)
        if refusal is None:
            return redirect("procedures:build-computed-values", draft.procedure.key)
    values = {
        "computed": key,
        "form": form,
        "rows": sheet.rows,
        "joints": reckonings.JOINTS.items(),
        "terms": list(reckonings.terms(scope)),
        "ways": reckonings.WAYS.items(),
        "units": reckonings.UNITS,
        "reckoning": reckoning,
        "is_full": len(sheet.rows) >= LINES_MAX,
        "is_complex": there is not None and known is None,
        "there": there.words() if there else "",
        "sentence": sheet.read.words() if sheet.read else "",
        "kind": KIND_WORDS[sheet.read.kind] if sheet.read else "",
        "troubles": sheet.troubles if posted is not None else [],
    }
    heading = Words(entry.get("label", {})).say() or _("新しい計算")
    is_refused = is_saved and not (form.is_valid() and sheet.is_sound)
    return shown(
        request, draft, "computed", values, area="computed", heading=heading, refusal=refusal, has_errors=is_refused
    )


def _told(posted: Mapping[str, str], scope: Scope) -> Reckoning:
    """The lines as they stand in the boxes; one that is to go is gone, one that is to come is there."""
    lines = []
    for number in range(LINES_MAX):
        value, joint = posted.get(f"value_{number}", "")[:100].strip(), posted.get(f"joint_{number}", "")
        line = reckonings.line_of(posted.get(f"term_{number}", ""), scope, value, joint)
        if line is not None and f"drop_{number}" not in posted:
            lines.append(line)
    added = reckonings.line_of(posted.get("new", ""), scope, "", posted.get("new_joint", ""))
    if "more" in posted and added is not None:
        lines.append(added)
    up = posted.get("up", "")
    if up.isascii() and up.isdigit():
        lines = reckonings.moved_up(lines, int(up[:3]))
    if lines:
        lines[0] = replace(lines[0], joint=reckonings.Joint.ADD)
    way, unit = posted.get("way", ""), posted.get("unit", "")
    return Reckoning(
        tuple(lines),
        way if way in reckonings.WAYS else "",
        unit if unit in reckonings.UNITS and way else "1",
        "is_yen" in posted,
    )


def _lost(posted: Mapping[str, str], scope: Scope) -> int:
    """How many lines reckon with something that is not there any more."""
    terms = [posted.get(f"term_{number}", "") for number in range(LINES_MAX)]
    return sum(1 for term in terms if term and reckonings.line_of(term, scope, "", "") is None)


def _sheet(reckoning: Reckoning, kept: Json, scope: Scope) -> Sheet:
    """These lines with their formula, or with the one that is kept in its place."""
    rows = [
        Row(number, line, reckonings.words_of(line, scope), reckonings.values_of(line, scope))
        for number, line in enumerate(reckoning.lines)
    ]
    sheet = Sheet(rows, kept)
    if kept is None:
        _write(sheet, reckoning, scope)
    if sheet.formula is not None:
        _read(sheet, scope)
    return sheet


def _write(sheet: Sheet, reckoning: Reckoning, scope: Scope) -> None:
    """The formula of the lines; a line that cannot be read gets its sentence."""
    for row in sheet.rows:
        try:
            reckonings.term_of(row.line, scope)
        except NoValue as missing:
            row.error = missing.says
    if any(row.error for row in sheet.rows):
        return
    try:
        sheet.formula = reckonings.formula_of(reckoning, scope)
    except NoValue as missing:
        sheet.troubles.append(missing.says)


def _read(sheet: Sheet, scope: Scope) -> None:
    """The formula, read; what the rule language finds wrong stands at its line, or among the troubles."""
    try:
        sheet.read = compile_formula(sheet.formula, scope)
    except Unsound as unsound:
        for fault in unsound.faults:
            number = reckonings.line_at(sheet.formula, fault.path)
            if number is not None and number < len(sheet.rows):
                sheet.rows[number].error = fault.says
            else:
                sheet.troubles.append(fault.says)
