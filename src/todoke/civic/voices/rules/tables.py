"""From answers to tables: counted, shares beside them, and every number hidden that could give somebody away."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.voices.rules.figures import mean, share
from todoke.civic.voices.rules.hiding import K, is_small, shown, shown_in_cross, shown_of_many
from todoke.shared.paperwork.document import FormDocument, Question
from todoke.shared.paperwork.logic import Logic
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Words

ONE = ("paperwork.choice", "paperwork.yes-no")
MANY = "paperwork.choices"
NUMBER = "paperwork.number"
TEXTS = ("paperwork.short-text", "paperwork.long-text")
TOLD = "paperwork.explanation"
# What an unlinkable survey may ask: nothing by which somebody would be known, unless they write it into a free text.
HARMLESS = frozenset({*ONE, MANY, NUMBER, *TEXTS, TOLD})

UNANSWERED, ANSWERED = "_none", "_answered"


@dataclass(frozen=True)
class Answer:
    """One filled survey: which questions were asked of this person, and what they answered."""

    asked: frozenset[str]
    values: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return {"asked": sorted(self.asked), "values": dict(self.values)}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Answer":
        """As it was sealed."""
        return cls(frozenset(told["asked"]), told["values"])


@dataclass(frozen=True)
class Line:
    """One line of a table; `count` and `share` are None where they are hidden."""

    key: str
    label: Words
    count: int | None
    share: str | None


@dataclass(frozen=True)
class Table:
    """What was answered to one question.

    `asked`: how many were asked, the base of the shares (比率の基数, n); None where it is hidden, and then all is.
    `kind`: "one" (単数回答), "many" (複数回答), "number", "text".
    """

    key: str
    label: Words
    kind: str
    asked: int | None
    lines: tuple[Line, ...]
    mean: str | None = None

    @property
    def hides_something(self) -> bool:
        """Whether a number of it is hidden."""
        return self.asked is None or any(line.count is None for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """As it is published."""
        return asdict(self)

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Table":
        """As it was published."""
        lines = tuple(Line(**{**line, "label": Words(line["label"])}) for line in told["lines"])
        return cls(**{**told, "label": Words(told["label"]), "lines": lines})


@dataclass(frozen=True)
class Cross:
    """Two questions against each other; `cells` by rows, None where hidden. The last of rows and columns is 無回答."""

    rows: tuple[Words, ...]
    columns: tuple[Words, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_sums: tuple[int | None, ...]
    column_sums: tuple[int | None, ...]
    asked: int | None


def tables_of(document: FormDocument, logic: Logic, answers: Sequence[Answer]) -> list[Table]:
    """One table for each question, in the order of the form.

    A question that was asked only of some hides itself where a table on which that hung hides something: how many were
    asked would be one of the numbers that are hidden there.
    """
    made: dict[str, Table] = {}
    for page in document.pages:
        for question in page.questions:
            if question.kind == TOLD or question.kind not in HARMLESS:
                continue
            names: set[str] = set()
            for condition in (f"page:{page.key}", f"visible:{question.key}"):
                names |= logic.conditions[condition].names if logic.has(condition) else set()
            # A computed value may hang on any question before it.
            hung_on = [made[name] for name in names if name in made] if names <= set(made) else list(made.values())
            is_open = not any(table.hides_something for table in hung_on)
            made[question.key] = _table(question, answers, is_conditional=bool(names), is_open=is_open)
    return list(made.values())


def _table(question: Question, answers: Sequence[Answer], *, is_conditional: bool, is_open: bool) -> Table:
    asked = [answer for answer in answers if question.key in answer.asked]
    found = [answer.values[question.key] for answer in asked if question.key in answer.values]
    kind = kind_of(question)
    options = options_of(question) if kind in {"one", "many"} else {ANSWERED: in_every_language(_("回答あり"))}
    counts = [_count(kind, key, found) for key in options] + [len(asked) - len(found)]
    labels = {**options, UNANSWERED: in_every_language(_("無回答"))}
    n = len(asked)
    if n < K or not is_open or (is_conditional and is_small(len(answers) - n)):
        return Table(question.key, question.label, kind, None, tuple(_hidden(*each) for each in labels.items()))
    may = shown_of_many(counts, n) if kind == "many" else shown(counts)
    lines = tuple(
        Line(key, label, count, share(count, n)) if is_shown else _hidden(key, label)
        for (key, label), count, is_shown in zip(labels.items(), counts, may, strict=True)
    )
    middle = mean([Decimal(str(each)) for each in found]) if kind == "number" and len(found) >= K else None
    return Table(question.key, question.label, kind, n, lines, middle)


def _count(kind: str, key: str, found: Sequence[Any]) -> int:
    if kind == "one":
        return sum(_chosen(value) == key for value in found)
    if kind == "many":
        return sum(key in value for value in found)
    return len(found)


def _hidden(key: str, label: Words) -> Line:
    return Line(key, label, None, None)


def cross_of(row: Question, column: Question, answers: Sequence[Answer]) -> Cross:
    """Two questions with one choice each (単数回答), of everybody who was asked both."""
    both = [answer for answer in answers if {row.key, column.key} <= answer.asked]
    rows = {**options_of(row), UNANSWERED: in_every_language(_("無回答"))}
    columns = {**options_of(column), UNANSWERED: in_every_language(_("無回答"))}
    cells = [[sum(_said(each, row) == i and _said(each, column) == j for each in both) for j in columns] for i in rows]
    row_sums = [sum(line) for line in cells]
    column_sums = [sum(line[j] for line in cells) for j in range(len(columns))]
    is_open = len(both) >= K and len(both) == len(answers)
    rows_shown = [is_open and each for each in shown(row_sums)]
    columns_shown = [is_open and each for each in shown(column_sums)]
    may = shown_in_cross(cells, rows_shown, columns_shown)
    return Cross(
        tuple(rows.values()),
        tuple(columns.values()),
        tuple(
            tuple(cell if ok else None for cell, ok in zip(line, oks, strict=True))
            for line, oks in zip(cells, may, strict=True)
        ),
        tuple(each if ok else None for each, ok in zip(row_sums, rows_shown, strict=True)),
        tuple(each if ok else None for each, ok in zip(column_sums, columns_shown, strict=True)),
        len(both) if is_open else None,
    )


def texts_of(question: Question, answers: Sequence[Answer], chance: random.Random) -> list[str]:
    """What was written freely, in random order; nothing where fewer than five wrote."""
    found = [str(answer.values[question.key]) for answer in answers if question.key in answer.values]
    chance.shuffle(found)
    return found if len(found) >= K else []


def kind_of(question: Question) -> str:
    """How a question is counted."""
    if question.kind in ONE:
        return "one"
    return {MANY: "many", NUMBER: "number"}.get(question.kind, "text")


def options_of(question: Question) -> dict[str, Words]:
    """What can be chosen, in the order of the question."""
    boxes = field_kinds[question.kind].boxes(question, {})
    return {each.value: _words(each.words) for each in boxes[0].choices}


def in_every_language(text: Promise | str) -> Words:
    """A text of the interface in each language of the house, for tables that are kept."""
    told = Words()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            told[code] = str(text)
    return told


def _words(text: Any) -> Words:
    return text if isinstance(text, Words) else in_every_language(text)


def _chosen(value: Any) -> str:
    """The key of a choice; yes and no are kept as truth."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _said(answer: Answer, question: Question) -> str:
    return _chosen(answer.values[question.key]) if question.key in answer.values else UNANSWERED
