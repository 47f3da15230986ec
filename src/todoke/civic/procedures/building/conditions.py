"""Conditions that are put together by choosing: question, comparison, value, joined by all or any.

Formulas can say more than that. `rule_of` gives None for what the chooser does not know; it is shown in words then, and
kept or removed as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name, Scope
from todoke.shared.paperwork.types import Json


class Comparison(StrEnum):
    """What may be said about an answer."""

    YES = "yes"
    NO = "no"
    IS = "is"
    IS_NOT = "is-not"
    INCLUDES = "includes"
    AT_LEAST = "at-least"
    MORE = "more"
    AT_MOST = "at-most"
    LESS = "less"
    AGE_FROM = "age-from"
    AGE_BELOW = "age-below"
    ANSWERED = "answered"
    NOT_ANSWERED = "not-answered"


WORDS = {
    Comparison.YES: _("「はい」である"),
    Comparison.NO: _("「いいえ」である"),
    Comparison.IS: _("次と同じ"),
    Comparison.IS_NOT: _("次と違う"),
    Comparison.INCLUDES: _("次を選んでいる"),
    Comparison.AT_LEAST: _("次の値以上"),
    Comparison.MORE: _("次の値より大きい"),
    Comparison.AT_MOST: _("次の値以下"),
    Comparison.LESS: _("次の値より小さい"),
    Comparison.AGE_FROM: _("年齢が次の歳以上"),
    Comparison.AGE_BELOW: _("年齢が次の歳未満"),
    Comparison.ANSWERED: _("答えがある"),
    Comparison.NOT_ANSWERED: _("答えがない"),
}
_ORDER = (Comparison.AT_LEAST, Comparison.MORE, Comparison.AT_MOST, Comparison.LESS)
_SAME = (Comparison.IS, Comparison.IS_NOT)
_SAID = (Comparison.ANSWERED, Comparison.NOT_ANSWERED)
OFFERED: dict[Kind, tuple[Comparison, ...]] = {
    Kind.TRUTH: (Comparison.YES, Comparison.NO, *_SAID),
    Kind.CHOICE: (*_SAME, *_SAID),
    Kind.CHOICES: (Comparison.INCLUDES, *_SAID),
    Kind.NUMBER: (*_ORDER, *_SAME, *_SAID),
    Kind.MONEY: (*_ORDER, *_SAME, *_SAID),
    Kind.DATE: (Comparison.AGE_FROM, Comparison.AGE_BELOW, *_ORDER, *_SAME, *_SAID),
    Kind.TEXT: (*_SAID, *_SAME),
    Kind.ROWS: _SAID,
}
WITHOUT_VALUE = frozenset({Comparison.YES, Comparison.NO, *_SAID})
_AGES = {Comparison.AGE_FROM: "at-least", Comparison.AGE_BELOW: "less"}
_OPERATORS = {
    Comparison.IS: "equal",
    Comparison.IS_NOT: "differs",
    **{each: each.value for each in _ORDER},
}
_COMPARISONS = {operator: comparison for comparison, operator in _OPERATORS.items()}
JOINED = {"and": _("すべてに当てはまる"), "or": _("どれかに当てはまる")}


@dataclass(frozen=True)
class Clause:
    """One line of a rule: about which question, which comparison, and the value as it is typed or chosen."""

    name: str
    comparison: Comparison
    value: str = ""


@dataclass(frozen=True)
class Rule:
    """Lines that are joined by `and` or by `or`."""

    clauses: tuple[Clause, ...]
    joined: str = "and"


NOT_CHOSEN = _("選択肢を選んでください。")


class NoValue(Exception):
    """A value is missing or cannot be read; `says` how it is written."""

    def __init__(self, says: Any) -> None:
        super().__init__()
        self.says = says


def rule_of(formula: Json, scope: Scope) -> Rule | None:
    """The rule that says what this formula says; None for one that the chooser cannot show."""
    joined, parts = "and", [formula]
    if isinstance(formula, dict) and formula.get("op") in JOINED and isinstance(formula.get("of"), list):
        joined, parts = formula["op"], formula["of"]
    clauses = [_clause_of(part, scope) for part in parts]
    known = tuple(each for each in clauses if each is not None)
    return Rule(known, joined) if known and len(known) == len(clauses) else None


def written(rule: Rule, scope: Scope) -> Json:
    """The formula of a rule; None for one without lines. Raises NoValue."""
    parts = [_written(clause, scope[clause.name]) for clause in rule.clauses]
    if len(parts) < 2:
        return parts[0] if parts else None
    return {"op": rule.joined, "of": parts}


def _written(clause: Clause, name: Name) -> Json:
    about = {"name": clause.name}
    if clause.comparison not in OFFERED[name.kind]:
        raise NoValue(_("この質問には、この比べ方は使えません。選び直してください。"))
    match clause.comparison:
        case Comparison.YES | Comparison.NO:
            return {"op": "equal", "of": [about, clause.comparison is Comparison.YES]}
        case Comparison.ANSWERED:
            return {"op": "answered", "of": [about]}
        case Comparison.NOT_ANSWERED:
            return {"op": "not", "of": [{"op": "answered", "of": [about]}]}
        case Comparison.INCLUDES:
            return {"op": "includes-any", "of": [about], "values": [_chosen(clause.value, name)]}
        case Comparison.AGE_FROM | Comparison.AGE_BELOW:
            age = {"op": "age-on", "of": [about, {"op": "today"}]}
            return {"op": _AGES[clause.comparison], "of": [age, whole_of(clause.value)]}
    return {"op": _OPERATORS[clause.comparison], "of": [about, _value(clause.value, name)]}


def _value(text: str, name: Name) -> Json:
    match name.kind:
        case Kind.CHOICE:
            return _chosen(text, name)
        case Kind.MONEY:
            return {"yen": whole_of(text)}
        case Kind.NUMBER:
            return number_of(text)
        case Kind.DATE:
            return {"date": date_of(text)}
    if not text.strip():
        raise NoValue(_("空です。値を書いてください。"))
    return text.strip()


def _chosen(text: str, name: Name) -> str:
    if text not in name.choices:
        raise NoValue(NOT_CHOSEN)
    return text


def date_of(text: str) -> str:
    """A date as formulas write it. Raises NoValue."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NoValue(_("日付を選んでください。")) from None


def whole_of(text: str) -> int:
    """A whole number of 0 or more, as it is typed. Raises NoValue."""
    number = number_of(text)
    if not isinstance(number, int) or number < 0:
        raise NoValue(_("0以上の整数を書いてください。"))
    return number


def number_of(text: str) -> Json:
    """A number as formulas write it, of what is typed. Raises NoValue."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise NoValue(_("数字で書いてください。")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise NoValue(_("数字で書いてください。"))
    return int(number) if number == int(number) else {"number": format(number.normalize(), "f")}


def _clause_of(part: Json, scope: Scope) -> Clause | None:
    if not isinstance(part, dict):
        return None
    operator, of = part.get("op"), part.get("of")
    if not isinstance(of, list) or not of:
        return None
    name = _named(of[0], scope)
    if operator == "not":
        inner = _clause_of(of[0], scope)
        is_said = inner is not None and inner.comparison is Comparison.ANSWERED
        return replace(inner, comparison=Comparison.NOT_ANSWERED) if inner and is_said else None
    if name is None:
        return _age_of(of[0], operator, of, scope)
    if operator == "answered":
        return Clause(name.key, Comparison.ANSWERED)
    return _chosen_of(name, part) if operator == "includes-any" else _compared(name, operator, of)


def _chosen_of(name: Name, part: Mapping[str, Json]) -> Clause | None:
    values = part.get("values")
    one = values[0] if isinstance(values, list) and len(values) == 1 else None
    return Clause(name.key, Comparison.INCLUDES, str(one)) if one in name.choices else None


def _compared(name: Name, operator: Any, of: Sequence[Json]) -> Clause | None:
    if len(of) != 2 or operator not in _COMPARISONS:
        return None
    if name.kind is Kind.TRUTH:
        wanted = of[1] if operator == "equal" else not of[1]
        return Clause(name.key, Comparison.YES if wanted else Comparison.NO) if isinstance(of[1], bool) else None
    comparison, text = _COMPARISONS[operator], _text_of(of[1])
    if text is None or comparison not in OFFERED[name.kind] or (name.kind is Kind.CHOICE and text not in name.choices):
        return None
    return Clause(name.key, comparison, text)


def _age_of(about: Json, operator: Any, of: Sequence[Json], scope: Scope) -> Clause | None:
    inner = about.get("of") if isinstance(about, dict) and about.get("op") == "age-on" else None
    if not isinstance(inner, list) or len(inner) != 2 or inner[1] != {"op": "today"} or len(of) != 2:
        return None
    name, text = _named(inner[0], scope), _text_of(of[1])
    comparison = next((each for each, own in _AGES.items() if own == operator), None)
    return None if name is None or comparison is None or text is None else Clause(name.key, comparison, text)


def _named(part: Json, scope: Scope) -> Name | None:
    return scope.get(part["name"]) if isinstance(part, dict) and set(part) == {"name"} else None


def _text_of(part: Json) -> str | None:
    if isinstance(part, dict) and len(part) == 1:
        part = next((part[key] for key in ("yen", "number", "date") if key in part), None)
    return str(part) if isinstance(part, str | int) and not isinstance(part, bool) else None
