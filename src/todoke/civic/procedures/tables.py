"""Tables of filings: one row a filing, as spreadsheets of offices write them (UTF-8 or Shift_JIS).

The first two columns are the number of the paper (整理番号), which no two rows share, and when it was taken (受付日時);
the others are the questions of the form, each box a column of its own, by its words or by its key (`key:part`).
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import JAPAN
from todoke.shared.paperwork.document import FormDocument, Question
from todoke.shared.paperwork.fields.dates import Date
from todoke.shared.paperwork.fields.files import Files
from todoke.shared.paperwork.registry import Box, Look, field_kinds

NUMBER, TAKEN = "整理番号", "受付日時"
ROWS_MAX = 500
BYTES_MAX = 5_000_000
TIMES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y/%m/%d")
BETWEEN_CHOICES = "、"


class BrokenTable(Exception):
    """The table cannot be read; the sentence says why and how to mend it."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__()
        self.says = says

    def __str__(self) -> str:
        return str(self.says)


@dataclass(frozen=True)
class Row:
    """One row: its line in the file, its number, when it was taken, and the boxes of each question."""

    line: int
    number: str
    taken: str
    answers: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)

    @property
    def written_at(self) -> datetime | None:
        """When it was taken, where that can be read."""
        for way in TIMES:
            try:
                return datetime.strptime(self.taken, way).replace(tzinfo=JAPAN)
            except ValueError:
                continue
        return None


@dataclass(frozen=True)
class _Place:
    question: Question
    box: Box


def headings(document: FormDocument) -> list[str]:
    """The first line of a table for this form."""
    with translation.override("ja"):
        return [NUMBER, TAKEN, *(heading for heading, _key, _place in _columns(document))]


def read_table(data: bytes, document: FormDocument) -> list[Row]:
    """The rows of a table. Raises BrokenTable where there are none, too many, or a column strange to the form."""
    with translation.override("ja"):
        reader = csv.reader(io.StringIO(_text(data)))
        names = [name.strip() for name in next(reader, [])]
        places = _places(names, document)
        rows = [
            _row(line, cells, names, places)
            for line, cells in enumerate(reader, 2)
            if any(cell.strip() for cell in cells)
        ]
    if not rows:
        raise BrokenTable(_("表に行がありません。1行目は見出し、2行目から届出を書いてください。"))
    if len(rows) > ROWS_MAX:
        raise BrokenTable(_("一度に読み込めるのは%(most)d行までです。ファイルを分けてください。") % {"most": ROWS_MAX})
    return rows


def _text(data: bytes) -> str:
    if len(data) > BYTES_MAX:
        raise BrokenTable(_("ファイルが大きすぎます。ファイルを分けてください。"))
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BrokenTable(_("文字が読めません。CSV（UTF-8）で保存してください。"))


def _columns(document: FormDocument) -> list[tuple[str, str, _Place]]:
    """Heading, key and place of every column; a date is one column, files are none."""
    found = []
    for question in document.questions:
        kind = field_kinds.find(question.kind)
        if kind is None or not kind.asks or question.kind == Files.key:
            continue
        label = question.label.say("ja")
        if question.kind == Date.key:
            found.append((label, question.key, _Place(question, Box())))
            continue
        boxes = [box for box in kind.boxes(question, {}) if box.look not in (Look.FILE, Look.HIDDEN)]
        for box in boxes:
            heading = f"{label}：{box.label}" if len(boxes) > 1 and box.label else label
            found.append((heading, f"{question.key}:{box.part}" if box.part else question.key, _Place(question, box)))
    return found


def _places(names: list[str], document: FormDocument) -> dict[int, _Place]:
    if names[:1] != [NUMBER]:
        raise BrokenTable(_("1列目の見出しは「整理番号」にしてください。ひな形を使うと確実です。"))
    known = {name: place for heading, key, place in _columns(document) for name in (key, heading)}
    strange = [name for name in names if name and name not in known and name not in (NUMBER, TAKEN)]
    if strange:
        says = _("この手続きにない列があります：%(names)s。見出しをひな形に合わせるか、列を消してください。")
        raise BrokenTable(says % {"names": "、".join(strange)})
    return {number: known[name] for number, name in enumerate(names) if name in known}


def _row(line: int, cells: list[str], names: list[str], places: dict[int, _Place]) -> Row:
    answers: dict[str, dict[str, list[str]]] = {}
    for number, cell in enumerate(cells):
        if number in places and cell.strip():
            place = places[number]
            answers.setdefault(place.question.key, {})[place.box.part] = _words(cell.strip(), place.box)
    named = dict(zip(names, (cell.strip() for cell in cells), strict=False))
    return Row(line, named.get(NUMBER, ""), named.get(TAKEN, ""), answers)


def _words(cell: str, box: Box) -> list[str]:
    """What a browser would post: the keys of choices, which people write in words."""
    if not box.choices:
        return [cell]
    keys = {name: choice.value for choice in box.choices for name in (str(choice.words), choice.value)}
    words = [part.strip() for part in cell.split(BETWEEN_CHOICES)] if box.look == Look.TICKS else [cell]
    return [keys.get(word, word) for word in words]
