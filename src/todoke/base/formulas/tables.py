"""Declared tables: reading them, and finding rows that overlap or leave a gap."""

from collections.abc import Callable
from itertools import combinations, product
from math import prod
from typing import Any, TypeGuard

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas.kinds import TABLE_COLUMNS_MAX, TABLE_ROWS_MAX, Kind
from todoke.base.formulas.literals import HINTS, value_of
from todoke.base.formulas.nodes import Cell, Node, Row, Table, Value
from todoke.base.formulas.operators import ORDERED, REACH
from todoke.base.formulas.samples import ANOTHER_TEXT, stretches

Tell = Callable[[str, str | Promise], None]
PARTS = frozenset({"words", "columns", "gives", "rows", "otherwise"})
KEY_KINDS = {kind.value: kind for kind in (*ORDERED, Kind.CHOICE, Kind.TEXT, Kind.TRUTH)}
TRIES_MAX = 200_000


def read_table(key: str, doc: Any, path: str, tell: Tell) -> Table | None:
    """The table, or None after telling every fault found."""
    if not isinstance(doc, dict) or not PARTS.issuperset(doc) or not isinstance(doc.get("rows"), list):
        tell(path, _("表は columns・gives・rows・otherwise・words で書いてください。"))
        return None
    columns, gives = doc.get("columns"), doc.get("gives")
    if not _are_kinds(columns) or not isinstance(gives, str) or gives not in KEY_KINDS:
        tell(
            path, _("表の columns（1～4列）と gives には、値の種類を書いてください（例 number、money、choice、date）。")
        )
        return None
    if not 0 < len(doc["rows"]) <= TABLE_ROWS_MAX:
        tell(f"{path}/rows", _("表の行は1行から500行までにしてください。"))
        return None
    kinds = tuple(KEY_KINDS[column] for column in columns)
    rows = [_read_row(row, kinds, KEY_KINDS[gives], f"{path}/rows/{at}", tell) for at, row in enumerate(doc["rows"])]
    otherwise = _read_otherwise(doc.get("otherwise"), KEY_KINDS[gives], f"{path}/otherwise", tell)
    whole = tuple(row for row in rows if row is not None)
    if len(whole) < len(rows):
        return None
    _tell_overlaps(whole, path, tell)
    return Table(key, doc.get("words") or key, KEY_KINDS[gives], kinds, whole, otherwise, path)


def _are_kinds(columns: Any) -> TypeGuard[list[str]]:
    return (
        isinstance(columns, list)
        and 0 < len(columns) <= TABLE_COLUMNS_MAX
        and all(isinstance(column, str) and column in KEY_KINDS for column in columns)
    )


def _read_otherwise(doc: Any, gives: Kind, path: str, tell: Tell) -> Value | None:
    return None if doc is None else _read_value(doc, gives, path, tell)


def _read_value(doc: Any, kind: Kind, path: str, tell: Tell) -> Value | None:
    value = value_of(doc, kind)
    if value is None:
        tell(path, HINTS[kind])
    return value


def _read_row(doc: Any, kinds: tuple[Kind, ...], gives: Kind, path: str, tell: Tell) -> Row | None:
    if not isinstance(doc, dict) or set(doc) != {"when", "then"} or not isinstance(doc["when"], list):
        tell(path, _("表の行は when（列ごとの条件）と then（結果）で書いてください。"))
        return None
    if len(doc["when"]) != len(kinds):
        tell(f"{path}/when", _("条件の数が列の数と違います。列ごとに一つ書いてください。"))
        return None
    cells = [
        _read_cell(cell, kind, f"{path}/when/{at}", tell)
        for at, (cell, kind) in enumerate(zip(doc["when"], kinds, strict=True))
    ]
    then = _read_value(doc["then"], gives, f"{path}/then", tell)
    sound = tuple(cell for cell in cells if cell is not None)
    return None if then is None or len(sound) < len(cells) else Row(sound, then)


def _read_cell(doc: Any, kind: Kind, path: str, tell: Tell) -> Cell | None:
    if doc is None:
        return Cell()
    if isinstance(doc, list) and doc:
        values = [_read_value(each, kind, f"{path}/{at}", tell) for at, each in enumerate(doc)]
        return None if None in values else Cell(among=tuple(value for value in values if value is not None))
    if isinstance(doc, dict) and doc and {"from", "below"}.issuperset(doc) and kind in ORDERED:
        return _read_range(doc, kind, path, tell)
    tell(path, _("条件は、値の並び、from と below の範囲、または null（何でもよい）で書いてください。"))
    return None


def _read_range(doc: dict[str, Any], kind: Kind, path: str, tell: Tell) -> Cell | None:
    ends = {end: _read_value(doc[end], kind, f"{path}/{end}", tell) for end in ("from", "below") if end in doc}
    if None in ends.values():
        return None
    cell = Cell(start=ends.get("from"), below=ends.get("below"))
    if cell.start is not None and cell.below is not None and cell.start >= cell.below:
        tell(path, _("範囲が空です。from は below より小さくしてください。"))
        return None
    return cell


def _tell_overlaps(rows: tuple[Row, ...], path: str, tell: Tell) -> None:
    for (at, row), (later_at, later) in combinations(enumerate(rows), 2):
        if all(_meet(cell, other) for cell, other in zip(row.when, later.when, strict=True)):
            tell(
                f"{path}/rows/{later_at}",
                _("%(later)s行目が%(row)s行目と重なっています。どちらか一つだけに当てはまるようにしてください。")
                % {"later": later_at + 1, "row": at + 1},
            )
            return


def _meet(cell: Cell, other: Cell) -> bool:
    """Whether some value falls into both. Ranges are half open and never empty, so this is exact."""
    if cell.among is not None:
        return any(other.accepts(value) for value in cell.among)
    if other.among is not None:
        return any(cell.accepts(value) for value in other.among)
    starts = [each.start for each in (cell, other) if each.start is not None]
    ends = [each.below for each in (cell, other) if each.below is not None]
    return not starts or not ends or max(starts) < min(ends)


def gap_of(table: Table, keys: tuple[Node, ...]) -> tuple[Any, ...] | bool:
    """Keys that no row accepts (an example), False when every row of keys is accepted, True when we cannot tell."""
    columns = [samples_of(key, [row.when[at] for row in table.rows]) for at, key in enumerate(keys)]
    if prod(len(column) for column in columns) * len(table.rows) > TRIES_MAX:
        return True
    return next((keys for keys in product(*columns) if table.row_for(keys) is None), False)


def samples_of(key: Node, cells: list[Cell]) -> list[Any]:
    """One value of each stretch of what this key can be."""
    if key.kind is Kind.CHOICE:
        return list(key.choices)
    if key.kind is Kind.TRUTH:
        return [True, False]
    named = {value for cell in cells for value in cell.among or ()}
    if key.kind is Kind.TEXT:
        return [*sorted(str(value) for value in named), ANOTHER_TEXT]
    cuts = named | {end for cell in cells for end in (cell.start, cell.below) if end is not None}
    least, most = reach_of(key)
    return stretches(key.kind, cuts, least=least, most=most, whole=key.whole)


def reach_of(node: Node) -> tuple[Any, Any]:
    """The least and the most that this part can be, where that is known."""
    if node.op in {"name", "row"}:
        return node.detail.least, node.detail.most
    return REACH.get(node.op, (None, None))
