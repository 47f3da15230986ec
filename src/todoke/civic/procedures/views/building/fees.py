"""The fee of a draft: its lines, the table of conditions and amounts, and what the rule language remarks on them."""

import re
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.formulas import Finding, Kind, Scope, said
from todoke.civic.procedures.building import fees
from todoke.civic.procedures.building.fees import FeeLine, How, Tariff
from todoke.civic.procedures.building.forms import FeeForm
from todoke.civic.procedures.building.parts import with_parts
from todoke.civic.procedures.building.price_tables import keys_for_tables, tables_of
from todoke.civic.procedures.queries.building import Draft
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.asking import condition_words, formula_words, remarks, sound
from todoke.civic.procedures.views.building.doors import READ_OR_POST, change, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.types import Json

NO_LINES = Tariff(())
# Where in a formula the amounts stand, and which of them.
PLACE = re.compile(r"/(?:cases|of)/([0-9]+)")


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def fee(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The fee in lines; one that lines cannot say is shown in words, to be kept or begun anew."""
    draft = opened(request, procedure)
    entry = draft.json.get("fee") or {}
    is_anew = "anew" in request.GET
    there = fees.tariff_of(entry["formula"]) if entry and not is_anew else NO_LINES
    posted = request.POST if request.method == "POST" else None
    form = _form(posted, draft, entry, there)
    refusal = None
    if posted is not None and form.is_valid():
        entered = form.cleaned_data
        told = None if there is None else Tariff(form.lines(there.lines), How(entered["how"]))
        # A formula that says the same in other letters stays as it is.
        is_kept = bool(entry) and not is_anew and told == there
        formula = entry["formula"] if is_kept else fees.formula_of(told or NO_LINES, draft.scope)
        made = {"words": entered["words"], "basis": entered["basis"], "formula": formula}
        refusal = change(request, draft, lambda json: with_parts(json, fee=made), _("手数料を保存しました。"))
        if refusal is None:
            return redirect("procedures:build-fee", procedure)
    values = {
        "form": form,
        "has_fee": bool(entry),
        "is_complex": there is None,
        "sentence": formula_words(entry["formula"], draft.scope) if entry else "",
        "lines": _lines(there, draft.scope),
        "tables": _tables(entry, draft.scope),
        "table_questions": _named(keys_for_tables(draft.scope), draft.scope),
        "notes": _notes(entry["formula"], there, draft.scope) if entry and not is_anew else [],
    }
    return shown(request, draft, "fee", values, area="fee", refusal=refusal, has_errors=bool(form.errors))


def _tables(entry: dict[str, Any], scope: Scope) -> list[tuple[str, str]]:
    """The tables beside the formula whose rows can be changed."""
    there = sound(entry.get("formula"), scope)
    return [(key, table.words) for key, table in tables_of(there).items()] if there else []


def _form(posted: Any, draft: Draft, entry: dict[str, Any], there: Tariff | None) -> FeeForm:
    how = there.how if there else How.SUM
    initial: dict[str, Any] = {"words": entry.get("words"), "basis": entry.get("basis"), "how": how.value}
    for number, line in enumerate(there.lines if there else ()):
        initial |= {f"yen_{number}": line.yen, f"per_{number}": line.per}
    return FeeForm(
        posted,
        lines=None if there is None else len(there.lines),
        questions=_named(fees.countable(draft.scope), draft.scope),
        amounts=_named(fees.amounts(draft.scope), draft.scope),
        initial=initial,
    )


def _named(keys: list[str], scope: Scope) -> list[tuple[str, str]]:
    return [(key, said(scope[key].words) or key) for key in keys]


def _lines(tariff: Tariff | None, scope: Scope) -> list[dict[str, Any]]:
    """Each line with its amount and its condition in words, and what one can do with it."""
    if tariff is None:
        return []
    last = len(tariff.lines) - 1
    return [
        {
            "place": f"fee:{number}",
            "key": str(number),
            "words": _("金額%(number)dの条件") % {"number": number + 1},
            "amount": formula_words(fees.formula_of(Tariff((FeeLine(line.yen, line.per),)), scope), scope),
            "sentence": condition_words(line.when, scope),
            "is_for_others": tariff.how is How.FIRST and number == last > 0 and line.when is None,
        }
        for number, line in enumerate(tariff.lines)
    ]


def _notes(formula: Json, tariff: Tariff | None, scope: Scope) -> list[str]:
    """What the rule language remarks, each with its line where that is known."""
    count = len(tariff.lines) if tariff else 0
    return [_note(each, count) for each in remarks(formula, scope, Kind.MONEY)]


def _note(finding: Finding, count: int) -> str:
    found = PLACE.match(finding.path)
    number = int(found[1]) if found else count - 1
    if not 0 <= number < count:
        return str(finding.says)
    return _("金額%(number)d：%(says)s") % {"number": number + 1, "says": finding.says}
