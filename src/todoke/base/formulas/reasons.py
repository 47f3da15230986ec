"""Why a formula came out as it did: the parts that decided, with what was answered."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.formulas.kinds import Kind, said
from todoke.base.formulas.nodes import Node
from todoke.base.formulas.wording import RECKONED, condition, phrase, reckoning, value_words

REASONS_MAX = 20
Ask = Callable[[Node], Any]


def reasons_for(node: Node, ask: Ask) -> list[str]:
    """At most twenty lines, the deciding ones first; `ask` gives the value of a part."""
    return list(islice(dict.fromkeys(_reasons(node, ask)), REASONS_MAX))


def _reasons(node: Node, ask: Ask) -> Iterator[str]:
    if node.op in {"and", "or"}:
        return _of_joined(node, ask)
    if node.op == "not":
        return _reasons(node.of[0], ask)
    if node.op == "if":
        return _of_if(node, ask)
    if node.kind is Kind.TRUTH:
        return _of_condition(node, ask)
    return _of_value(node, ask)


def _of_joined(node: Node, ask: Ask) -> Iterator[str]:
    """One part that is against decides an `and`, one that is for it an `or`; otherwise all do."""
    outcome = ask(node)
    decisive = [part for part in node.of if ask(part) is outcome]
    return chain.from_iterable(_reasons(part, ask) for part in decisive)


def _of_if(node: Node, ask: Ask) -> Iterator[str]:
    passed: list[Node] = []
    for when, then in zip(node.of[:-1:2], node.of[1:-1:2], strict=True):
        found = ask(when)
        if found is None:
            yield from _reasons(when, ask)
            return
        if found:
            yield from _therefore([when], then, ask)
            return
        passed.append(when)
    yield from _therefore(passed, node.of[-1], ask)


def _therefore(whens: list[Node], then: Node, ask: Ask) -> Iterator[str]:
    """「区分が「夜間」のため、1.2」"""
    why = _("、").join(dict.fromkeys(chain.from_iterable(_reasons(when, ask) for when in whens)))
    yield _("%(why)sのため、%(value)s") % {"why": why, "value": value_words(ask(then), then)}
    if then.op != "literal":
        yield from _reasons(then, ask)


def _of_condition(node: Node, ask: Ask) -> Iterator[str]:
    outcome = ask(node)
    if outcome is None:
        yield from _missing(node, ask)
    elif outcome or node.op == "literal":
        yield condition(node)
    else:
        yield _("「%(condition)s」に当たらない%(answers)s") % {
            "condition": condition(node),
            "answers": _answers(node, ask),
        }


def _answers(node: Node, ask: Ask) -> str:
    told = [_answer(part, ask) for part in node.of if part.op != "literal" and part.kind is not Kind.ROWS]
    return f"（{_('、').join(told)}）" if told else ""


def _answer(node: Node, ask: Ask) -> str:
    # Inside of a group every entry has its own answer: none of them is shown as if it were the only one.
    if node.speaks_of_an_entry():
        return phrase(node)
    return _("%(name)s：%(value)s") % {"name": phrase(node), "value": value_words(ask(node), node)}


def _of_value(node: Node, ask: Ask) -> Iterator[str]:
    outcome = ask(node)
    if node.op == "literal":
        return
    if outcome is None:
        yield from _missing(node, ask)
    elif node.op == "look-up":
        why = _("、").join(_answer(key, ask) for key in node.of)
        yield _("%(why)sのため、%(value)s") % {"why": why, "value": value_words(outcome, node)}
    elif node.op == "first-answered":
        yield from _reasons(next(part for part in node.of if ask(part) is not None), ask)
    elif node.op in RECKONED:
        yield from chain.from_iterable(_reasons(part, ask) for part in node.of)
        done = reckoning(node, [value_words(ask(part), part) for part in node.of])
        yield f"{done} = {value_words(outcome, node)}"
    else:
        if not any(part.kind is Kind.ROWS for part in node.of):
            yield from chain.from_iterable(_reasons(part, ask) for part in node.of if part.op not in {"name", "row"})
        yield _("%(name)s：%(value)s") % {"name": phrase(node), "value": value_words(outcome, node)}


def _missing(node: Node, ask: Ask) -> Iterator[str]:
    names = {said(part.detail.words): None for part in node.walk() if part.op == "name" and ask(part) is None}
    if names:
        yield _("まだ答えがありません：%(names)s") % {"names": _("、").join(names)}
    else:
        yield _("計算できません：%(phrase)s") % {"phrase": phrase(node)}
