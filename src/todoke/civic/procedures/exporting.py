"""Filings as lines of a file for another system: which column comes from what, how wide, under which codes. Pure but
for the opening of answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.civic.procedures.models import Filing
from todoke.shared.paperwork.document import FormDocument, Question
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Fault, Value

WIDTH_MAX = 4000
COLUMNS_MAX = 300
SAMPLES = 3
KNOWN = ("case.number", "case.arrived", "case.state", "case.outcome", "case.closed", "channel", "fee.yen")


class BrokenLayout(Exception):
    """This is no layout; `faults` say what is wrong in which column."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.says}" for fault in faults))
        self.faults = tuple(faults)


class DoesNotFit(Exception):
    """A value is wider than its column, or has no code: nothing is cut off behind anybody's back."""

    def __init__(self, number: str, heading: str, says: str) -> None:
        super().__init__(_("受付番号%(number)sの「%(heading)s」：%(says)s") % {
            "number": number, "heading": heading, "says": says,
        })  # fmt: skip
        self.number, self.heading = number, heading


@dataclass(frozen=True)
class Column:
    """One column: what it is from, its heading, its width in characters (None: any), and codes for its values."""

    source: str
    heading: str
    width: int | None = None
    codes: Mapping[str, str] = field(default_factory=dict)


def layout_of(columns: Any, form: FormDocument) -> tuple[Column, ...]:
    """The columns of a stored layout over this form. Raises BrokenLayout with every fault."""
    if not isinstance(columns, list) or not 1 <= len(columns) <= COLUMNS_MAX:
        raise BrokenLayout([Fault("columns", _("列を1から300まで書いてください。"))])
    faults, read = [], []
    for number, told in enumerate(columns):
        where = f"columns.{number}"
        if not isinstance(told, dict) or set(told) - {"from", "heading", "width", "codes"}:
            faults.append(Fault(where, _("列には from、heading、width、codes だけを書きます。")))
            continue
        source, heading = told.get("from"), told.get("heading")
        width, codes = told.get("width"), told.get("codes", {})
        if source not in KNOWN and form.question(str(source)) is None:
            faults.append(Fault(f"{where}.from", _("「%(key)s」という質問はありません。") % {"key": source}))
        if not isinstance(heading, str) or not heading.strip():
            faults.append(Fault(f"{where}.heading", _("見出しを書いてください。")))
        if width is not None and not (type(width) is int and 1 <= width <= WIDTH_MAX):
            faults.append(Fault(f"{where}.width", _("幅は1から4000までの数字で書いてください。")))
        if not isinstance(codes, dict) or not all(isinstance(code, str) for code in codes.values()):
            faults.append(Fault(f"{where}.codes", _("コードは、値とコードの組で書いてください。")))
            codes = {}
        read.append(Column(str(source), str(heading), width, codes))
    headings = [column.heading for column in read]
    faults += [
        Fault("columns", _("見出し「%(heading)s」が二つあります。") % {"heading": heading})
        for heading in sorted({heading for heading in headings if headings.count(heading) > 1})
    ]
    if faults:
        raise BrokenLayout(faults)
    return tuple(read)


def line_of(columns: Sequence[Column], filing: Filing, found: Filled) -> list[str]:
    """One filing as a line. Raises DoesNotFit."""
    return [_cell(column, filing, found) for column in columns]


def sample_lines(columns: Sequence[Column], form: FormDocument, on: date) -> list[list[str]]:
    """Three lines of nobody, as the kinds of questions invent them. What does not fit is said in its cell."""
    return [[_sample(column, form, number, on) for column in columns] for number in range(1, SAMPLES + 1)]


def _sample(column: Column, form: FormDocument, number: int, on: date) -> str:
    question = form.question(column.source)
    if question is None:
        day, counted = on.isoformat(), f"{on.year}-{number:05d}"
        words = {**_SAMPLE, "case.number": counted, "case.arrived": day, "case.closed": day}[column.source]
        names: tuple[str, ...] = (words,)
    else:
        kind = field_kinds[question.kind]
        value = kind.generate(Random(number), question) if kind.asks else None  # noqa: S311 - a sample for the eye
        names, words = _names(value, question)
    try:
        return _fitted(column, str(number), names, words)
    except DoesNotFit as refused:
        return str(refused)


_SAMPLE = {"case.state": "received", "case.outcome": "granted", "channel": "web", "fee.yen": "1500"}


def _cell(column: Column, filing: Filing, found: Filled) -> str:
    assert filing.case is not None
    names, words = _value(column.source, filing, found)
    return _fitted(column, filing.case.number, names, words)


def _fitted(column: Column, number: str, names: tuple[str, ...], words: str) -> str:
    if column.codes and words:
        code = next((column.codes[name] for name in names if name in column.codes), None)
        if code is None:
            raise DoesNotFit(number, column.heading, _("コード表にない値です。"))
        words = code
    if column.width is not None and len(words) > column.width:
        says = _("%(width)s文字に収まりません。") % {"width": column.width}
        raise DoesNotFit(number, column.heading, says)
    return words


def _value(source: str, filing: Filing, found: Filled) -> tuple[tuple[str, ...], str]:
    """The names under which a code list may know a value (its key, its words in Japanese), and its cell."""
    if source in KNOWN:
        words = _known(source, filing)
        return (words,), words
    question = found.document.question(source)
    entry = found.sheet.get(source)
    if question is None or entry is None or entry.value is None:
        return (), ""
    return _names(entry.value, question)


def _names(value: Value, question: Question) -> tuple[tuple[str, ...], str]:
    if value is None:
        return (), ""
    kind = field_kinds[question.kind]
    flat = " ".join(str(part) for part in kind.flat(value, question) if part)
    with translation.override("ja"):
        words = str(kind.words(value, question))
    return (str(value), flat, words), flat


def _known(source: str, filing: Filing) -> str:
    case = filing.case
    assert case is not None
    known = {
        "case.number": case.number,
        "case.arrived": in_japan(case.arrived_at).date().isoformat(),
        "case.state": case.state,
        "case.outcome": case.outcome,
        "case.closed": case.closed_on.isoformat() if case.closed_on else "",
        "channel": filing.response.channel,
        "fee.yen": "" if filing.fee_yen is None else str(filing.fee_yen),
    }
    return known[source]


def safe_cells(cells: Sequence[str]) -> Iterator[str]:
    """Cells that no spreadsheet takes for a formula (CSV injection): a quote before `=`, `+`, `-`, `@` and tabs."""
    for cell in cells:
        yield f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
