"""Tests that staff wrote for a procedure: run over its document, with what they have been through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas import Circumstances
from todoke.civic.procedures.document import ProcedureDocument, StaffTest
from todoke.civic.procedures.judging import Formulas, Judgement, formulas_of, judge, known_of
from todoke.shared.paperwork.document import canonical, document_of
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.sheet import Entry
from todoke.shared.paperwork.standing import Standing, standing_of
from todoke.shared.paperwork.trials import Coverage


@dataclass(frozen=True)
class TrialResult:
    """How one test went: a sentence for each thing that came out otherwise than expected; none of them, it passed."""

    name: str
    deviations: tuple[str, ...]

    @property
    def has_passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.deviations


@dataclass(frozen=True)
class TrialReport:
    """All tests of one document, and what they have been through together.

    `questions_missed`: questions that no test answers; `branches_missed`: conditions with the way that none takes.
    """

    results: tuple[TrialResult, ...]
    questions: int
    questions_missed: tuple[str, ...]
    branches: int
    branches_missed: tuple[tuple[str, bool], ...]

    @property
    def is_green(self) -> bool:
        """Whether every test passed."""
        return all(result.has_passed for result in self.results)

    @property
    def percentage_covered(self) -> int:
        """Questions answered and branches taken, of all, in whole per cent rounded down."""
        whole = self.questions + self.branches
        missed = len(self.questions_missed) + len(self.branches_missed)
        return 100 * (whole - missed) // whole if whole else 100


def run_tests(document: ProcedureDocument, is_open: Callable[[date], bool]) -> TrialReport:
    """Run every test of a sound procedure. Nothing is stored and nobody is asked."""
    text = canonical(document.form_json)
    form, logic, formulas = document_of(text), logic_of(text), formulas_of(document)
    coverage, results = Coverage(), []
    labels = {question.key: question.label.say() or question.key for question in form.questions}
    labels |= {each.key: each.label.say() or each.key for each in form.computed}
    ways: dict[str, set[bool]] = {}
    for test in document.tests:
        circumstances = Circumstances(test.on, is_open)
        sheet = {key: Entry(raw) for key, raw in test.typed.items()}
        standing = standing_of(form, logic, sheet, circumstances)
        judgement = judge(document, formulas, standing, circumstances)
        coverage.add(standing)
        _add_ways(ways, formulas, standing, circumstances)
        results.append(TrialResult(test.name, tuple(_deviations(test, standing, judgement, labels))))
    asking = [question.key for question in form.questions if field_kinds[question.kind].asks]
    conditions = [*logic.conditions, *(place for place in formulas.by_place if place != "fee.formula")]
    taken = {**coverage.branches, **ways}
    return TrialReport(
        tuple(results),
        len(asking),
        tuple(key for key in asking if key not in coverage.answered),
        2 * len(conditions),
        tuple((name, way) for name in conditions for way in (True, False) if way not in taken.get(name, set())),
    )


def _add_ways(ways: dict[str, set[bool]], formulas: Formulas, standing: Standing, circumstances: Circumstances) -> None:
    known = known_of(standing)
    for place, formula in formulas.by_place.items():
        if place != "fee.formula":
            ways.setdefault(place, set()).add(bool(formula.value(known, circumstances)))


def _deviations(test: StaffTest, standing: Standing, judgement: Judgement, labels: Mapping[str, str]) -> list[str]:
    expects, found = test.expects, []
    came_out = _came_out(standing, judgement)
    for name, words in (
        ("complete", _("提出できるか")),
        ("may_apply", _("申請できる人か")),
        ("fee", _("手数料（円）")),
        ("troubled", _("直すところ")),
        ("brought", _("必要な書類")),
        ("left_out", _("省略できる書類")),
    ):
        wanted = sorted(expects[name]) if isinstance(expects.get(name), list) else expects.get(name)
        if name in expects and wanted != came_out[name]:
            found.append(_differs(words, wanted, came_out[name], labels))
    for name, way in (("asked", True), ("not_asked", False)):
        found += [
            _differs(_("質問「%(key)s」を聞くか") % {"key": labels.get(key, key)}, way, not way)
            for key in expects.get(name, [])
            if standing.is_asked(key) is not way
        ]
    for key, wanted in expects.get("computed", {}).items():
        value = standing.computed.get(key)
        if str(value) != str(wanted):
            found.append(_differs(_("計算「%(key)s」") % {"key": labels.get(key, key)}, wanted, value))
    return found


def _came_out(standing: Standing, judgement: Judgement) -> Mapping[str, Any]:
    return {
        "complete": standing.is_complete,
        "may_apply": judgement.may_apply,
        "fee": judgement.quote.yen if judgement.quote else 0,
        "troubled": sorted(standing.troubles),
        "brought": sorted(paper.rule.question for paper in judgement.papers if not paper.is_left_out),
        "left_out": sorted(paper.rule.question for paper in judgement.papers if paper.is_left_out),
    }


def _differs(what: str, wanted: Any, found: Any, labels: Mapping[str, str] = MappingProxyType({})) -> str:
    return _("%(what)s：「%(wanted)s」のはずでしたが、「%(found)s」でした。") % {
        "what": what,
        "wanted": _said(wanted, labels),
        "found": _said(found, labels),
    }


def _said(value: Any, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, list):
        return "、".join(labels.get(each, str(each)) for each in value) or _("なし")
    return _("なし") if value is None else str(value)
