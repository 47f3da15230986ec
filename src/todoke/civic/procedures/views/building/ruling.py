"""Rules by choosing: conditions of questions and pages, who may apply, papers with their ground, the fee."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.formulas import Kind, Name, Scope, said
from todoke.civic.procedures.building import conditions
from todoke.civic.procedures.building.computed import known_before
from todoke.civic.procedures.building.conditions import Clause, Comparison, NoValue, Rule
from todoke.civic.procedures.building.forms import PaperForm, SaysForm, question_choices
from todoke.civic.procedures.building.pages import NotThere, earlier_than, page_of, question_of
from todoke.civic.procedures.building.parts import changed, entry_of, put_entry, put_rule, rule_at
from todoke.civic.procedures.queries.building import Draft
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.types import Instead
from todoke.civic.procedures.views.building.asking import condition_words, remarks
from todoke.civic.procedures.views.building.doors import READ_OR_POST, Refusal, change, lines_gone, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.fields.files import Files
from todoke.shared.paperwork.types import Json, Words

CLAUSES_MAX = 20


@dataclass
class Row:
    """One line of the chooser as it stands on the page."""

    number: int
    key: str
    label: str
    comparison: str
    value: str
    comparisons: list[tuple[str, Any]]
    choices: list[tuple[str, str]]
    input_type: str
    error: Any = ""
    is_dropped: bool = field(default=False)


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def rule(request: VisitorRequest, procedure: str, place: str) -> HttpResponseBase:
    """One condition: its lines, how they are joined, and the sentence that they make."""
    draft = opened(request, procedure)
    try:
        there = rule_at(draft.json, place)
        heading, back = _about(draft, place)
    except NotThere as gone:
        raise Http404 from gone
    scope = _offered(draft, place)
    refusal: Refusal | None = None
    if request.method == "POST":
        told, joined = _posted(request, scope)
        lost = _lost(request, scope)
        rows = [row for row in told if not row.is_dropped]
        if added := scope.get(request.POST.get("new", "")) if "more" in request.POST else None:
            rows.append(_row(len(rows), added, "", ""))
        formula = None if "remove" in request.POST else _formula(rows, joined, scope)
        # Saving no line at all would take away a condition that the chooser cannot show.
        is_said = bool(told) and not any(row.error for row in rows)
        if "more" not in request.POST and ("remove" in request.POST or is_said):
            says = _("条件を保存しました。") if formula is not None else _("条件をなしにしました。")
            if lost and "remove" not in request.POST:
                refusal = lines_gone(lost)
            else:
                refusal = change(request, draft, lambda json: put_rule(json, place, formula, draft.scope), says)
            if refusal is None:
                return redirect(back)
        elif lost:
            refusal = lines_gone(lost)
        if "more" in request.POST:
            for row in rows:
                row.error = ""
    else:
        known = conditions.rule_of(there, scope) if there is not None else None
        joined = known.joined if known else "and"
        clauses = known.clauses if known else ()
        rows = [_row(n, scope[each.name], each.comparison, each.value) for n, each in enumerate(clauses)]
        formula = there
    values = {
        "place": place,
        "rows": [row for row in rows if row.number < CLAUSES_MAX],
        "joined": joined,
        "joins": conditions.JOINED.items(),
        "offered": [(key, said(name.words) or key) for key, name in scope.items()],
        "sentence": condition_words(formula, draft.scope),
        "is_complex": there is not None and conditions.rule_of(there, scope) is None,
        "there": condition_words(there, draft.scope),
        "notes": [each.says for each in remarks(formula, draft.scope)] if formula is not None else [],
        "back": back,
    }
    has_errors = any(row.error for row in rows)
    return shown(request, draft, "rule", values, heading=heading, refusal=refusal, has_errors=has_errors)


def _posted(request: VisitorRequest, scope: Scope) -> tuple[list[Row], str]:
    rows: list[Row] = []
    for number in range(CLAUSES_MAX):
        name = scope.get(request.POST.get(f"name_{number}", ""))
        if name is None:
            continue
        comparison = request.POST.get(f"comparison_{number}", "")
        row = _row(len(rows), name, comparison, request.POST.get(f"value_{number}", "")[:500])
        row.is_dropped = f"drop_{number}" in request.POST
        rows.append(row)
    joined = request.POST.get("joined", "and")
    return rows, joined if joined in conditions.JOINED else "and"


def _lost(request: VisitorRequest, scope: Scope) -> int:
    """How many lines ask something that is not there any more."""
    names = [request.POST.get(f"name_{number}", "") for number in range(CLAUSES_MAX)]
    return sum(1 for name in names if name and name not in scope)


def _formula(rows: list[Row], joined: str, scope: Scope) -> Json:
    """What the rows say; each row that cannot be read gets its sentence."""
    clauses = []
    for number, row in enumerate(rows):
        row.number = number
        try:
            clause = Clause(row.key, Comparison(row.comparison), row.value)
            conditions.written(Rule((clause,)), scope)
        except ValueError:
            row.error = _("比べ方を選んでください。")
        except NoValue as missing:
            row.error = missing.says
        else:
            clauses.append(clause)
    return conditions.written(Rule(tuple(clauses), joined), scope)


def _row(number: int, name: Name, comparison: str, value: str) -> Row:
    kinds = {Kind.DATE: "date"}
    return Row(
        number,
        name.key,
        said(name.words) or name.key,
        str(comparison),
        value,
        [(each.value, conditions.WORDS[each]) for each in conditions.OFFERED[name.kind]],
        [(key, said(words)) for key, words in name.choices.items()],
        "text" if comparison in (Comparison.AGE_FROM, Comparison.AGE_BELOW) else kinds.get(name.kind, "text"),
    )


def _offered(draft: Draft, place: str) -> Scope:
    """What a condition at this place may speak about: before a question, only what comes before it."""
    kind, _colon, key = place.partition(":")
    if kind not in ("page", "visible", "required"):
        return draft.scope
    return known_before(draft.json, draft.scope, earlier_than(draft.json, key))


def _about(draft: Draft, place: str) -> tuple[str, str]:
    """What the condition decides, and where to go back to."""
    kind, _colon, key = place.partition(":")
    procedure = draft.procedure.key
    match kind:
        case "page":
            words = Words(page_of(draft.json, key)["title"]).say()
            return _("ページ「%(title)s」を出す条件") % {"title": words}, _to("page", procedure, key)
        case "visible" | "required":
            words = Words(question_of(draft.json, key).get("label", {})).say()
            heading = _("「%(label)s」を聞く条件") if kind == "visible" else _("「%(label)s」を必須にする条件")
            return heading % {"label": words}, _to("question", procedure, key)
        case "condition":
            return _("申請できる条件"), _to("condition", procedure, int(key))
        case "needed" | "left-out":
            words = Words(entry_of(draft.json, "attachments", int(key))["name"]).say()
            heading = _("書類「%(name)s」を求める条件") if kind == "needed" else _("書類「%(name)s」を省略する条件")
            return heading % {"name": words}, _to("paper", procedure, int(key))
    return _("金額%(number)dの条件") % {"number": int(key) + 1}, _to("fee", procedure)


def _to(name: str, *arguments: Any) -> str:
    return reverse(f"procedures:build-{name}", args=arguments)


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def who(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The conditions that whoever applies must meet."""
    draft = opened(request, procedure)
    form = SaysForm(request.POST if request.method == "POST" else None)
    refusal = None
    entries = draft.json.get("conditions", [])
    if request.method == "POST" and form.is_valid():
        # A condition that nobody has chosen yet holds for everybody.
        entry = {"formula": True, "says": form.cleaned_data["says"]}
        refusal = change(
            request,
            draft,
            lambda document: put_entry(document, "conditions", len(entries), entry),
            _("文を保存しました。続けて、条件を選んでください。"),
        )
        if refusal is None:
            return redirect("procedures:build-rule", procedure, f"condition:{len(entries)}")
    rows = [
        {
            "number": number,
            "says": Words(each["says"]).say(),
            "sentence": condition_words(each.get("formula"), draft.scope),
        }
        for number, each in enumerate(entries)
    ]
    return shown(
        request, draft, "who", {"rows": rows, "form": form}, area="who", refusal=refusal, has_errors=bool(form.errors)
    )


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def condition(request: VisitorRequest, procedure: str, number: int) -> HttpResponseBase:
    """One of them: the sentence, and the way to its rule."""
    draft = opened(request, procedure)
    try:
        entry = entry_of(draft.json, "conditions", number)
    except NotThere as gone:
        raise Http404 from gone
    form = SaysForm(request.POST if request.method == "POST" else None, initial={"says": entry["says"]})
    refusal = None
    if request.method == "POST" and form.is_valid():
        told = {**entry, "says": form.cleaned_data["says"]}
        refusal = change(
            request, draft, lambda document: put_entry(document, "conditions", number, told), _("文を保存しました。")
        )
        if refusal is None:
            return redirect("procedures:build-who", procedure)
    values = {
        "form": form,
        "number": number,
        "rules": [(f"condition:{number}", _("申請できる条件"), condition_words(entry.get("formula"), draft.scope))],
    }
    return shown(request, draft, "plain", values, area="who", refusal=refusal, has_errors=bool(form.errors))


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def papers(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The papers that are asked for, and one more."""
    draft = opened(request, procedure)
    entries = draft.json.get("attachments", [])
    return _paper(request, draft, len(entries), {})


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def paper(request: VisitorRequest, procedure: str, number: int) -> HttpResponseBase:
    """One of them."""
    draft = opened(request, procedure)
    try:
        return _paper(request, draft, number, entry_of(draft.json, "attachments", number))
    except NotThere as gone:
        raise Http404 from gone


def _paper(request: VisitorRequest, draft: Draft, number: int, entry: dict[str, Any]) -> HttpResponseBase:
    procedure = draft.procedure.key
    questions = question_choices(draft.document, Files.key)
    posted = request.POST if request.method == "POST" else None
    initial = {"handling": "keep", "instead": "none", **entry}
    form = PaperForm(posted, questions=questions, initial=initial)
    refusal = None
    if posted is not None and form.is_valid():
        told = {**entry, **changed(form.cleaned_data, initial)} if entry else form.cleaned_data
        may_be_left_out = told.get("instead", Instead.NONE.value) != Instead.NONE.value
        if not may_be_left_out:
            told |= {"instead_basis": None, "left_out": None}
        elif told.get("left_out") is None:
            # Nobody has said yet when: until then it has to be brought.
            told["left_out"] = False
        refusal = change(
            request, draft, lambda json: put_entry(json, "attachments", number, told), _("添付書類を保存しました。")
        )
        if refusal is None:
            if may_be_left_out and told["left_out"] is False:
                return redirect("procedures:build-rule", procedure, f"left-out:{number}")
            return redirect("procedures:build-papers", procedure)
    rules = []
    if entry:
        rules.append((f"needed:{number}", _("求める条件"), condition_words(entry.get("needed"), draft.scope)))
        if entry.get("instead", "none") != "none":
            sentence = condition_words(entry.get("left_out"), draft.scope)
            rules.append((f"left-out:{number}", _("省略する条件"), sentence))
    rows = [
        {"number": place, "name": Words(each["name"]).say(), "basis": each["basis"]}
        for place, each in enumerate(draft.json.get("attachments", []))
    ]
    values = {"form": form, "rules": rules, "rows": rows, "is_new": not entry, "has_questions": bool(questions)}
    values["number"] = number if entry else None
    return shown(request, draft, "papers", values, area="papers", refusal=refusal, has_errors=bool(form.errors))
