"""A formula that was read and found sound: a tree of nodes, each with its kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from todoke.base.formulas.kinds import Kind, Words
from todoke.base.formulas.operators import OVER_ROWS

Value = bool | int | Decimal | str | date | frozenset[str]


@dataclass(frozen=True)
class Node:
    """One part. `op` says what it does (`literal` and `name` are two of them), `of` are its parts in order.

    `detail` is what else it needs: the value of a literal, the Name, the way of rounding, the table. `whole`: its
    number never has decimals. `choices`: the keys that a CHOICE or CHOICES can have.
    """

    op: str
    kind: Kind
    path: str
    of: tuple["Node", ...] = ()
    detail: Any = None
    choices: Mapping[str, Words] = field(default_factory=dict)
    whole: bool = False

    def walk(self) -> Iterator["Node"]:
        """This node and all below it."""
        yield self
        for part in self.of:
            yield from part.walk()

    def speaks_of_an_entry(self) -> bool:
        """Whether its value hangs on one entry of a group, so that it has none on its own."""
        if self.op in OVER_ROWS:
            return False
        return self.op == "row" or any(part.speaks_of_an_entry() for part in self.of)


@dataclass(frozen=True)
class Cell:
    """What one column of a table's row accepts: some values, a half-open range, or anything (neither is given)."""

    among: tuple[Value, ...] | None = None
    start: Any = None
    below: Any = None

    def accepts(self, value: Any) -> bool:
        """Whether this value falls into the cell."""
        if self.among is not None:
            return value in self.among
        return (self.start is None or value >= self.start) and (self.below is None or value < self.below)


@dataclass(frozen=True)
class Row:
    """One row: a cell for each column, and what comes out."""

    when: tuple[Cell, ...]
    then: Value


@dataclass(frozen=True)
class Table:
    """A declared table: no two rows accept the same, and what no row accepts is `otherwise` (None: not known)."""

    key: str
    words: Words
    gives: Kind
    columns: tuple[Kind, ...]
    rows: tuple[Row, ...]
    otherwise: Value | None
    path: str

    def look_up(self, keys: tuple[Any, ...]) -> Value | None:
        """What the table has for these keys."""
        row = self.row_for(keys)
        return self.otherwise if row is None else row.then

    def row_for(self, keys: tuple[Any, ...]) -> Row | None:
        """The row that accepts these keys, if any."""
        for row in self.rows:
            if all(cell.accepts(key) for cell, key in zip(row.when, keys, strict=True)):
                return row
        return None
