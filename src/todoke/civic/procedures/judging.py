"""What a procedure makes of a filled form on one day: may they apply, what does it cost, which papers. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from todoke.base.formulas import Circumstances, Formula, Kind, compile_formula
from todoke.civic.procedures.document import Attachment, ProcedureDocument
from todoke.civic.procedures.types import Handling, Instead
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Json, Words


@dataclass(frozen=True)
class Quote:
    """What it costs, as it was promised: the yen, the line's words and basis, and how the sum came about."""

    yen: int
    words: Words
    basis: str
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is frozen with the filing."""
        return {
            "lines": [{"words": dict(self.words), "basis": self.basis, "yen": self.yen, "reasons": list(self.reasons)}],
            "yen": self.yen,
        }

    @property
    def sha256(self) -> str:
        """The hash of the frozen quote."""
        return hashlib.sha256(canonical(self.as_json()).encode()).hexdigest()


@dataclass(frozen=True)
class Paper:
    """One paper for this person: asked for, and whether something stands in for it this time."""

    rule: Attachment
    is_left_out: bool

    @property
    def instead(self) -> Instead:
        """What stands in for it."""
        return self.rule.instead if self.is_left_out else Instead.NONE

    @property
    def is_only_shown(self) -> bool:
        """Whether it goes home again with whoever brought it."""
        return self.rule.handling is Handling.SHOW


@dataclass(frozen=True)
class Judgement:
    """What came out: why not (empty: they may), the quote (None: no fee), the papers."""

    refusals: tuple[Words, ...]
    quote: Quote | None
    papers: tuple[Paper, ...]

    @property
    def may_apply(self) -> bool:
        """Whether every condition is met."""
        return not self.refusals


@dataclass(frozen=True)
class Formulas:
    """The compiled formulas of a procedure, by their place in its document (`conditions.0`, `fee`, …)."""

    by_place: Mapping[str, Formula]

    def holds(self, place: str, known: Mapping[str, Any], circumstances: Circumstances, *, otherwise: bool) -> bool:
        """Whether a condition holds; `otherwise` where the procedure has none there."""
        formula = self.by_place.get(place)
        return otherwise if formula is None else bool(formula.value(known, circumstances))


def written_formulas(document: ProcedureDocument) -> dict[str, tuple[Json, Kind]]:
    """Every formula of a procedure outside its form, with its place and the kind that it must have."""
    found: dict[str, tuple[Json, Kind]] = {}
    for number, condition in enumerate(document.conditions):
        found[f"conditions.{number}.formula"] = (condition.formula, Kind.TRUTH)
    for number, paper in enumerate(document.attachments):
        if paper.needed is not None:
            found[f"attachments.{number}.needed"] = (paper.needed, Kind.TRUTH)
        if paper.left_out is not None:
            found[f"attachments.{number}.left_out"] = (paper.left_out, Kind.TRUTH)
    if document.fee is not None:
        found["fee.formula"] = (document.fee.formula, Kind.MONEY)
    return found


def formulas_of(document: ProcedureDocument) -> Formulas:
    """The formulas of a sound procedure, compiled. Raises Unsound: of a published one it never does."""
    scope = logic_of(canonical(document.form_json)).scope
    return Formulas(
        {place: compile_formula(doc, scope, expects=kind) for place, (doc, kind) in written_formulas(document).items()}
    )


def known_of(standing: Standing) -> dict[str, Any]:
    """The answers and computed values of a filled form, as formulas take them."""
    known = {
        question.key: field_kinds[question.kind].for_formula(standing.values[question.key], question)
        for question in standing.questions
        if question.key in standing.values
    }
    return {**known, **standing.computed}


def judge(
    document: ProcedureDocument, formulas: Formulas, standing: Standing, circumstances: Circumstances
) -> Judgement:
    """What the procedure makes of this filled form on this day."""
    known = known_of(standing)
    refusals = tuple(
        condition.says
        for number, condition in enumerate(document.conditions)
        if not formulas.holds(f"conditions.{number}.formula", known, circumstances, otherwise=True)
    )
    papers = tuple(
        Paper(paper, formulas.holds(f"attachments.{number}.left_out", known, circumstances, otherwise=False))
        for number, paper in enumerate(document.attachments)
        if formulas.holds(f"attachments.{number}.needed", known, circumstances, otherwise=True)
    )
    return Judgement(refusals, _quote(document, formulas, known, circumstances), papers)


def _quote(
    document: ProcedureDocument, formulas: Formulas, known: Mapping[str, Any], circumstances: Circumstances
) -> Quote | None:
    if document.fee is None:
        return None
    formula = formulas.by_place["fee.formula"]
    yen = formula.value(known, circumstances)
    if not yen:
        # Not answered far enough, or free of charge for this person.
        return None
    reasons = tuple(str(reason) for reason in formula.reasons(known, circumstances))
    return Quote(int(yen), document.fee.words, document.fee.basis, reasons)
