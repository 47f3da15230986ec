"""From a tree of nodes to functions. No eval, no exec: a closure for each node.

Every function takes the values, the circumstances and the entry of a group, and gives a value or None, “not known”.
The rule for what is not answered is Kleene's: `and` is false as soon as one part is false, `or` true as soon as one is
true, everything else is not known as long as a part of it is not. Answering more never changes what was known, but
through `answered` and `first-answered`, which ask whether somebody answered.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from typing import Any, cast

from todoke.base.calendar import fiscal_year_of
from todoke.base.formulas import days
from todoke.base.formulas.kinds import NUMBER_MAX, ROWS_MAX, Circumstances, Kind, Name
from todoke.base.formulas.nodes import Node, Table

Values = Mapping[str, Any]
Run = Callable[[Values, Circumstances, Any], Any]

# The bounds as both kinds of number: comparing an int with a Decimal takes ten times as long.
_MOST, _LEAST = NUMBER_MAX, -NUMBER_MAX
_MOST_YEN, _LEAST_YEN = int(NUMBER_MAX), -int(NUMBER_MAX)

# No traps: what cannot be reckoned is no number, and `_bounded` makes it “not known”.
RECKONING = Context(prec=28, rounding=ROUND_HALF_UP, traps=[])
_ROUNDINGS = {"half-up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "equal": operator.eq,
    "differs": operator.ne,
    "less": operator.lt,
    "at-most": operator.le,
    "more": operator.gt,
    "at-least": operator.ge,
}


def runner(node: Node) -> Run:
    """The function of this node."""
    parts = [runner(part) for part in node.of]
    return _MAKERS[node.op](node, parts)


# Values


def _literal(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001 - every maker takes both
    value = node.detail
    return lambda _values, _about, _entry: value


def _name(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    key, known = node.detail.key, KNOWN[node.kind]
    if node.kind is Kind.TRUTH:
        return _truth_named(key)
    return lambda values, _about, _entry: known(values.get(key))


def _truth_named(key: str) -> Run:
    # The commonest name of all, without a further call.
    def run(values: Values, _about: Circumstances, _entry: Any) -> bool | None:
        value = values.get(key)
        return value if value is True or value is False else None

    return run


def _row(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    key, known = node.detail.key, KNOWN[node.kind]
    return lambda _values, _about, entry: known(entry.get(key))


def _known_truth(value: Any) -> bool | None:
    return value if value is True or value is False else None


def _known_number(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        # Something that is no number is not smaller than anything, but comparing it would raise.
        return value if value.is_finite() and _LEAST < value < _MOST else None
    return None if _known_money(value) is None else Decimal(value)


def _known_money(value: Any) -> int | None:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return value if is_integer and _LEAST_YEN < value < _MOST_YEN else None


def _known_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _known_date(value: Any) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _known_choices(value: Any) -> frozenset[str] | None:
    if not isinstance(value, list | tuple | set | frozenset):
        return None
    return frozenset(value) if all(isinstance(each, str) for each in value) else None


def _known_rows(value: Any) -> Sequence[Mapping[str, Any]] | None:
    if not isinstance(value, list | tuple) or len(value) > ROWS_MAX:
        return None
    return value if all(isinstance(entry, Mapping) for entry in value) else None


# What counts as an answer of a kind; anything else is taken as not answered, so that no value can make a formula raise.
KNOWN: dict[Kind, Callable[[Any], Any]] = {
    Kind.TRUTH: _known_truth,
    Kind.NUMBER: _known_number,
    Kind.MONEY: _known_money,
    Kind.TEXT: _known_text,
    Kind.DATE: _known_date,
    Kind.CHOICE: _known_text,
    Kind.CHOICES: _known_choices,
    Kind.ROWS: _known_rows,
}


# Conditions


def _and(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    def run(values: Values, about: Circumstances, entry: Any) -> bool | None:
        known = True
        for part in parts:
            found = part(values, about, entry)
            if found is False:
                return False
            known = known and found is not None
        return True if known else None

    return run


def _or(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    def run(values: Values, about: Circumstances, entry: Any) -> bool | None:
        known = True
        for part in parts:
            found = part(values, about, entry)
            if found is True:
                return True
            known = known and found is not None
        return False if known else None

    return run


def _answered(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    (part,) = parts
    return lambda values, about, entry: part(values, about, entry) is not None


def _compared(node: Node, parts: list[Run]) -> Run:
    left, right = parts
    compare = _COMPARE[node.op]
    if node.of[1].op == "literal":
        if node.of[0].op == "name":
            return _name_with_literal(node.of[0].detail, compare, node.of[1].detail)
        return _compared_with_literal(left, compare, node.of[1].detail)

    def run(values: Values, about: Circumstances, entry: Any) -> bool | None:
        one = left(values, about, entry)
        if one is None:
            return None
        other = right(values, about, entry)
        return None if other is None else compare(one, other)

    return run


def _compared_with_literal(left: Run, compare: Callable[[Any, Any], Any], literal: Any) -> Run:
    def run(values: Values, about: Circumstances, entry: Any) -> bool | None:
        one = left(values, about, entry)
        return None if one is None else compare(one, literal)

    return run


def _name_with_literal(name: Name, compare: Callable[[Any, Any], Any], literal: Any) -> Run:
    # The commonest condition of all, without a further call.
    key, known = name.key, KNOWN[name.kind]

    def run(values: Values, _about: Circumstances, _entry: Any) -> bool | None:
        one = known(values.get(key))
        return None if one is None else compare(one, literal)

    return run


def _among(node: Node, parts: list[Run]) -> Run:
    (part,), wanted = parts, frozenset(node.detail)
    return _lifted(lambda value: value in wanted, part)


def _includes_any(node: Node, parts: list[Run]) -> Run:
    (part,), wanted = parts, frozenset(node.detail)
    return _lifted(lambda value: not wanted.isdisjoint(value), part)


def _includes_all(node: Node, parts: list[Run]) -> Run:
    (part,), wanted = parts, frozenset(node.detail)
    return _lifted(wanted.issubset, part)


# Reckoning


def _added(node: Node, parts: list[Run]) -> Run:
    if node.kind is Kind.MONEY:
        return _reckoned(node, lambda *found: sum(found), parts)

    def add(*found: Any) -> Any:
        total = found[0]
        for each in found[1:]:
            total = RECKONING.add(total, each)
        return total

    return _reckoned(node, add, parts)


def _multiplied(node: Node, parts: list[Run]) -> Run:
    def multiply(*found: Any) -> Any:
        outcome = found[0]
        for each in found[1:]:
            outcome = RECKONING.multiply(outcome, each)
        return outcome

    return _reckoned(node, multiply, parts)


def _subtracted(node: Node, parts: list[Run]) -> Run:
    return _reckoned(node, operator.sub if node.kind is Kind.MONEY else RECKONING.subtract, parts)


def _divided(node: Node, parts: list[Run]) -> Run:
    return _reckoned(node, lambda one, other: None if other == 0 else RECKONING.divide(one, other), parts)


def _rounded(node: Node, parts: list[Run]) -> Run:
    unit, way = node.detail
    rounding = _ROUNDINGS[way]

    def rounded(value: Any) -> Any:
        units = RECKONING.divide(value, unit)
        if not units.is_finite() or abs(units) >= NUMBER_MAX:
            return None
        return RECKONING.multiply(units.to_integral_value(rounding), unit)

    return _reckoned(node, rounded, parts)


def _reckoned(node: Node, act: Callable[..., Any], parts: list[Run]) -> Run:
    """`act` over parts that are all known; its outcome of the node's kind, not known beyond the largest number."""

    def number(*found: Any) -> Decimal | None:
        outcome = act(*found)
        return None if outcome is None or not _LEAST < outcome < _MOST else outcome

    def amount(*found: Any) -> int | None:
        outcome = act(*found)
        if outcome is None:
            return None
        yen = int(outcome)
        return yen if _LEAST_YEN < yen < _MOST_YEN else None

    return _lifted(amount if node.kind is Kind.MONEY else number, *parts)


def _lifted(act: Callable[..., Any], *parts: Run) -> Run:
    """`act` over the values of the parts; not known as long as one of them is not."""
    if len(parts) == 1:
        (part,) = parts

        def run_one(values: Values, about: Circumstances, entry: Any) -> Any:
            found = part(values, about, entry)
            return None if found is None else act(found)

        return run_one

    def run(values: Values, about: Circumstances, entry: Any) -> Any:
        found = [part(values, about, entry) for part in parts]
        return None if None in found else act(*found)

    return run


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _simple(act: Callable[..., Any]) -> Callable[[Node, list[Run]], Run]:
    return lambda _node, parts: _lifted(act, *parts)


# The circumstances


def _today(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    return lambda _values, about, _entry: about.today


def _in_office_days(act: Callable[..., Any]) -> Callable[[Node, list[Run]], Run]:
    def make(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
        def run(values: Values, about: Circumstances, entry: Any) -> Any:
            found = [part(values, about, entry) for part in parts]
            return None if None in found else act(*found, about.is_open)

        return run

    return make


# Choosing


def _if(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    cases, otherwise = list(zip(parts[:-1:2], parts[1:-1:2], strict=True)), parts[-1]

    def run(values: Values, about: Circumstances, entry: Any) -> Any:
        for when, then in cases:
            found = when(values, about, entry)
            if found is None:
                return None
            if found:
                return then(values, about, entry)
        return otherwise(values, about, entry)

    return run


def _first_answered(node: Node, parts: list[Run]) -> Run:  # noqa: ARG001
    def run(values: Values, about: Circumstances, entry: Any) -> Any:
        for part in parts:
            found = part(values, about, entry)
            if found is not None:
                return found
        return None

    return run


def _looked_up(node: Node, parts: list[Run]) -> Run:
    table = cast(Table, node.detail)
    return _lifted(lambda *keys: table.look_up(keys), *parts)


# Over the entries of a group


def entries_of(node: Node, parts: list[Run]) -> Run:
    """The entries that count, or None while the group or a condition over an entry is not known."""
    rows, where = parts[0], parts[-1] if node.detail else None

    def run(values: Values, about: Circumstances, entry: Any) -> Any:
        found = rows(values, about, entry)
        if found is None or where is None:
            return found
        kept = [(each, where(values, about, each)) for each in found]
        return None if any(counts is None for _each, counts in kept) else [each for each, counts in kept if counts]

    return run


def _over_rows(act: Callable[[Node, list[Any]], Any]) -> Callable[[Node, list[Run]], Run]:
    def make(node: Node, parts: list[Run]) -> Run:
        entries, inside = entries_of(node, parts), parts[1]

        def run(values: Values, about: Circumstances, entry: Any) -> Any:
            found = entries(values, about, entry)
            return None if found is None else act(node, [inside(values, about, each) for each in found])

        return run

    return make


def _counted(node: Node, parts: list[Run]) -> Run:
    return _lifted(lambda entries: Decimal(len(entries)), entries_of(node, parts))


def _sum(node: Node, found: list[Any]) -> Any:
    if None in found:
        return None
    if node.kind is Kind.MONEY:
        yen = sum(found)
        return yen if _LEAST_YEN < yen < _MOST_YEN else None
    total = Decimal(0)
    for each in found:
        total = RECKONING.add(total, each)
    return total if _LEAST < total < _MOST else None


def _any(node: Node, found: list[Any]) -> bool | None:  # noqa: ARG001
    if True in found:
        return True
    return None if None in found else False


def _all(node: Node, found: list[Any]) -> bool | None:  # noqa: ARG001
    if False in found:
        return False
    return None if None in found else True


def _lowest(node: Node, found: list[Any]) -> Any:  # noqa: ARG001
    return None if None in found else min(found, default=None)


def _highest(node: Node, found: list[Any]) -> Any:  # noqa: ARG001
    return None if None in found else max(found, default=None)


_MAKERS: dict[str, Callable[[Node, list[Run]], Run]] = {
    "literal": _literal,
    "name": _name,
    "row": _row,
    "and": _and,
    "or": _or,
    "not": _simple(operator.not_),
    "answered": _answered,
    **dict.fromkeys(_COMPARE, _compared),
    "among": _among,
    "includes-any": _includes_any,
    "includes-all": _includes_all,
    "how-many": _simple(lambda chosen: Decimal(len(chosen))),
    "starts": _simple(str.startswith),
    "ends": _simple(str.endswith),
    "contains": _simple(operator.contains),
    "length": _simple(lambda text: Decimal(len(text))),
    "add": _added,
    "subtract": _subtracted,
    "multiply": _multiplied,
    "divide": _divided,
    "round": _rounded,
    "yen": _rounded,
    "min": _simple(min),
    "max": _simple(max),
    "today": _today,
    "age-on": _simple(lambda birth, day: _number(days.age_on(birth, day))),
    "fiscal-year": _simple(lambda day: Decimal(fiscal_year_of(day))),
    "fiscal-year-start": _simple(days.fiscal_year_start),
    "year": _simple(lambda day: Decimal(day.year)),
    "month": _simple(lambda day: Decimal(day.month)),
    "day": _simple(lambda day: Decimal(day.day)),
    "days-between": _simple(lambda day, until: Decimal((until - day).days)),
    "add-days": _simple(days.add_days),
    "add-months": _simple(days.add_months),
    "is-open": _in_office_days(lambda day, is_open: bool(is_open(day))),
    "next-open": _in_office_days(days.next_open),
    "add-open-days": _in_office_days(days.add_open_days),
    "open-days-between": _in_office_days(
        lambda day, until, is_open: _number(days.open_days_between(day, until, is_open))
    ),
    "if": _if,
    "first-answered": _first_answered,
    "look-up": _looked_up,
    "count": _counted,
    "sum": _over_rows(_sum),
    "any": _over_rows(_any),
    "all": _over_rows(_all),
    "lowest": _over_rows(_lowest),
    "highest": _over_rows(_highest),
}
