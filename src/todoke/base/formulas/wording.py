"""A formula in words, in the active language: short, and nothing that it does not say."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from todoke.base.formulas.kinds import Kind, said
from todoke.base.formulas.nodes import Node

# How a part is said, by its operator; the parts in order are `first`, `second`.
PATTERNS = {
    "equal": gettext_lazy("%(first)sが%(second)s"),
    "differs": gettext_lazy("%(first)sが%(second)sではない"),
    "less": gettext_lazy("%(first)sが%(second)s未満"),
    "at-most": gettext_lazy("%(first)sが%(second)s以下"),
    "more": gettext_lazy("%(first)sが%(second)sを超える"),
    "at-least": gettext_lazy("%(first)sが%(second)s以上"),
    "starts": gettext_lazy("%(first)sが%(second)sで始まる"),
    "ends": gettext_lazy("%(first)sが%(second)sで終わる"),
    "contains": gettext_lazy("%(first)sに%(second)sが含まれる"),
    "length": gettext_lazy("%(first)sの文字数"),
    "how-many": gettext_lazy("%(first)sで選んだ数"),
    "answered": gettext_lazy("%(first)sに答えがある"),
    "not": gettext_lazy("「%(first)s」ではない"),
    "subtract": gettext_lazy("%(first)s − %(second)s"),
    "divide": gettext_lazy("%(first)s ÷ %(second)s"),
    "today": gettext_lazy("今日"),
    "age-on": gettext_lazy("%(second)s時点の年齢（%(first)sから）"),
    "fiscal-year": gettext_lazy("%(first)sの年度"),
    "fiscal-year-start": gettext_lazy("%(first)sの年度の初日"),
    "year": gettext_lazy("%(first)sの年"),
    "month": gettext_lazy("%(first)sの月"),
    "day": gettext_lazy("%(first)sの日"),
    "days-between": gettext_lazy("%(first)sから%(second)sまでの日数"),
    "add-days": gettext_lazy("%(first)sの%(second)s日後"),
    "add-months": gettext_lazy("%(first)sの%(second)sか月後"),
    "is-open": gettext_lazy("%(first)sが開庁日"),
    "next-open": gettext_lazy("%(first)s以後の最初の開庁日"),
    "add-open-days": gettext_lazy("%(first)sの%(second)s開庁日後"),
    "open-days-between": gettext_lazy("%(first)sから%(second)sまでの開庁日の数"),
}
WAYS = {
    "half-up": gettext_lazy("%(first)s（%(unit)s単位で四捨五入）"),
    "down": gettext_lazy("%(first)s（%(unit)s未満切捨て）"),
    "up": gettext_lazy("%(first)s（%(unit)s未満切上げ）"),
}
OVER_ROWS = {
    "count": gettext_lazy("%(rows)sの数"),
    "sum": gettext_lazy("%(rows)sの%(first)sの合計"),
    "lowest": gettext_lazy("%(rows)sの%(first)sのうち最小"),
    "highest": gettext_lazy("%(rows)sの%(first)sのうち最大"),
    "any": gettext_lazy("%(rows)sのどれかで%(first)s"),
    "all": gettext_lazy("%(rows)sのすべてで%(first)s"),
}
JOINTS = {"add": " + ", "multiply": " × "}
ROUNDINGS = frozenset({"round", "yen"})
RECKONED = frozenset({*JOINTS, *ROUNDINGS, "subtract", "divide"})


def sentence(node: Node) -> str:
    """The whole formula: a condition ends as one (「…のとき」), a value is named."""
    words = phrase(node)
    return _("%(condition)sのとき") % {"condition": words} if node.kind is Kind.TRUTH else words


def phrase(node: Node) -> str:
    """This part in words."""
    if node.op in PATTERNS:
        names = ("first", "second")
        say = _inside_condition if node.op == "not" else _inside
        return str(PATTERNS[node.op]) % {name: say(part) for name, part in zip(names, node.of, strict=False)}
    return _PHRASES[node.op](node)


def reckoning(node: Node, found: list[str]) -> str:
    """The sum that was done, with the values of its parts: 「500円 × 1.2」."""
    if node.op in JOINTS:
        return JOINTS[node.op].join(found)
    if node.op in ROUNDINGS:
        return str(WAYS[node.detail[1]]) % {"first": found[0], "unit": _unit(node)}
    return str(PATTERNS[node.op]) % {"first": found[0], "second": found[1]}


def value_words(value: Any, node: Node) -> str:
    """A value of this node's kind, as people write it."""
    if value is None:
        return _("未定")
    return _VALUES[node.kind](value, node)


def condition(node: Node) -> str:
    """The part as a condition: a question with yes and no is said with its answer."""
    if node.op in {"name", "row"}:
        return _("%(first)sが%(second)s") % {"first": said(node.detail.words), "second": _("「はい」")}
    return phrase(node)


def _inside(node: Node) -> str:
    # What joins several parts is set apart inside of something else.
    return f"（{phrase(node)}）" if node.op in {"and", "or", "if", *JOINTS, "subtract", "divide"} else phrase(node)


def _inside_condition(node: Node) -> str:
    return condition(node) if node.op in {"name", "row"} else _inside(node)


def _name(node: Node) -> str:
    return said(node.detail.words)


def _literal(node: Node) -> str:
    return value_words(node.detail, node)


def _joined(node: Node) -> str:
    joint = _(" かつ ") if node.op == "and" else _(" または ")
    return joint.join(_inside_condition(part) for part in node.of)


def _calculated(node: Node) -> str:
    return JOINTS[node.op].join(_inside(part) for part in node.of)


def _extreme(node: Node) -> str:
    parts = {"parts": _("、").join(_inside(part) for part in node.of)}
    return (_("%(parts)sのうち最小") if node.op == "min" else _("%(parts)sのうち最大")) % parts


def _listed(values: tuple[Any, ...], node: Node, joint: str) -> str:
    return joint.join(
        _chosen(value, node) if node.kind is Kind.CHOICES else value_words(value, node) for value in values
    )


def _among(node: Node) -> str:
    values = _listed(node.detail, node.of[0], pgettext("joins values", "か"))
    return _("%(first)sが%(values)sのどれか") % {"first": _inside(node.of[0]), "values": values}


def _includes_any(node: Node) -> str:
    values = _listed(node.detail, node.of[0], pgettext("joins values", "か"))
    return _("%(first)sで%(values)sを選んだ") % {"first": _inside(node.of[0]), "values": values}


def _includes_all(node: Node) -> str:
    values = _listed(node.detail, node.of[0], pgettext("joins values", "と"))
    return _("%(first)sで%(values)sを選んだ") % {"first": _inside(node.of[0]), "values": values}


def _rounded(node: Node) -> str:
    return str(WAYS[node.detail[1]]) % {"first": _inside(node.of[0]), "unit": _unit(node)}


def _unit(node: Node) -> str:
    to, _way = node.detail
    return _amount(int(to), node) if node.kind is Kind.MONEY else _number(to, node)


def _if(node: Node) -> str:
    cases = zip(node.of[:-1:2], node.of[1:-1:2], strict=True)
    told = [
        _("%(condition)sのときは%(value)s") % {"condition": condition(when), "value": phrase(then)}
        for when, then in cases
    ]
    return _("、").join([*told, _("それ以外は%(value)s") % {"value": phrase(node.of[-1])}])


def _first_answered(node: Node) -> str:
    first, *others = (_inside(part) for part in node.of)
    return _("%(first)s（なければ%(others)s）") % {"first": first, "others": _("、").join(others)}


def _looked_up(node: Node) -> str:
    keys = pgettext("joins values", "と").join(_inside(key) for key in node.of)
    return _("表「%(table)s」で%(keys)sに当たるもの") % {"table": said(node.detail.words), "keys": keys}


def _over_rows(node: Node) -> str:
    rows = said(node.of[0].detail.words)
    if node.detail:
        rows = _("%(rows)s（%(where)sもの）") % {"rows": rows, "where": condition(node.of[-1])}
    first = "" if node.op == "count" else condition(node.of[1]) if node.kind is Kind.TRUTH else _inside(node.of[1])
    return str(OVER_ROWS[node.op]) % {"rows": rows, "first": first}


_PHRASES: dict[str, Callable[[Node], str]] = {
    "literal": _literal,
    "name": _name,
    "row": _name,
    "and": _joined,
    "or": _joined,
    **dict.fromkeys(JOINTS, _calculated),
    "min": _extreme,
    "max": _extreme,
    "among": _among,
    "includes-any": _includes_any,
    "includes-all": _includes_all,
    "round": _rounded,
    "yen": _rounded,
    "if": _if,
    "first-answered": _first_answered,
    "look-up": _looked_up,
    **dict.fromkeys(OVER_ROWS, _over_rows),
}


def _truth(value: bool, node: Node) -> str:  # noqa: ARG001 - every kind takes both
    return _("「はい」") if value else _("「いいえ」")


def _number(value: Decimal, node: Node) -> str:  # noqa: ARG001
    # 1.50 is 1.5, and 100 is not 1E+2.
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _amount(value: int, node: Node) -> str:  # noqa: ARG001
    return _("%(amount)s円") % {"amount": f"{value:,}"}


def _text(value: str, node: Node) -> str:  # noqa: ARG001
    return _("「%(text)s」") % {"text": value}


def _date(value: date, node: Node) -> str:  # noqa: ARG001
    return _("%(year)d年%(month)d月%(day)d日") % {"year": value.year, "month": value.month, "day": value.day}


def _chosen(value: str, node: Node) -> str:
    return _("「%(text)s」") % {"text": said(node.choices.get(value, value))}


def _all_chosen(value: frozenset[str], node: Node) -> str:
    known = [key for key in node.choices if key in value]
    return _("、").join(_chosen(key, node) for key in [*known, *sorted(value - set(known))]) or _("なし")


def _rows(value: Any, node: Node) -> str:  # noqa: ARG001
    return _("%(number)d件") % {"number": len(value)}


_VALUES: dict[Kind, Callable[[Any, Node], str]] = {
    Kind.TRUTH: _truth,
    Kind.NUMBER: _number,
    Kind.MONEY: _amount,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.CHOICE: _chosen,
    Kind.CHOICES: _all_chosen,
    Kind.ROWS: _rows,
}
