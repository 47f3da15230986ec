"""What has changed between two versions of a form, in words, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas import Kind, Unsound, compile_formula
from todoke.shared.paperwork.document import FormDocument, Page, Question
from todoke.shared.paperwork.logic import compiled
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Words


@dataclass(frozen=True)
class Difference:
    """One change: what it is about, and a sentence; with the words before and after where there are some."""

    about: str
    says: str
    before: str = ""
    after: str = ""


def differences(old: FormDocument, new: FormDocument) -> list[Difference]:
    """Every change, in the order of the new form; an empty list where both ask the same in the same words."""
    return [
        *_of_words(_("様式"), {"title": old.title, "intro": old.intro}, {"title": new.title, "intro": new.intro}),
        *_of_pages(old, new),
    ]


def _of_pages(old: FormDocument, new: FormDocument) -> Iterator[Difference]:
    old_pages, new_pages = {page.key: page for page in old.pages}, {page.key: page for page in new.pages}
    for key, page in old_pages.items():
        if key not in new_pages:
            yield Difference(str(page.title), _("ページがなくなりました。"))
    for key, page in new_pages.items():
        if key not in old_pages:
            yield Difference(str(page.title), _("ページが増えました。"))
        else:
            yield from _of_page(old, new, old_pages[key], page)
    kept_before = [key for key in old_pages if key in new_pages]
    kept_after = [key for key in new_pages if key in old_pages]
    if kept_before != kept_after:
        yield Difference(_("様式"), _("ページの順番が変わりました。"))
    yield from _of_questions(old, new)
    yield from _of_computed(old, new)


def _of_page(old: FormDocument, new: FormDocument, before: Page, after: Page) -> Iterator[Difference]:
    name = str(after.title)
    yield from _of_words(name, {"title": before.title, "help": before.help}, {"title": after.title, "help": after.help})
    yield from _of_condition(name, _("出る条件"), (old, new), before.visible, after.visible)


def _of_questions(old: FormDocument, new: FormDocument) -> Iterator[Difference]:
    before, after = {each.key: each for each in old.questions}, {each.key: each for each in new.questions}
    for key, question in before.items():
        if key not in after:
            yield Difference(str(question.label), _("質問がなくなりました。"))
    for key, question in after.items():
        if key not in before:
            yield Difference(str(question.label), _("質問が増えました。"))
            continue
        old_page, new_page = old.page_of(key), new.page_of(key)
        if old_page and new_page and old_page.key != new_page.key:
            yield Difference(
                str(question.label), _("別のページに移りました。"), str(old_page.title), str(new_page.title)
            )
        yield from _of_question(old, new, before[key], question)
    order_before = [key for key in before if key in after]
    if order_before != [key for key in after if key in before]:
        yield Difference(_("様式"), _("質問の順番が変わりました。"))


def _of_question(old: FormDocument, new: FormDocument, before: Question, after: Question) -> Iterator[Difference]:
    name = str(after.label)
    if before.kind != after.kind:
        yield Difference(name, _("答え方の種類が変わりました。"), _kind(before), _kind(after))
    yield from _of_words(name, {"label": before.label, "help": before.help}, {"label": after.label, "help": after.help})
    yield from _of_condition(name, _("出る条件"), (old, new), before.visible, after.visible)
    yield from _of_condition(name, _("必須の条件"), (old, new), before.required, after.required)
    if bool(before.sensitive) != bool(after.sensitive):
        yield Difference(name, _("封をするようになりました。") if after.sensitive else _("封をしなくなりました。"))
    if before.searchable != after.searchable:
        yield Difference(name, _("検索できるようになりました。") if after.searchable else _("検索できなくなりました。"))
    titles = {
        setting.name: str(setting.words) for kind in field_kinds if kind.key == after.kind for setting in kind.settings
    }
    for setting in sorted(set(before.settings) | set(after.settings)):
        was, now = before.settings.get(setting), after.settings.get(setting)
        if was != now:
            says = _("「%(name)s」が変わりました。") % {"name": titles.get(setting, setting)}
            yield Difference(name, says, _plain(was), _plain(now))


def _of_computed(old: FormDocument, new: FormDocument) -> Iterator[Difference]:
    before, after = {each.key: each for each in old.computed}, {each.key: each for each in new.computed}
    for key in sorted(set(before) | set(after)):
        if key not in after:
            yield Difference(str(before[key].label) or key, _("計算がなくなりました。"))
        elif key not in before:
            yield Difference(str(after[key].label) or key, _("計算が増えました。"), "", _said(new, after[key].formula))
        elif before[key].formula != after[key].formula:
            was, now = _said(old, before[key].formula), _said(new, after[key].formula)
            yield Difference(str(after[key].label) or key, _("計算のしかたが変わりました。"), was, now)


def _of_words(name: str, before: dict[str, Words], after: dict[str, Words]) -> Iterator[Difference]:
    for part, words in after.items():
        for language in sorted(set(words) | set(before[part])):
            was, now = before[part].get(language, ""), words.get(language, "")
            if was != now:
                yield Difference(name, _("文が変わりました（%(language)s）。") % {"language": language}, was, now)


def _of_condition(
    name: str, what: str, forms: tuple[FormDocument, FormDocument], before: Any, after: Any
) -> Iterator[Difference]:
    if before == after:
        return
    yield Difference(
        name, _("%(what)sが変わりました。") % {"what": what}, _said(forms[0], before), _said(forms[1], after)
    )


def _said(document: FormDocument, formula: Any) -> str:
    """A formula in words; its JSON where it cannot be read."""
    if formula is None or isinstance(formula, bool):
        return {None: _("いつも"), True: _("必須"), False: _("任意")}[formula]
    logic, _faults = compiled(document)
    for expects in (Kind.TRUTH, None):
        try:
            return compile_formula(formula, logic.scope, expects).words()
        except Unsound:
            continue
    return str(formula)


def _kind(question: Question) -> str:
    kind = field_kinds.find(question.kind)
    return str(kind.name) if kind else question.kind


def _plain(value: Any) -> str:
    if value is None:
        return _("なし")
    if isinstance(value, dict):
        return str(Words({str(key): str(text) for key, text in value.items()})) or str(value)
    if isinstance(value, list):
        return "、".join(
            _plain(each["words"]) if isinstance(each, dict) and "words" in each else str(each) for each in value
        )
    return str(value)
