"""The tables beside a fee (料金表): what each column is about, and its rows as they are chosen and typed.

Tables with a column of texts, with single values among numbers, or with more boxes than a browser may send are beyond
this: they are not listed, and stay.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas import Formula, Kind, Name, Scope, said
from todoke.base.formulas.nodes import Cell, Table
from todoke.base.formulas.wording import phrase
from todoke.civic.procedures.building.conditions import NOT_CHOSEN, NoValue, date_of, number_of, whole_of
from todoke.civic.procedures.building.fees import FeeLine, Tariff, formula_of
from todoke.shared.paperwork.types import Json

KEY = "fees"
COLUMNS_MAX = 2
# Django takes a thousand fields of one form (DATA_UPLOAD_MAX_NUMBER_FIELDS).
BOXES_MAX = 800
FILLED_MAX = 100
CHOSEN = (Kind.CHOICE, Kind.TRUTH)
RANGED = (Kind.NUMBER, Kind.MONEY, Kind.DATE)
JOINT = ","


@dataclass(frozen=True)
class Column:
    """What a column is about: its words, its kind, and what can be chosen, by its text in a cell."""

    words: str
    kind: Kind
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PriceRow:
    """One row: for each column what is chosen ("": anything), or from where and below what; and the amount."""

    cells: tuple[tuple[str, ...], ...]
    amount: str = ""


@dataclass(frozen=True)
class PriceTable:
    """A table as a page has it. `otherwise`: the amount where no row holds ("": there must be one)."""

    key: str
    words: str
    columns: tuple[Column, ...]
    rows: tuple[PriceRow, ...]
    otherwise: str = ""
    gives: Kind = Kind.MONEY


def tables_of(formula: Formula) -> dict[str, PriceTable]:
    """The tables of a formula whose rows can be chosen and typed, by their keys."""
    found = {}
    for part in formula.root.walk():
        table: Table = part.detail
        if part.op != "look-up" or not _is_plain(table):
            continue
        columns = tuple(_column(key) for key in part.of)
        rows = tuple(
            PriceRow(
                tuple(_texts(cell, column) for cell, column in zip(row.when, columns, strict=True)), _plain(row.then)
            )
            for row in table.rows
        )
        otherwise = "" if table.otherwise is None else _plain(table.otherwise)
        found[table.key] = PriceTable(table.key, said(table.words), columns, rows, otherwise, table.gives)
    return found


def new_table(keys: Sequence[str], scope: Scope) -> PriceTable:
    """A table over these questions, with a row for each of their choices as far as these are few."""
    columns = tuple(column_of(scope[key]) for key in keys)
    ways = [[(text,) for text in column.choices] if column.kind in CHOSEN else [("", "")] for column in columns]
    rows = tuple(PriceRow(cells) for cells in product(*ways))
    return PriceTable(KEY, "", columns, rows[:FILLED_MAX])


def keys_for_tables(scope: Scope) -> list[str]:
    """The questions over which a table can be made."""
    return [key for key, name in scope.items() if name.kind in (*CHOSEN, *RANGED)]


def column_of(name: Name) -> Column:
    """The column about this question."""
    return Column(said(name.words) or name.key, name.kind, _choices(name.kind, name.choices))


def looked_up(keys: Sequence[str], words: Mapping[str, str], table: PriceTable, per: str, scope: Scope) -> Json:
    """The formula of a fee that is looked up in a new table, for each of a number where one is named."""
    value: Json = {"op": "look-up", "table": KEY, "of": [{"name": key} for key in keys]}
    if per:
        # As for a line: one yen for each, and the yen is what the table has.
        value = _put_in(formula_of(Tariff((FeeLine(1, per),)), scope), value)
    doc = {"words": words, "columns": [column.kind.value for column in table.columns], "gives": "money", "rows": []}
    return with_rows({"tables": {KEY: doc}, "value": value}, table)


def _put_in(formula: Json, value: Json) -> Json:
    if formula == {"yen": 1}:
        return value
    return {**formula, "of": [_put_in(part, value) for part in formula["of"]]} if "of" in formula else formula


def with_rows(formula: Json, table: PriceTable) -> Json:
    """The formula with these rows in its table; a row without an amount is gone. Raises NoValue."""
    made = deepcopy(formula)
    doc = made["tables"][table.key]
    doc["rows"] = [row_of(row, table) for row in table.rows if row.amount]
    doc.pop("otherwise", None)
    if table.otherwise:
        doc["otherwise"] = _value(table.otherwise, table.gives)
    return made


def row_of(row: PriceRow, table: PriceTable) -> Json:
    """A row as the rule language writes it. Raises NoValue."""
    when = [_cell(texts, column) for texts, column in zip(row.cells, table.columns, strict=True)]
    return {"when": when, "then": _value(row.amount, table.gives)}


def options_of(column: Column, chosen: str) -> list[tuple[str, str]]:
    """What can be chosen in a cell; what stands there already (two choices at once) is offered, too."""
    parts = chosen.split(JOINT)
    known = list(column.choices.items())
    if len(parts) > 1:
        known.append((chosen, "、".join(column.choices.get(part, part) for part in parts)))
    return known


def rows_in_words(table: PriceTable) -> list[str]:
    """Each row in one line, for people who look at what has changed."""
    lines = [("、".join(map(_in_words, row.cells, table.columns)), row.amount) for row in table.rows]
    if table.otherwise:
        lines.append((_("どの行にも当てはまらないとき"), table.otherwise))
    return [
        _("料金表「%(table)s」%(when)s：%(amount)s")
        % {"table": table.words, "when": when, "amount": _amount(amount, table)}
        for when, amount in lines
    ]


def _in_words(texts: Sequence[str], column: Column) -> str:
    if column.kind in CHOSEN:
        chosen = [column.choices.get(text, text) for text in texts[0].split(JOINT) if text]
        return "、".join(chosen) or _("どれでも")
    start, below = texts
    told = [_("%(value)s以上") % {"value": start}] if start else []
    told += [_("%(value)s未満") % {"value": below}] if below else []
    return "".join(told) or _("どれでも")


def _amount(amount: str, table: PriceTable) -> str:
    return _("%(amount)s円") % {"amount": f"{int(amount):,}"} if table.gives is Kind.MONEY else amount


def _is_plain(table: Table) -> bool:
    boxes = 1 + sum(1 if kind in CHOSEN else 2 for kind in table.columns)
    return (
        table.gives in (Kind.MONEY, Kind.NUMBER)
        and boxes * len(table.rows) <= BOXES_MAX
        and all(
            kind in CHOSEN or (kind in RANGED and all(row.when[at].among is None for row in table.rows))
            for at, kind in enumerate(table.columns)
        )
    )


def _column(key: Any) -> Column:
    return Column(phrase(key), key.kind, _choices(key.kind, key.choices))


def _choices(kind: Kind, choices: Mapping[str, Any]) -> dict[str, str]:
    if kind is Kind.TRUTH:
        return {"true": _("はい"), "false": _("いいえ")}
    return {key: said(words) for key, words in choices.items()}


def _texts(cell: Cell, column: Column) -> tuple[str, ...]:
    if column.kind in CHOSEN:
        return (JOINT.join(_plain(value) for value in cell.among or ()),)
    return tuple("" if end is None else _plain(end) for end in (cell.start, cell.below))


def _cell(texts: Sequence[str], column: Column) -> Json:
    if column.kind in CHOSEN:
        chosen = texts[0].split(JOINT) if texts[0] else []
        if not set(chosen) <= set(column.choices):
            raise NoValue(NOT_CHOSEN)
        return [each == "true" if column.kind is Kind.TRUTH else each for each in chosen] or None
    ends = dict(zip(("from", "below"), texts, strict=True))
    return {end: _value(text, column.kind) for end, text in ends.items() if text} or None


def _value(text: str, kind: Kind) -> Json:
    match kind:
        case Kind.MONEY:
            return whole_of(text.replace(",", ""))
        case Kind.DATE:
            return date_of(text)
    number = number_of(text)
    return number["number"] if isinstance(number, dict) else number


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
