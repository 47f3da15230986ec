"""Tests that staff wrote for their own form: run on a day of their choosing, with what they have been through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas import Circumstances
from todoke.shared.paperwork.document import FormDocument, document_of
from todoke.shared.paperwork.logic import Logic, UnsoundLogic, logic_of
from todoke.shared.paperwork.models import FormTest, FormTestRun, FormVersion
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.sheet import Entry
from todoke.shared.paperwork.standing import Standing, standing_of
from todoke.shared.paperwork.types import Json


@dataclass
class Coverage:
    """What the tests of a form have been through: questions asked and answered, branches taken both ways."""

    asked: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    branches: dict[str, set[bool]] = field(default_factory=dict)

    def add(self, standing: Standing) -> None:
        """One test more."""
        self.asked |= {question.key for question in standing.questions}
        self.answered |= set(standing.values)
        for name, came_out in standing.formulas.items():
            self.branches.setdefault(name, set()).add(came_out)

    def as_json(self, document: FormDocument, logic: Logic) -> Json:
        """Counts, and the names of what no test has reached."""
        asking = [question.key for question in document.questions if field_kinds[question.kind].asks]
        open_branches = [
            f"{name}={'yes' if way else 'no'}"
            for name in logic.conditions
            for way in (True, False)
            if way not in self.branches.get(name, set())
        ]
        return {
            "questions": len(asking),
            "questions_answered": len([key for key in asking if key in self.answered]),
            "questions_not_answered": [key for key in asking if key not in self.answered],
            "branches": 2 * len(logic.conditions),
            "branches_taken": 2 * len(logic.conditions) - len(open_branches),
            "branches_not_taken": open_branches,
        }


def deviations(test: FormTest, standing: Standing) -> list[str]:
    """Where a form does not do what a test expects; each a sentence for staff."""
    expected: Mapping[str, Any] = test.expected
    found = []
    for key, wanted in expected.get("visible", {}).items():
        if standing.is_asked(key) != wanted:
            said = _("「%(key)s」が出るはずでした。") if wanted else _("「%(key)s」は出ないはずでした。")
            found.append(said % {"key": key})
    if "refused" in expected and sorted(expected["refused"]) != sorted(standing.troubles):
        found.append(
            _("直すところは%(wanted)sのはずでしたが、%(found)sでした。")
            % {"wanted": _named(expected["refused"]), "found": _named(standing.troubles)}
        )
    if "complete" in expected and expected["complete"] != standing.is_complete:
        found.append(_("提出できるはずでした。") if expected["complete"] else _("提出できないはずでした。"))
    for name, told in (("values", standing.values), ("computed", standing.computed)):
        for key, wanted in expected.get(name, {}).items():
            came_out = _plain(told.get(key))
            if came_out != wanted:
                facts = {"key": key, "wanted": wanted, "found": came_out}
                found.append(_("「%(key)s」は%(wanted)sのはずでしたが、%(found)sでした。") % facts)
    return found


def run_tests(text: str, tests: Iterable[FormTest], is_open: Any = None) -> Json:
    """Run tests over a form: per test its deviations, then the coverage of all. Nothing is stored, nobody is asked."""
    document, logic = document_of(text), logic_of(text)
    coverage, told = Coverage(), []
    for test in tests:
        circumstances = Circumstances(test.day, is_open or (lambda _day: True))
        sheet = {key: Entry({part: list(posted) for part, posted in raw.items()}) for key, raw in test.typed.items()}
        standing = standing_of(document, logic, sheet, circumstances)
        coverage.add(standing)
        told.append({"name": test.name, "deviations": deviations(test, standing)})
    return {"tests": told, "coverage": coverage.as_json(document, logic)}


def run_and_keep(version: FormVersion, *, at: Any, is_open: Any = None) -> FormTestRun:
    """Run all tests of the form over this version and keep the report. A form whose formulas are unsound is red."""
    tests = list(version.form.tests.all())
    try:
        report = run_tests(version.document, tests, is_open)
    except UnsoundLogic as unsound:
        report = {"tests": [], "faults": [f"{fault.where}: {fault.says}" for fault in unsound.faults]}
    is_green = "faults" not in report and not any(each["deviations"] for each in report["tests"])
    return FormTestRun.objects.create(
        version=version, sha256=version.sha256, ran_at=at, is_green=is_green, report=report
    )


def latest_run_is_green(version: FormVersion) -> bool:
    """Whether the tests of the form went through over exactly this text; a form without tests has none to fail."""
    tests = list(version.form.tests.all())
    if not tests:
        return True
    run = FormTestRun.objects.filter(version=version, sha256=version.sha256).first()
    return run is not None and run.is_green and len(run.report["tests"]) == len(tests)


def _plain(value: Any) -> Any:
    """A computed value as JSON has it."""
    return str(value) if hasattr(value, "as_tuple") or hasattr(value, "isoformat") else value


def _named(keys: Iterable[str]) -> str:
    return "、".join(sorted(keys)) or _("なし")
