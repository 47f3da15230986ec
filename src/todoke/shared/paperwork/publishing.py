"""The publish gate: what a form must have before anybody is asked it; and how much of it speaks each language."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Matter, findings
from todoke.shared.paperwork.document import BrokenDocument, FormDocument, Question, document_of
from todoke.shared.paperwork.logic import compiled
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Fault, Sensitivity, Words


def faults_of(text: str) -> list[Fault]:
    """Everything that keeps a form from being published, with its place; an empty list opens the gate."""
    try:
        document = document_of(text)
    except BrokenDocument as broken:
        return list(broken.faults)
    found = [*_of_shape(document)]
    for where, question in _placed(document):
        found += [Fault(f"{where}.{each.where}" if each.where else where, each.says) for each in _of_question(question)]
    computed = {each.key for each in document.computed}
    for where, question in _placed(document):
        if question.kind == "paperwork.computed" and question.settings.get("of") not in computed:
            found.append(Fault(where, _("この計算は、様式にありません。選び直してください。")))
    if found:
        # Formulas over questions that are broken themselves would only repeat it.
        return found
    logic, faults = compiled(document)
    found += faults
    for name, formula in logic.conditions.items():
        for each in findings([formula]):
            # A question that nobody is ever asked is a mistake; one that everybody is asked merely has a needless rule.
            if each.matter is Matter.NEVER and not name.startswith("required:"):
                found.append(Fault(_place(document, name), _("ここには、だれも来ません。条件を見直してください。")))
    return found


def advice_of(text: str) -> list[Fault]:
    """What does not keep a form from being published, but ought to be looked at."""
    document = document_of(text)
    logic, _faults = compiled(document)
    return [
        Fault(_place(document, name), each.says)
        for name, formula in logic.conditions.items()
        for each in findings([formula])
        if each.matter is not Matter.NEVER or name.startswith("required:")
    ]


def _of_shape(document: FormDocument) -> Iterator[Fault]:
    if not document.title.get("ja"):
        yield Fault("title", _("様式の題名を日本語で書いてください。"))
    if not any(field_kinds[q.kind].asks for q in document.questions if q.kind in field_kinds):
        yield Fault("pages", _("質問を一つ以上書いてください。"))
    for number, page in enumerate(document.pages):
        if not page.title.get("ja"):
            yield Fault(f"pages.{number}.title", _("ページの題名を日本語で書いてください。"))
        if not page.questions:
            yield Fault(f"pages.{number}", _("このページには何もありません。質問を書くか、ページを消してください。"))


def _of_question(question: Question) -> Iterator[Fault]:
    kind = field_kinds.find(question.kind)
    if kind is None:
        yield Fault("kind", _("この種類の質問は、いまは使えません。別の種類を選んでください。"))
        return
    if not question.label.get("ja"):
        yield Fault("label", _("質問の文を日本語で書いてください。"))
    names = {setting.name for setting in kind.settings}
    for name in sorted(set(question.settings) - names):
        yield Fault(f"settings.{name}", _("この項目は使えません。つづりを確かめてください。"))
    yield from kind.faults(question)
    if question.sensitive is False and kind.sensitivity_of(question) != Sensitivity.OPEN:
        yield Fault("sensitive", _("この種類の答えは、いつも封をして保管します。"))
    if question.searchable and (question.sensitive or kind.sensitivity_of(question) != Sensitivity.OPEN):
        yield Fault("searchable", _("封をして保管する答えは、検索できません。"))


def _placed(document: FormDocument) -> Iterator[tuple[str, Question]]:
    for page_number, page in enumerate(document.pages):
        for number, question in enumerate(page.questions):
            yield f"pages.{page_number}.questions.{number}", question


def _place(document: FormDocument, name: str) -> str:
    kind, _colon, key = name.partition(":")
    if kind == "page":
        return next(f"pages.{number}.visible" for number, page in enumerate(document.pages) if page.key == key)
    return next(f"{where}.{kind}" for where, question in _placed(document) if question.key == key)


def texts_of(document: Any, where: str = "") -> Iterator[tuple[str, Words]]:
    """Every text of a form's JSON with its place, in the order of the form: whatever is a mapping with `ja`."""
    if isinstance(document, dict):
        if "ja" in document and all(isinstance(text, str) for text in document.values()):
            yield where, Words(document)
            return
        for name, below in document.items():
            yield from texts_of(below, f"{where}.{name}" if where else str(name))
    elif isinstance(document, list):
        for number, below in enumerate(document):
            yield from texts_of(below, f"{where}.{number}")


def percentage_done(text: str, language: str) -> int:
    """How much of a form's texts is there in this language, in whole per cent, rounded down: 100 is all."""
    texts = [words for _where, words in texts_of(json.loads(text)) if words.get("ja")]
    done = sum(1 for words in texts if words.get(language, "").strip())
    return 100 * done // len(texts) if texts else 100
