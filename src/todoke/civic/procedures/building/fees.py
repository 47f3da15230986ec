"""A fee as lines: so much, or so much for each of something, always or where a condition holds; all are added.

Tables and divisions are beyond the lines: `lines_of` gives None, and the fee is kept or replaced as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from todoke.base.formulas import Kind, Scope
from todoke.shared.paperwork.types import Json


@dataclass(frozen=True)
class FeeLine:
    """One line: yen, the question by whose number they are multiplied ("": none), and the condition (None: always)."""

    yen: int
    per: str = ""
    when: Json = None


def formula_of(lines: Sequence[FeeLine], scope: Scope) -> Json:
    """The formula of these lines."""
    parts = [_part(line, scope) for line in lines]
    return parts[0] if len(parts) == 1 else {"op": "add", "of": parts}


def lines_of(formula: Json) -> list[FeeLine] | None:
    """The lines that say what this formula says; None where lines cannot."""
    is_sum = isinstance(formula, Mapping) and formula.get("op") == "add" and isinstance(formula.get("of"), list)
    lines = [_line_of(part) for part in (formula["of"] if is_sum else [formula])]
    known = [line for line in lines if line is not None]
    return known if len(known) == len(lines) else None


def _part(line: FeeLine, scope: Scope) -> Json:
    amount: Json = {"yen": line.yen}
    if line.per:
        amount = {"op": "multiply", "of": [{"name": line.per}, amount]}
        if not scope[line.per].whole:
            # 4.5平方メートル × 501円: what is below one yen is cut off (国等の債権債務等の金額の端数計算に関する法律).
            amount = {"op": "yen", "way": "down", "of": [amount]}
    if line.when is None:
        return amount
    return {"op": "if", "cases": [{"when": line.when, "then": amount}], "otherwise": {"yen": 0}}


def _line_of(part: Json) -> FeeLine | None:
    if isinstance(part, Mapping) and part.get("op") == "if":
        cases, otherwise = part.get("cases"), part.get("otherwise")
        if not isinstance(cases, list) or len(cases) != 1 or _yen(otherwise) != 0:
            return None
        line = _line_of(cases[0].get("then"))
        return FeeLine(line.yen, line.per, cases[0].get("when")) if line and line.when is None else None
    if isinstance(part, Mapping) and part.get("op") == "yen" and part.get("way") == "down" and set(part) == _YEN:
        return _line_of(part["of"][0])
    if isinstance(part, Mapping) and part.get("op") == "multiply" and len(part.get("of", [])) == 2:
        names = [each["name"] for each in part["of"] if isinstance(each, Mapping) and set(each) == {"name"}]
        sums = [yen for each in part["of"] if (yen := _yen(each)) is not None]
        return FeeLine(sums[0], names[0]) if names and sums else None
    yen = _yen(part)
    return None if yen is None else FeeLine(yen)


_YEN = {"op", "way", "of"}


def _yen(part: Json) -> int | None:
    if isinstance(part, Mapping) and set(part) == {"yen"}:
        part = part["yen"]
    return part if isinstance(part, int) and not isinstance(part, bool) else None


def countable(scope: Scope) -> list[str]:
    """The questions by whose number an amount may be multiplied."""
    return [key for key, name in scope.items() if name.kind is Kind.NUMBER]
