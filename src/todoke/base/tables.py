"""Plain files that people write: CSV, TOML and GeoJSON, read so that every fault has its line, column and remedy.

One `Faults` gathers what is wrong in any number of files. A reader never stops at the first fault: a cell that cannot
be understood is told to the faults and reads as empty, so that the rest of the file is looked at too.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

FAULTS_MAX = 100

Text = str | Promise


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file: its name, the line from 1, the column from 1, and what stands there (a column, a key)."""

    file: str
    line: int = 0
    column: int = 0
    what: str = ""

    def __str__(self) -> str:
        position = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{position}（{self.what}）" if self.what else position


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, and a sentence that says what and how to mend it."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class Faults:
    """What was found while reading: faults, which forbid going on; warnings and notes, which do not.

    Only the first hundred faults are kept; `fault_count` goes on counting.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.notes: list[str] = []
        self.fault_count = 0

    def fault(self, place: Place, text: Text) -> None:
        """Tell a fault; it is kept if it is among the first hundred."""
        self.fault_count += 1
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(Fault(place, str(text)))

    def warn(self, place: Place, text: Text) -> None:
        """Tell something that looks wrong and may be right."""
        self.warnings.append(Fault(place, str(text)))

    def note(self, text: Text) -> None:
        """Tell something that the reader should know, such as an encoding that was detected."""
        self.notes.append(str(text))

    def called(self, path: Path) -> str:
        """The name under which a file is told: relative to the folder where it can be."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else path.name


def read_text(path: Path, faults: Faults) -> str | None:
    """The text of a file in UTF-8, with or without byte order mark, or in Shift_JIS, which is noted. None: a fault."""
    name = faults.called(path)
    try:
        content = path.read_bytes()
    except OSError:
        faults.fault(Place(name), _("ファイルを読めません。この名前のファイルがフォルダーにあるか確かめてください。"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # CP932 is what spreadsheets mean when they save as Shift_JIS.
        text = _shift_jis(content)
        if text is None:
            line = content.count(b"\n", 0, error.start) + 1
            column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
            faults.fault(
                Place(name, line, column),
                _("UTF-8でもShift_JISでもない文字があります。UTF-8で保存し直してください。"),
            )
            return None
        faults.note(_("%(file)s はShift_JISとして読みました。UTF-8で保存すると確実です。") % {"file": name})
        return text


def _shift_jis(content: bytes) -> str | None:
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError:
        return None
    # The codec lets single bytes that are no character through as these: such a file is something else.
    return None if re.search("[\x80\uf8f0-\uf8f3]", text) else text


# ---- CSV ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of a table. Every reader of a cell tells a fault and gives the empty value when it cannot be read."""

    file: str
    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]
    faults: Faults = field(repr=False, compare=False)

    def place(self, column: str) -> Place:
        """Where the cell of this column stands."""
        return Place(self.file, self.line, self.columns.get(column, 1), f"列 {column}")

    def fault(self, column: str, text: Text) -> None:
        """Tell a fault of this cell."""
        self.faults.fault(self.place(column), text)

    def warn(self, column: str, text: Text) -> None:
        """Tell a doubt about this cell."""
        self.faults.warn(self.place(column), text)

    def text(self, column: str, *, blank: bool = False, longest: int = 0) -> str:
        """The cell without blanks around it; an absent column reads as empty."""
        value = self.cells.get(column, "").strip()
        if not value and not blank:
            self.fault(column, _("空です。値を書いてください。"))
        if longest and len(value) > longest:
            self.fault(
                column,
                _("%(length)d文字あります。%(longest)d文字までにしてください。")
                % {"length": len(value), "longest": longest},
            )
            return value[:longest]
        return value

    def whole(self, column: str, *, blank: bool = False) -> int | None:
        """A whole number from 0 in ordinary digits."""
        value = self.text(column, blank=blank)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value):
            self.fault(
                column,
                _("「%(value)s」は0以上の整数ではありません。半角の数字だけで書いてください（例 1234）。")
                % {"value": value},
            )
            return None
        return int(value)

    def number(self, column: str, *, least: float, most: float) -> float | None:
        """A decimal number between two limits."""
        value = self.text(column)
        if not value:
            return None
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            self.fault(
                column,
                _("「%(value)s」は数ではありません。半角の数字と小数点で書いてください（例 141.0123）。")
                % {"value": value},
            )
            return None
        if not least <= float(value) <= most:
            self.fault(
                column,
                _("%(value)s は範囲の外です。%(least)g から %(most)g までの数を書いてください。")
                % {"value": value, "least": least, "most": most},
            )
            return None
        return float(value)

    def one_of(self, column: str, allowed: Sequence[str], *, blank: bool = False) -> str:
        """One of these words; otherwise a fault that lists them, and the empty text."""
        value = self.text(column, blank=blank)
        if value and value not in allowed:
            self.fault(
                column,
                _("「%(value)s」は使えません。次のどれかを書いてください: %(allowed)s。")
                % {"value": value, "allowed": ", ".join(allowed)},
            )
            return ""
        return value

    def yes(self, column: str) -> bool:
        """1 or 0; empty is 0."""
        return self.one_of(column, ("0", "1"), blank=True) == "1"

    def words(self, column: str, *, blank: bool = True) -> list[str]:
        """Words separated by semicolons."""
        return [word.strip() for word in self.text(column, blank=blank).split(";") if word.strip()]


def read_csv(path: Path, faults: Faults, *, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a table whose first line names the columns. Unknown and missing columns are faults; blank lines not.

    `columns` must be there; `optional` may be. The order in the file is free. Gives no rows when the head is wrong.
    """
    text = read_text(path, faults)
    if text is None:
        return []
    name = faults.called(path)
    lines = _numbered(name, text, faults)
    _line, head = next(lines, (1, []))
    names = [cell.strip() for cell in head]
    if not _head_holds(name, names, columns, optional, faults):
        return []
    numbers = {column: number for number, column in enumerate(names, 1)}
    rows = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            faults.fault(
                Place(name, line, min(len(cells), len(names)) + 1),
                _(
                    "この行には%(found)d列ありますが、見出しは%(wanted)d列です。コンマの数と、文字を囲む引用符を確かめてください。"
                )
                % {"found": len(cells), "wanted": len(names)},
            )
            continue
        rows.append(Row(name, line, dict(zip(names, cells, strict=True)), numbers, faults))
    return rows


def _numbered(name: str, text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            faults.fault(Place(name, line, 1), _('引用符（"）が閉じていません。この行から後を確かめてください。'))
            return
        yield line, cells
        # A quoted cell may hold line breaks: the next row begins after the last line read so far.
        line = reader.line_num + 1


def _head_holds(
    name: str, names: Sequence[str], columns: Sequence[str], optional: Sequence[str], faults: Faults
) -> bool:
    before = faults.fault_count
    known = [*columns, *optional]
    for number, column in enumerate(names, 1):
        if column not in known:
            faults.fault(
                Place(name, 1, number, f"列 {column}"),
                _("知らない列です。使える列: %(known)s。") % {"known": ", ".join(known)},
            )
        elif column in names[: number - 1]:
            faults.fault(Place(name, 1, number, f"列 {column}"), _("同じ列が2回あります。片方を消してください。"))
    for column in columns:
        if column not in names:
            faults.fault(Place(name, 1, len(names) + 1, f"列 {column}"), _("列がありません。見出しに加えてください。"))
    return faults.fault_count == before


# ---- TOML -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A TOML file: its values, and where each key stands."""

    file: str
    values: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]
    faults: Faults = field(repr=False, compare=False)

    def place(self, *path: str | int) -> Place:
        """Where a key stands, such as ("roles", 2, "permissions"); where its table begins when it is absent."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return Place(self.file, self.lines[path[:length]], 1, ".".join(str(part) for part in path))
        return Place(self.file, 1, 1, ".".join(str(part) for part in path))

    def fault(self, *path: str | int, text: Text) -> None:
        """Tell a fault of this key."""
        self.faults.fault(self.place(*path), text)

    def refuse_unknown(self, table: Mapping[str, Any], known: Sequence[str], *path: str | int) -> None:
        """Tell a fault for each key of a table that is not among the known ones."""
        for key in table:
            if key not in known:
                self.fault(
                    *path, key, text=_("知らない項目です。使える項目: %(known)s。") % {"known": ", ".join(known)}
                )

    def text(self, table: Mapping[str, Any], key: str, *path: str | int, blank: bool = False) -> str:
        """A text of a table that stands at `path`; a fault and the empty text when it is none."""
        value = table.get(key, "")
        if not isinstance(value, str):
            self.fault(*path, key, text=_('文字ではありません。引用符で囲んでください（例 "041009"）。'))
            return ""
        if not value.strip() and not blank:
            self.fault(*path, key, text=_("空か、書かれていません。値を書いてください。"))
        return value.strip()

    def texts(self, table: Mapping[str, Any], key: str, *path: str | int) -> list[str]:
        """A list of texts; an absent one is empty."""
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(*path, key, text=_('文字の並びではありません（例 ["041009", "032018"]）。'))
            return []
        return value

    def yes(self, table: Mapping[str, Any], key: str, *path: str | int) -> bool:
        """true or false; absent is false."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.fault(*path, key, text=_("trueかfalseを書いてください。"))
            return False
        return value


def read_toml(path: Path, faults: Faults) -> Document | None:
    """A TOML file with the lines of its keys; None, and a fault with line and column, when it cannot be read."""
    text = read_text(path, faults)
    if text is None:
        return None
    name = faults.called(path)
    try:
        values = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        # Python 3.11 gives the position only in the words of the message.
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        faults.fault(
            Place(name, line, column),
            _("TOMLとして読めません（%(reason)s）。この行を確かめてください。") % {"reason": reason},
        )
        return None
    return Document(name, values, _key_lines(text), faults)


def _key_lines(text: str) -> dict[tuple[str | int, ...], int]:
    """The line of every table head and every key, by path; arrays of tables are numbered from 0."""
    lines: dict[tuple[str | int, ...], int] = {}
    tables: dict[str, int] = {}
    current: tuple[str | int, ...] = ()
    quoted = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quoted:
            quoted = "" if quoted in line else quoted
            continue
        if head := re.match(r"\s*\[\[\s*([^\]]+?)\s*\]\]", line):
            tables[head[1]] = tables.get(head[1], -1) + 1
            current = (*_path(head[1]), tables[head[1]])
            lines[current] = number
        elif head := re.match(r"\s*\[\s*([^\]\[\"',]+?)\s*\]\s*(#.*)?$", line):
            current = _path(head[1])
            lines[current] = number
        elif key := re.match(r"\s*([A-Za-z0-9_.\-]+|\"[^\"]+\")\s*=", line):
            lines.setdefault((*current, *_path(key[1])), number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                quoted = mark
    return lines


def _path(dotted: str) -> tuple[str, ...]:
    if dotted.startswith('"'):
        return (dotted.strip('"'),)
    return tuple(part.strip().strip('"') for part in dotted.split("."))


# ---- GeoJSON --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Feature:
    """One feature of a GeoJSON collection, its number in the file from 1, and the line it begins on."""

    file: str
    number: int
    line: int
    column: int
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any] | None
    faults: Faults = field(repr=False, compare=False)

    def place(self, name: str = "") -> Place:
        """Where this feature stands, and which property is meant."""
        what = f"地物{self.number} {name}" if name else f"地物{self.number}"
        return Place(self.file, self.line, self.column, what)

    def fault(self, name: str, text: Text) -> None:
        """Tell a fault of this property."""
        self.faults.fault(self.place(name), text)

    def text(self, name: str, *, blank: bool = False) -> str:
        """A property as text: null, an absent one and "" all mean empty."""
        value = self.properties.get(name)
        text = "" if value is None else str(value).strip()
        if not text and not blank:
            self.fault(name, _("空です。値を書いてください。"))
        return text


def read_geojson(path: Path, faults: Faults) -> list[Feature]:
    """The features of a FeatureCollection. What is not one is a fault with its line and column."""
    text = read_text(path, faults)
    if text is None:
        return []
    name = faults.called(path)
    try:
        collection = json.loads(text)
    except json.JSONDecodeError as error:
        faults.fault(
            Place(name, error.lineno, error.colno),
            _("JSONとして読めません（%(reason)s）。この位置を確かめてください。") % {"reason": error.msg},
        )
        return []
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        faults.fault(
            Place(name, 1, 1), _("GeoJSONのFeatureCollectionではありません。typeとfeaturesを確かめてください。")
        )
        return []
    found = []
    for number, ((line, column), feature) in enumerate(zip(_starts(text, len(features)), features, strict=True), 1):
        place = Place(name, line, column, f"地物{number}")
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            faults.fault(place, _("typeがFeatureではありません。"))
            continue
        properties, geometry = feature.get("properties") or {}, feature.get("geometry")
        if not isinstance(properties, dict) or not (geometry is None or isinstance(geometry, dict)):
            faults.fault(place, _("propertiesとgeometryは { } で囲んだ組でなければなりません。"))
            continue
        found.append(Feature(name, number, line, column, properties, geometry, faults))
    return found


def _starts(text: str, count: int) -> list[tuple[int, int]]:
    """Line and column of every feature; all at the top when the collection holds another “features” before it."""
    decoder = json.JSONDecoder()
    head = re.search(r'"features"\s*:\s*\[\s*', text)
    if head is None:
        return [(1, 1)] * count
    starts: list[tuple[int, int]] = []
    position, line, line_start = head.end(), 1, 0
    counted = 0
    for _number in range(count):
        try:
            _feature, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            return [(1, 1)] * count
        line += text.count("\n", counted, position)
        line_start = text.rfind("\n", 0, position) + 1
        counted = position
        starts.append((line, position - line_start + 1))
        gap = re.compile(r"\s*,?\s*").match(text, end)
        position = gap.end() if gap else end
    return starts
