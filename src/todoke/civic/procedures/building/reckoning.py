"""Computed values that are put together by choosing: lines of questions and numbers, joined by + − × ÷.

What is multiplied or divided goes before what is added, as at school: 4 + 3 × 2 is 10. Formulas can say more than that;
`reckoning_of` gives None for what lines cannot, and it is shown in words, kept or replaced as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Formula, Kind, Scope, said
from todoke.base.formulas.nodes import Node
from todoke.civic.procedures.building.conditions import NoValue, number_of, whole_of
from todoke.shared.paperwork.types import Json

LINES_MAX = 20
TODAY = "today"
YEAR = "year:"
NUMBERS = (Kind.NUMBER, Kind.MONEY)


class Joint(StrEnum):
    """How a line is joined to what stands above it."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"


JOINTS = {
    Joint.ADD: _("＋ 足す"),
    Joint.SUBTRACT: _("－ 引く"),
    Joint.MULTIPLY: _("× 掛ける"),
    Joint.DIVIDE: _("÷ 割る"),
}
_TIGHT = (Joint.MULTIPLY, Joint.DIVIDE)


class What(StrEnum):
    """What a line is reckoned with."""

    NAME = "name"
    NAME_OR_ZERO = "name-or-0"
    NUMBER = "number"
    YEN = "yen"
    COUNT = "count"
    TOTAL = "total"
    CHOSEN = "chosen"
    AGE = "age"
    DAYS = "days"


WORDS = {
    What.NAME: "%(name)s",
    What.NAME_OR_ZERO: _("%(name)s（答えがないときは0）"),
    What.NUMBER: _("決まった数"),
    What.YEN: _("決まった金額（円）"),
    What.COUNT: _("%(name)sの数"),
    What.TOTAL: _("%(name)sの合計"),
    What.CHOSEN: _("%(name)sで選んだ数"),
    What.AGE: _("%(name)sからの年齢"),
    What.DAYS: _("%(name)sからの日数"),
}
_OF_KIND = {
    Kind.NUMBER: (What.NAME, What.NAME_OR_ZERO),
    Kind.MONEY: (What.NAME, What.NAME_OR_ZERO),
    Kind.ROWS: (What.COUNT, What.TOTAL),
    Kind.CHOICES: (What.CHOSEN,),
    Kind.DATE: (What.AGE, What.DAYS),
}
WAYS = {
    "": _("そのまま"),
    "down": _("切り捨てる"),
    "half-up": _("四捨五入する"),
    "up": _("切り上げる"),
}
UNITS = ("1", "10", "100", "1000", "0.1", "0.01")


@dataclass(frozen=True)
class Line:
    """One line: what it is reckoned with, the question that this is about ("": none), a value typed or chosen."""

    what: What
    about: str = ""
    value: str = ""
    joint: Joint = Joint.ADD

    @property
    def term(self) -> str:
        """What and about, as a page carries them."""
        return f"{self.what}:{self.about}"


@dataclass(frozen=True)
class Reckoning:
    """Lines, how the end is rounded ("": not at all) and to which unit, and whether it is an amount then."""

    lines: tuple[Line, ...]
    way: str = ""
    unit: str = "1"
    is_yen: bool = False


def terms(scope: Scope) -> Iterator[tuple[str, Any]]:
    """Everything that a line may be reckoned with, and its words."""
    for what in (What.NUMBER, What.YEN):
        yield Line(what).term, WORDS[what]
    for key, name in scope.items():
        for what in _OF_KIND.get(name.kind, ()):
            if what is not What.TOTAL or list(columns(scope, key)):
                yield Line(what, key).term, words_of(Line(what, key), scope)


def words_of(line: Line, scope: Scope) -> str:
    """What this line is reckoned with, in words."""
    about = said(scope[line.about].words) or line.about if line.about else ""
    return str(WORDS[line.what]) % {"name": f"「{about}」"}


def line_of(term: str, scope: Scope, value: str = "", joint: str = "") -> Line | None:
    """The line of a term as a page carries it; None for what is not offered."""
    what, _colon, about = term.partition(":")
    if term not in dict(terms(scope)):
        return None
    return Line(What(what), about, value, Joint(joint) if joint in list(Joint) else Joint.ADD)


def columns(scope: Scope, key: str) -> Iterator[tuple[str, str]]:
    """What of each entry of a group can be summed up."""
    for inner, name in (scope[key].inner or {}).items():
        if name.kind in NUMBERS:
            yield inner, said(name.words) or inner


def values_of(line: Line, scope: Scope) -> list[tuple[str, Any]]:
    """What can be chosen for this line; an empty list where a value is typed, or none is needed."""
    if line.what is What.TOTAL:
        return list(columns(scope, line.about))
    dates = [(key, said(name.words) or key) for key, name in scope.items() if name.kind is Kind.DATE]
    others = [(key, words) for key, words in dates if key != line.about]
    if line.what is What.DAYS:
        return [*others, (TODAY, _("今日"))]
    if line.what is What.AGE:
        years = [(f"{YEAR}{key}", _("「%(name)s」の年度の初日") % {"name": words}) for key, words in others]
        return [(TODAY, _("今日")), *others, *years]
    return []


def moved_up(lines: Sequence[Line], number: int) -> list[Line]:
    """The lines with this one and the one above it in each other's place; what joins them stays where it is."""
    if not 0 < number < len(lines):
        return list(lines)
    above, line = lines[number - 1], lines[number]
    swapped = [replace(line, joint=above.joint), replace(above, joint=line.joint)]
    return [*lines[: number - 1], *swapped, *lines[number + 1 :]]


def formula_of(reckoning: Reckoning, scope: Scope) -> Json:
    """The formula of these lines. Raises NoValue."""
    if not reckoning.lines:
        raise NoValue(_("計算に使うものを、一つ以上選んでください。"))
    return _rounded(_joined([(line.joint, term_of(line, scope)) for line in reckoning.lines]), reckoning)


def term_of(line: Line, scope: Scope) -> Json:  # noqa: PLR0911 - a table
    """The part of a formula that one line makes. Raises NoValue."""
    about = {"name": line.about}
    match line.what:
        case What.NAME:
            return about
        case What.NAME_OR_ZERO:
            return {"op": "first-answered", "of": [about, 0]}
        case What.NUMBER:
            number = number_of(line.value)
            return {"number": number} if isinstance(number, int) else number
        case What.YEN:
            return {"yen": whole_of(line.value)}
        case What.COUNT:
            return {"op": "count", "over": line.about}
        case What.CHOSEN:
            return {"op": "how-many", "of": [about]}
    if line.value not in dict(values_of(line, scope)):
        raise NoValue(_("もう一つの項目を選んでください。"))
    if line.what is What.TOTAL:
        return {"op": "sum", "over": line.about, "of": [{"row": line.value}]}
    return {"op": "age-on" if line.what is What.AGE else "days-between", "of": [about, _day(line.value)]}


def _day(value: str) -> Json:
    if value == TODAY:
        return {"op": "today"}
    if value.startswith(YEAR):
        return {"op": "fiscal-year-start", "of": [{"name": value.removeprefix(YEAR)}]}
    return {"name": value}


def _joined(parts: Sequence[tuple[Joint, Json]]) -> Json:
    """A sum of products."""
    products: list[tuple[Joint, Json]] = []
    for joint, part in parts:
        if joint in _TIGHT and products:
            products[-1] = (products[-1][0], _with(products[-1][1], joint, part))
        else:
            products.append((joint, part))
    return reduce(lambda whole, product: _with(whole, *product), products[1:], products[0][1])


def _with(left: Json, joint: Joint, right: Json) -> Json:
    # a + b + c is one sum of three; 12 − 3 − 4 and 12 ÷ 3 ÷ 4 go from left to right.
    is_longer = isinstance(left, dict) and left.get("op") == joint and joint in (Joint.ADD, Joint.MULTIPLY)
    return {"op": joint.value, "of": [*left["of"], right] if is_longer else [left, right]}


def _rounded(formula: Json, reckoning: Reckoning) -> Json:
    if not reckoning.way:
        if reckoning.is_yen:
            raise NoValue(_("金額（円）にするときは、端数をどうするかも選んでください。"))
        return formula
    unit: Json = int(reckoning.unit) if reckoning.unit.isdecimal() else reckoning.unit
    return {"op": "yen" if reckoning.is_yen else "round", "way": reckoning.way, "to": unit, "of": [formula]}


class _Beyond(Exception):
    """Lines cannot say this."""


def reckoning_of(formula: Formula) -> Reckoning | None:
    """The lines that say what this formula says; None for one that lines cannot."""
    root, end = formula.root, Reckoning(())
    if root.op in ("round", "yen"):
        to, way = root.detail
        end = Reckoning((), way, _plain(to), root.op == "yen")
        root = root.of[0]
    try:
        lines = _sum(root)
    except _Beyond:
        return None
    return replace(end, lines=tuple(lines)) if end.unit in UNITS and len(lines) <= LINES_MAX else None


def _sum(node: Node) -> list[Line]:
    if node.op not in (Joint.ADD, Joint.SUBTRACT):
        return _product(node)
    first, *others = node.of
    return _sum(first) + [line for each in others for line in _led(_product(each), Joint(node.op))]


def _product(node: Node) -> list[Line]:
    if node.op not in _TIGHT:
        return [_line(node)]
    first, *others = node.of
    return _product(first) + [line for each in others for line in _led([_line(each)], Joint(node.op))]


def _led(lines: list[Line], joint: Joint) -> list[Line]:
    return [replace(lines[0], joint=joint), *lines[1:]]


def _line(node: Node) -> Line:  # noqa: PLR0911 - a table
    names = [part.detail.key for part in node.of if part.op in ("name", "row")]
    match node.op, node.kind:
        case "literal", Kind.NUMBER:
            return Line(What.NUMBER, value=_plain(node.detail))
        case "literal", Kind.MONEY:
            return Line(What.YEN, value=str(node.detail))
        case "name", Kind.NUMBER | Kind.MONEY:
            return Line(What.NAME, node.detail.key)
        case "first-answered", _kind if len(node.of) == 2 and names and node.of[1].detail == 0:
            return Line(What.NAME_OR_ZERO, names[0])
        case "how-many", _kind if names:
            return Line(What.CHOSEN, names[0])
        case "count", _kind if not node.detail:
            return Line(What.COUNT, names[0])
        case "sum", _kind if not node.detail and len(names) == 2:
            return Line(What.TOTAL, *names)
        case "age-on" | "days-between", _kind if node.of[0].op == "name":
            what = What.AGE if node.op == "age-on" else What.DAYS
            return Line(what, node.of[0].detail.key, _day_of(node.of[1], what))
    raise _Beyond


def _day_of(node: Node, what: What) -> str:
    if node.op == "name":
        return str(node.detail.key)
    if node.op == "today":
        return TODAY
    if node.op == "fiscal-year-start" and node.of[0].op == "name" and what is What.AGE:
        return f"{YEAR}{node.of[0].detail.key}"
    raise _Beyond


def _plain(number: Decimal) -> str:
    return format(number.quantize(Decimal(1)) if number == int(number) else number.normalize(), "f")


def line_at(formula: Json, path: str) -> int | None:
    """Which line a fault of this formula is about; None where it is about all of them."""
    if not path:
        return None
    places = enumerate(_places(formula, ""))
    return next((number for number, place in places if place.startswith(path) or path.startswith(f"{place}/")), None)


def _places(formula: Json, path: str) -> Iterator[str]:
    # Lines stand in a formula in their own order, below nothing but joints and the rounding.
    if isinstance(formula, dict) and formula.get("op") in (*Joint, "round", "yen"):
        for number, part in enumerate(formula["of"]):
            yield from _places(part, f"{path}/of/{number}")
    else:
        yield path
