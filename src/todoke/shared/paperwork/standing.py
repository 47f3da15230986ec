"""How a filled form stands: what is asked of this person, what is answered, what is missing. The server alone judges.

Questions are gone through in the order of the form. What is hidden counts as not answered and is not handed in, but
stays on the sheet: whoever changes an answer back finds what they had typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Circumstances
from todoke.shared.paperwork.document import FormDocument, Page, Question
from todoke.shared.paperwork.logic import Logic
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.sheet import Sheet
from todoke.shared.paperwork.types import Read, Trouble, Value


@dataclass(frozen=True)
class Standing:
    """One filled form on one day."""

    document: FormDocument
    pages: tuple[Page, ...]
    questions: tuple[Question, ...]
    needed: frozenset[str]
    values: Mapping[str, Value]
    troubles: Mapping[str, tuple[Trouble, ...]]
    notes: Mapping[str, tuple[Any, ...]]
    computed: Mapping[str, Any] = field(default_factory=dict)
    formulas: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether it can be handed in."""
        return not self.troubles

    def is_asked(self, key: str) -> bool:
        """Whether this question is asked of this person."""
        return any(question.key == key for question in self.questions)

    def asked_on(self, page: Page) -> list[Question]:
        """The questions of a page that are asked."""
        asked = {question.key for question in self.questions}
        return [question for question in page.questions if question.key in asked]

    def troubles_on(self, page: Page) -> dict[str, tuple[Trouble, ...]]:
        """What is wrong or missing on a page."""
        keys = {question.key for question in page.questions}
        return {key: found for key, found in self.troubles.items() if key in keys}

    def first_unfinished(self) -> Page | None:
        """The first page on which something is wrong or missing."""
        return next((page for page in self.pages if self.troubles_on(page)), None)

    def after(self, page_key: str) -> Page | None:
        """The next page; None after the last one."""
        keys = [page.key for page in self.pages]
        place = keys.index(page_key) + 1 if page_key in keys else 0
        return self.pages[place] if place < len(keys) else None

    def before(self, page_key: str) -> Page | None:
        """The page before; None on the first one."""
        keys = [page.key for page in self.pages]
        place = keys.index(page_key) - 1 if page_key in keys else -1
        return self.pages[place] if place >= 0 else None


def read_entry(question: Question, sheet: Sheet, circumstances: Circumstances) -> Read:
    """What was typed for one question, read again: the version is pinned, so that only `check` hangs on the day."""
    kind = field_kinds.find(question.kind)
    entry = sheet.get(question.key)
    if kind is None or entry is None:
        return Read()
    read = kind.read(entry.raw, question)
    if read.value is None or read.troubles:
        return read
    return Read(read.value, tuple(kind.check(read.value, question, circumstances.today)), read.notes)


def standing_of(document: FormDocument, logic: Logic, sheet: Sheet, circumstances: Circumstances) -> Standing:
    """How this sheet stands. Total: whatever lies on it, there is an answer."""
    pages, asked = [], []
    values: dict[str, Value] = {}
    known: dict[str, Any] = {}
    troubles: dict[str, tuple[Trouble, ...]] = {}
    notes: dict[str, tuple[Any, ...]] = {}
    formulas: dict[str, bool] = {}

    def holds(name: str, otherwise: bool) -> bool:
        if not logic.has(name):
            return otherwise
        formulas[name] = logic.holds(name, known, circumstances)
        return formulas[name]

    for page in document.pages:
        if not holds(f"page:{page.key}", True):
            continue
        # A question may hang on another one of its own page: so they are read one after the other.
        kept = []
        for question in page.questions:
            if question.kind not in field_kinds or not holds(f"visible:{question.key}", True):
                continue
            kept.append(question)
            read = read_entry(question, sheet, circumstances)
            if read.troubles:
                troubles[question.key] = read.troubles
            elif read.value is not None:
                values[question.key] = read.value
                known[question.key] = field_kinds[question.kind].for_formula(read.value, question)
            if read.notes:
                notes[question.key] = read.notes
        if kept:
            pages.append(page)
            asked += kept
    needed = frozenset(
        q.key for q in asked if field_kinds[q.kind].asks and holds(f"required:{q.key}", q.required is True)
    )
    for question in asked:
        if question.key in needed and question.key not in values and question.key not in troubles:
            troubles[question.key] = (missing(question),)
    computed = logic.computed(known, circumstances)
    return Standing(document, tuple(pages), tuple(asked), needed, values, troubles, notes, computed, formulas)


def missing(question: Question) -> Trouble:
    """The sentence for a question that needs an answer and has none."""
    says = _("「%(label)s」に答えてください。") % {"label": question.label}
    return Trouble(says)
