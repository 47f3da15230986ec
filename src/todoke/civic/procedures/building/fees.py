"""A fee as lines: so much, or so much for each of something, always or where a condition holds.

All lines that hold are added, or the first of them counts alone (a table of conditions and amounts). Lookups and
divisions are beyond the lines: `tariff_of` gives None, and the fee is kept or replaced as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Scope
from todoke.shared.paperwork.types import Json


class How(StrEnum):
    """Which of the lines that hold make the fee."""

    SUM = "sum"
    FIRST = "first"


HOWS = {
    How.SUM: _("当てはまる行を、すべて足す"),
    How.FIRST: _("上から見て、最初に当てはまる行だけにする"),
}


@dataclass(frozen=True)
class FeeLine:
    """One line: yen, the question by whose number they are multiplied ("": none), and the condition (None: always).

    Without yen, the name is the amount itself: of a computed value.
    """

    yen: int | None
    per: str = ""
    when: Json = None


@dataclass(frozen=True)
class Tariff:
    """The lines of a fee, and which of them count."""

    lines: tuple[FeeLine, ...]
    how: How = How.SUM


NOTHING: Json = {"yen": 0}


def formula_of(tariff: Tariff, scope: Scope) -> Json:
    """The formula of these lines."""
    if tariff.how is How.FIRST:
        return _first(tariff.lines, scope)
    parts = [_part(line, scope) for line in tariff.lines]
    return parts[0] if len(parts) == 1 else {"op": "add", "of": parts}


def tariff_of(formula: Json) -> Tariff | None:
    """The lines that say what this formula says; None where lines cannot."""
    if (cases := _cases(formula)) and (len(cases) > 1 or _yen(formula["otherwise"]) != 0):
        lines = [_amount_of(case["then"], case["when"]) for case in cases]
        others = [] if _yen(formula["otherwise"]) == 0 else [_amount_of(formula["otherwise"])]
        return _whole([*lines, *others], How.FIRST)
    return _whole([_line_of(part) for part in _parts(formula, "add") or [formula]], How.SUM)


def _whole(lines: list[FeeLine | None], how: How) -> Tariff | None:
    known = tuple(line for line in lines if line is not None)
    return Tariff(known, how) if len(known) == len(lines) else None


def _first(lines: tuple[FeeLine, ...], scope: Scope) -> Json:
    # The last line without a condition is for everybody else; without one, everybody else pays nothing.
    *cases, last = lines
    otherwise = _amount(last, scope) if last.when is None else NOTHING
    if last.when is not None:
        cases.append(last)
    if not cases:
        return otherwise
    told = [{"when": True if line.when is None else line.when, "then": _amount(line, scope)} for line in cases]
    return {"op": "if", "cases": told, "otherwise": otherwise}


def _part(line: FeeLine, scope: Scope) -> Json:
    amount = _amount(line, scope)
    if line.when is None:
        return amount
    return {"op": "if", "cases": [{"when": line.when, "then": amount}], "otherwise": NOTHING}


def _amount(line: FeeLine, scope: Scope) -> Json:
    if line.yen is None:
        return {"name": line.per}
    amount: Json = {"yen": line.yen}
    if line.per:
        amount = {"op": "multiply", "of": [{"name": line.per}, amount]}
        name = scope.get(line.per)
        if name is None or not name.whole:
            # 4.5平方メートル × 501円: what is below one yen is cut off (国等の債権債務等の金額の端数計算に関する法律).
            amount = {"op": "yen", "way": "down", "of": [amount]}
    return amount


def _line_of(part: Json) -> FeeLine | None:
    if cases := _cases(part):
        is_alone = len(cases) == 1 and _yen(part["otherwise"]) == 0
        return _amount_of(cases[0]["then"], cases[0]["when"]) if is_alone else None
    return _amount_of(part)


def _amount_of(part: Json, when: Json = None) -> FeeLine | None:
    when = None if when is True else when
    if len(cut := _parts(part, "yen")) == 1 and part["way"] == "down":
        part = cut[0]
    if len(factors := _parts(part, "multiply")) == 2:
        names = [name for each in factors if (name := _name(each))]
        sums = [yen for each in factors if (yen := _yen(each)) is not None]
        return FeeLine(sums[0], names[0], when) if names and sums else None
    if name := _name(part):
        return FeeLine(None, name, when)
    yen = _yen(part)
    return None if yen is None else FeeLine(yen, when=when)


# What a draft holds may be anything: each of these gives nothing for what has another shape.


def _cases(part: Json) -> list[Json]:
    if not isinstance(part, Mapping) or set(part) != {"op", "cases", "otherwise"} or part["op"] != "if":
        return []
    cases = part["cases"] if isinstance(part["cases"], list) else []
    return cases if all(isinstance(case, Mapping) and set(case) == {"when", "then"} for case in cases) else []


def _parts(part: Json, op: str) -> list[Json]:
    wanted = {"op", "of", "way"} if op == "yen" else {"op", "of"}
    is_one = isinstance(part, Mapping) and set(part) == wanted and part["op"] == op
    return part["of"] if is_one and isinstance(part["of"], list) else []


def _name(part: Json) -> str:
    is_one = isinstance(part, Mapping) and set(part) == {"name"} and isinstance(part["name"], str)
    return part["name"] if is_one else ""


def _yen(part: Json) -> int | None:
    if isinstance(part, Mapping) and set(part) == {"yen"}:
        part = part["yen"]
    return part if isinstance(part, int) and not isinstance(part, bool) else None


def countable(scope: Scope) -> list[str]:
    """The questions by whose number an amount may be multiplied."""
    return [key for key, name in scope.items() if name.kind is Kind.NUMBER]


def amounts(scope: Scope) -> list[str]:
    """The names that are an amount themselves."""
    return [key for key, name in scope.items() if name.kind is Kind.MONEY]
