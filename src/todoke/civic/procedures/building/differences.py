"""What has changed between two versions of a procedure, in words: its form by paperwork's own account, and the rest."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas import Scope, Unsound, compile_formula
from todoke.civic.procedures.building.price_tables import rows_in_words, tables_of
from todoke.civic.procedures.building.wording import PART_WORDS, level_words
from todoke.civic.procedures.document import ProcedureDocument
from todoke.civic.procedures.judging import written_formulas
from todoke.shared.paperwork.differences import Difference
from todoke.shared.paperwork.differences import differences as form_differences
from todoke.shared.paperwork.logic import compiled
from todoke.shared.paperwork.types import Words

TEXTS = ("name", "summary", "for_whom", "by_when", "where")
PLAIN = ("section", "basis", "flow", "route", "retention", "standard_days")


def differences(old: ProcedureDocument, new: ProcedureDocument) -> list[Difference]:
    """Every change; an empty list where both do the same in the same words."""
    return [*_of_facts(old, new), *_of_entries(old, new), *form_differences(old.form, new.form), *_of_tests(old, new)]


def _of_facts(old: ProcedureDocument, new: ProcedureDocument) -> Iterator[Difference]:
    for part in TEXTS:
        was, now = getattr(old, part), getattr(new, part)
        for language in sorted(set(was) | set(now)):
            if was.get(language, "") != now.get(language, ""):
                says = _("文が変わりました（%(language)s）。") % {"language": language}
                yield Difference(str(PART_WORDS[part]), says, was.get(language, ""), now.get(language, ""))
    for part in (*PLAIN, "bring", "audience", "channels", "level", "proxies", "addressee", "letters"):
        was, now = getattr(old, part), getattr(new, part)
        if was != now:
            yield Difference(str(PART_WORDS[part]), _("変わりました。"), _said(part, was), _said(part, now))


def _of_entries(old: ProcedureDocument, new: ProcedureDocument) -> Iterator[Difference]:
    for part in ("conditions", "attachments", "fee"):
        was, now = _lines(old, part), _lines(new, part)
        for line in [each for each in was if each not in now]:
            yield Difference(str(PART_WORDS[part]), _("なくなりました。"), line)
        for line in [each for each in now if each not in was]:
            yield Difference(str(PART_WORDS[part]), _("増えました。"), "", line)


def _of_tests(old: ProcedureDocument, new: ProcedureDocument) -> Iterator[Difference]:
    was, now = {test.name: test for test in old.tests}, {test.name: test for test in new.tests}
    for name in [*was, *(name for name in now if name not in was)]:
        if was.get(name) != now.get(name):
            says = (
                _("なくなりました。")
                if name not in now
                else _("増えました。")
                if name not in was
                else _("変わりました。")
            )
            yield Difference(f"{_('テスト')}「{name}」", says)


def _lines(document: ProcedureDocument, part: str) -> list[str]:
    """Conditions, papers or the fee, each in one line with its formulas as sentences."""
    scope = compiled(document.form)[0].scope
    said = {}
    for place, (formula, kind) in written_formulas(document).items():
        try:
            said[place] = compile_formula(formula, scope, kind).words()
        except Unsound:
            said[place] = str(formula)
    if part == "fee":
        return _fee_lines(document, scope, said["fee.formula"]) if document.fee else []
    if part == "conditions":
        return [f"{each.says}：{said[f'conditions.{n}.formula']}" for n, each in enumerate(document.conditions)]
    found = []
    for number, paper in enumerate(document.attachments):
        formulas = [said[where] for name in ("needed", "left_out") if (where := f"attachments.{number}.{name}") in said]
        facts = [paper.purpose.say(), paper.basis, paper.handling.label, paper.instead.label, paper.instead_basis]
        found.append("、".join(map(str, filter(None, [paper.name.say(), *facts, *formulas]))))
    return found


def _fee_lines(document: ProcedureDocument, scope: Scope, sentence: str) -> list[str]:
    """The fee in one line, and each row of its tables in one."""
    assert document.fee is not None
    lines = [f"{document.fee.words}（{document.fee.basis}）：{sentence}"]
    try:
        tables = tables_of(compile_formula(document.fee.formula, scope))
    except Unsound:
        return lines
    return lines + [line for table in tables.values() for line in rows_in_words(table)]


def _said(part: str, value: Any) -> str:
    if part == "level":
        return level_words(value)
    if part == "letters":
        return "、".join(sorted(use.letter for use in value.values()))
    if isinstance(value, tuple):
        return "、".join(each.say() if isinstance(each, Words) else str(getattr(each, "label", each)) for each in value)
    return "" if value is None else str(getattr(value, "label", value))
