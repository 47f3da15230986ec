"""The publish gate of a procedure: everything that must be right before anybody can file it."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Matter, Unsound, compile_formula, findings
from todoke.civic.procedures.document import ProcedureDocument
from todoke.civic.procedures.flows import decides, letters_of
from todoke.civic.procedures.judging import written_formulas
from todoke.civic.procedures.models import StandardFlow
from todoke.civic.procedures.trials import run_tests
from todoke.ground.people.models import Section
from todoke.ground.retention.models import RetentionClass
from todoke.shared.decisions.queries import newest_route
from todoke.shared.documents.queries import published_version as published_letter
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.publishing import faults_of as form_faults
from todoke.shared.paperwork.types import Fault


def faults_of(document: ProcedureDocument, is_open: Callable[[date], bool]) -> list[Fault]:
    """What keeps a procedure from being published, each with its place; an empty list opens the gate."""
    text = canonical(document.form_json)
    found = [Fault(f"form.{fault.where}".rstrip("."), fault.says) for fault in form_faults(text)]
    found += _missing_places(document)
    if found:
        # Formulas over a form that is broken itself would only repeat it.
        return found
    found += _formula_faults(document, text)
    return found or _test_faults(document, is_open)


def _missing_places(document: ProcedureDocument) -> list[Fault]:
    found = []
    if not Section.objects.filter(key=document.section).exists():
        found.append(Fault("section", _("「%(key)s」という課はありません。") % {"key": document.section}))
    if not RetentionClass.objects.filter(code=document.retention).exists():
        found.append(Fault("retention", _("「%(key)s」という保存年限はありません。") % {"key": document.retention}))
    flow = StandardFlow.objects.filter(key=document.flow, is_active=True).first()
    if flow is None:
        found.append(Fault("flow", _("「%(key)s」という標準の流れはありません。") % {"key": document.flow}))
    else:
        found += _needs_of(flow, document)
    if document.route and newest_route(document.route) is None:
        found.append(Fault("route", _("「%(key)s」という決裁ルートはありません。") % {"key": document.route}))
    for outcome, use in document.letters.items():
        if published_letter(use.letter) is None:
            says = _("「%(key)s」という通知文はありません。") % {"key": use.letter}
            found.append(Fault(f"letters.{outcome}", says))
    return found


def _needs_of(flow: StandardFlow, document: ProcedureDocument) -> list[Fault]:
    """What the flow takes for granted: a route where it decides, a letter for each outcome that it writes."""
    found = []
    if decides(flow.document) and not document.route:
        found.append(Fault("route", _("この流れは決裁をします。決裁ルートを選んでください。")))
    says = _("この流れは通知を出します。通知文を選んでください。")
    wanted = letters_of(flow.document)
    return found + [Fault(f"letters.{outcome}", says) for outcome in wanted if outcome not in document.letters]


def _formula_faults(document: ProcedureDocument, text: str) -> list[Fault]:
    scope, found = logic_of(text).scope, []
    for place, (doc, kind) in written_formulas(document).items():
        try:
            formula = compile_formula(doc, scope, expects=kind)
        except Unsound as unsound:
            found += [Fault(f"{place}{fault.path}", fault.says) for fault in unsound.faults]
            continue
        if any(each.matter is Matter.NEVER for each in findings([formula])):
            found.append(Fault(place, _("この条件に当てはまる人はいません。条件を見直してください。")))
    return found


def _test_faults(document: ProcedureDocument, is_open: Callable[[date], bool]) -> list[Fault]:
    if not document.tests:
        return [Fault("tests", _("テストがありません。入力の例と期待する結果を、一つ以上書いてください。"))]
    return [
        Fault(f"tests.{number}", f"{result.name}：{deviation}")
        for number, result in enumerate(run_tests(document, is_open).results)
        for deviation in result.deviations
    ]
