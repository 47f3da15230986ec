"""Formulas: compiled, asked, explained; and sets of them that compute one after the other."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.canonical import canonical
from todoke.base.formulas.judging import Finding, Matter, findings_in
from todoke.base.formulas.kinds import (
    OPEN_DAYS_LOOKED_AT_MAX,
    ROWS_MAX,
    Circumstances,
    Fault,
    Kind,
    Name,
    Scope,
    Unsound,
    said,
)
from todoke.base.formulas.nodes import Node, Table
from todoke.base.formulas.operators import OVER_ROWS
from todoke.base.formulas.reading import Want, names_in, read
from todoke.base.formulas.reasons import reasons_for
from todoke.base.formulas.running import Run, runner
from todoke.base.formulas.wording import sentence

_SLOW = frozenset({"next-open", "add-open-days", "open-days-between"})


@dataclass(frozen=True)
class Formula:
    """A sound formula. `kind` is what comes out, `names` what it must be told; it never changes and never raises."""

    doc: Any
    kind: Kind
    names: frozenset[str]
    root: Node
    tables: Mapping[str, Table]
    _run: Run
    _is_condition: bool

    def value(self, values: Mapping[str, Any], circumstances: Circumstances) -> Any:
        """What comes out. None: not answered yet, or not reckonable; a condition is False then.

        Total: whatever stands in `values` under a name, of whatever kind, nothing is raised; what is not of the
        name's kind counts as not answered. Bounded: at most `steps_max` steps.
        """
        found = self._run(values, circumstances, None)
        # Everything else than a condition may be None; a condition that is not known is not met.
        return False if found is None and self._is_condition else found

    def words(self) -> str:
        """The formula in the active language: 「世帯人数が3以上 かつ 区分が「新築」のとき」."""
        return sentence(self.root)

    def reasons(self, values: Mapping[str, Any], circumstances: Circumstances) -> list[str]:
        """Why it came out so, the deciding parts with what was answered. Holds personal data: never log it."""
        return reasons_for(self.root, lambda node: self._asked(node, values, circumstances))

    @cached_property
    def sha256(self) -> str:
        """Of the canonical document."""
        return hashlib.sha256(canonical(self.doc).encode()).hexdigest()

    @cached_property
    def steps_max(self) -> int:
        """The most steps that a value takes: one for every part, 200 times inside of rows, 750 for open days."""
        return _steps(self.root)

    def _asked(self, node: Node, values: Mapping[str, Any], circumstances: Circumstances) -> Any:
        # Inside of a group there is no one entry to ask about.
        if node.speaks_of_an_entry():
            return None
        return runner(node)(values, circumstances, {})


def compile_formula(doc: Any, scope: Scope, expects: Kind | Name | None = None) -> Formula:
    """The formula of this document (numbers, texts, lists and mappings as JSON has them).

    `expects`: the kind that must come out, or a Name whose kind and choices must. Raises Unsound with every fault.
    """
    root, tables, faults = read(doc, scope, _want(expects))
    if faults or root is None:
        raise Unsound(faults)
    return Formula(doc, root.kind, names_in(root), root, tables, runner(root), root.kind is Kind.TRUTH)


def _want(expects: Kind | Name | None) -> Want | None:
    if isinstance(expects, Name):
        return Want(expects.kind, expects.choices)
    return None if expects is None else Want(expects)


def _steps(node: Node) -> int:
    below = sum(_steps(part) for part in node.of)
    own = OPEN_DAYS_LOOKED_AT_MAX if node.op in _SLOW else len(node.detail.rows) if node.op == "look-up" else 1
    return own + (below * ROWS_MAX if node.op in OVER_ROWS else below)


class FormulaSet:
    """Formulas by the key of the name that each computes. Raises Unsound where they wait for each other in a circle.

    `order` is the order of computing; `names` is what must be told from outside.
    """

    def __init__(self, formulas: Mapping[str, Formula]) -> None:
        self.formulas = dict(formulas)
        waits = {key: sorted(formula.names & formulas.keys()) for key, formula in formulas.items()}
        try:
            self.order: tuple[str, ...] = tuple(TopologicalSorter(waits).static_order())
        except CycleError as error:
            circle = error.args[1]
            says = _("計算が一回りしています（%(circle)s）。どれか一つから、ほかの計算を外してください。") % {
                "circle": " → ".join(circle)
            }
            raise Unsound([Fault(f"/{key}", says) for key in circle[1:]]) from None
        told = frozenset[str]().union(*(formula.names for formula in formulas.values()))
        self.names = told - formulas.keys()

    def values(self, values: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
        """The computed values by key, each over what was told and what was computed before it; total as a formula is.

        What was told under the key of a computed name is not believed.
        """
        known = dict(values)
        for key in self.order:
            known[key] = self.formulas[key].value(known, circumstances)
        return {key: known[key] for key in self.order}


def compile_set(docs: Mapping[str, Any], scope: Scope) -> FormulaSet:
    """The formulas of computed names; each key must stand in the scope, with the kind that comes out.

    Raises Unsound with the faults of all of them, each path below its key.
    """
    formulas: dict[str, Formula] = {}
    faults: list[Fault] = []
    for key, doc in docs.items():
        if key not in scope:
            faults.append(
                Fault(f"/{key}", _("「%(key)s」という項目はありません。名前を確かめてください。") % {"key": key})
            )
            continue
        try:
            formulas[key] = compile_formula(doc, scope, expects=scope[key])
        except Unsound as unsound:
            faults += [Fault(f"/{key}{fault.path}", fault.says) for fault in unsound.faults]
    if faults:
        raise Unsound(faults)
    return FormulaSet(formulas)


def findings(
    formulas: Iterable[Formula], *, scope: Scope | None = None, expected: Collection[str] = ()
) -> list[Finding]:
    """What to look at in these formulas: never or always true, unreachable, unused, not to be told.

    `expected`: keys that at least one of them should use (computed values, say); `scope` has their words.
    """
    found: list[Finding] = []
    used: set[str] = set()
    for formula in formulas:
        found += findings_in(formula.root, formula.tables)
        used |= formula.names
    for key in expected:
        if key not in used:
            words = said(scope[key].words) if scope and key in scope else key
            found.append(
                Finding(Matter.UNUSED, f"/{key}", _("「%(name)s」はどこでも使われていません。") % {"name": words})
            )
    return found
