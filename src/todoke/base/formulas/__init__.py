"""Formulas (式): a small, total, pure, typed language for rules that a city writes itself, stored as JSON.

Doors: `compile_formula`, `compile_set`, `findings`, `canonical`, and the types below. docs/running/formulas.md has
every operator. No eval, no patterns from users, no loop: what a formula costs is known before it runs.
"""

from todoke.base.canonical import canonical
from todoke.base.formulas.formula import Formula, FormulaSet, compile_formula, compile_set, findings
from todoke.base.formulas.judging import Finding, Matter
from todoke.base.formulas.kinds import Circumstances, Fault, Kind, Name, Scope, Unsound, Words, said

__all__ = [
    "Circumstances",
    "Fault",
    "Finding",
    "Formula",
    "FormulaSet",
    "Kind",
    "Matter",
    "Name",
    "Scope",
    "Unsound",
    "Words",
    "canonical",
    "compile_formula",
    "compile_set",
    "findings",
    "said",
]
