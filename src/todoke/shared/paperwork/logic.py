"""The formulas of a form: compiled once for each text of it, each with a name (`visible:you.name`, `page:you`, …)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Circumstances, FormulaSet, Kind, Name, Unsound, compile_formula
from todoke.base.formulas import Formula as CompiledFormula
from todoke.shared.paperwork.document import FormDocument, document_of
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Fault


class UnsoundLogic(Exception):
    """Some formulas of a form cannot be used; each fault has its place in the form."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.says}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Logic:
    """Every formula of one form, ready to be asked."""

    scope: Mapping[str, Name]
    conditions: Mapping[str, CompiledFormula]
    sums: Mapping[str, CompiledFormula]
    in_order: FormulaSet

    def has(self, name: str) -> bool:
        """Whether there is a condition of this name."""
        return name in self.conditions

    def holds(self, name: str, known: Mapping[str, Any], circumstances: Circumstances) -> bool:
        """Whether a condition holds over what is known so far; what it needs of computed values is reckoned first."""
        formula = self.conditions[name]
        told = {**known, **self.computed(known, circumstances)} if formula.names & set(self.sums) else known
        return bool(formula.value(told, circumstances))

    def computed(self, known: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
        """Every computed value over what is known."""
        return dict(self.in_order.values(known, circumstances)) if self.sums else {}


@lru_cache(maxsize=256)
def logic_of(text: str) -> Logic:
    """The logic of a canonical text; kept. Raises UnsoundLogic: of a published version it never does."""
    logic, faults = compiled(document_of(text))
    if faults:
        raise UnsoundLogic(faults)
    return logic


def compiled(document: FormDocument) -> tuple[Logic, list[Fault]]:
    """The logic of a form, with all that is wrong in it; what is wrong is left out.

    A condition may speak of questions that come before it, and of what is computed from them. So there are no circles,
    and nobody has to answer a page twice because of a later one.
    """
    faults: list[Fault] = []
    scope = {
        question.key: name
        for question in document.questions
        if question.kind in field_kinds and (name := field_kinds[question.kind].reckoned(question)) is not None
    }
    sums = _sums(document, scope, faults)
    conditions: dict[str, CompiledFormula] = {}
    whole = {**scope, **{key: Name(key, formula.kind, _label(document, key)) for key, formula in sums.items()}}
    leans_on = {key: _roots(sums, key) for key in sums}
    earlier: set[str] = set()

    def condition(name: str, doc: Any, where: str) -> None:
        try:
            formula = compile_formula(doc, whole, expects=Kind.TRUTH)
        except Unsound as unsound:
            faults.extend(Fault(f"{where}{fault.path}", fault.says) for fault in unsound.faults)
            return
        needed = {root for each in formula.names for root in leans_on.get(each, {each})}
        if late := sorted(needed - earlier):
            says = _("この条件は、あとの質問（%(names)s）を使っています。前の質問だけで書いてください。") % {
                "names": "、".join(late)
            }
            faults.append(Fault(where, says))
            return
        conditions[name] = formula

    for page_number, page in enumerate(document.pages):
        if page.visible is not None:
            condition(f"page:{page.key}", page.visible, f"pages.{page_number}.visible")
        for number, question in enumerate(page.questions):
            where = f"pages.{page_number}.questions.{number}"
            if question.visible is not None:
                condition(f"visible:{question.key}", question.visible, f"{where}.visible")
            if not isinstance(question.required, bool):
                condition(f"required:{question.key}", question.required, f"{where}.required")
            earlier.add(question.key)
    return Logic(whole, conditions, sums, FormulaSet(sums)), faults


def _sums(document: FormDocument, scope: dict[str, Name], faults: list[Fault]) -> dict[str, CompiledFormula]:
    """The computed values, each compiled when all that it needs is known."""
    waiting = {each.key: each for each in document.computed}
    known: dict[str, Name] = dict(scope)
    sums: dict[str, CompiledFormula] = {}
    while waiting:
        ready = {}
        for key, each in waiting.items():
            try:
                ready[key] = compile_formula(each.formula, known)
            except Unsound:
                continue
        if not ready:
            for key, each in waiting.items():
                faults += _of_computed(key, each.formula, known)
            break
        sums |= ready
        known |= {key: Name(key, formula.kind, waiting[key].label) for key, formula in ready.items()}
        waiting = {key: each for key, each in waiting.items() if key not in ready}
    return sums


def _of_computed(key: str, doc: Any, known: Mapping[str, Name]) -> list[Fault]:
    try:
        compile_formula(doc, known)
    except Unsound as unsound:
        return [Fault(f"computed.{key}{fault.path}", fault.says) for fault in unsound.faults]
    return []


def _roots(sums: Mapping[str, CompiledFormula], key: str) -> set[str]:
    """The questions on which a computed value rests in the end."""
    return {root for name in sums[key].names for root in (_roots(sums, name) if name in sums else {name})}


def _label(document: FormDocument, key: str) -> Any:
    return next(each.label for each in document.computed if each.key == key)
