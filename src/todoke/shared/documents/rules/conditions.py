"""Conditions on the blocks of a letter: `when` is a formula (式) over the letter's facts; docs/running/formulas.md.

A condition that is not met, or asks for a fact that is not there, leaves its block out.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from todoke.base.formulas import Circumstances, Fault, Formula, Kind, Name, Unsound, canonical, compile_formula
from todoke.shared.documents.rules.facts import FactName

KINDS = {
    "text": Kind.TEXT,
    "lines": Kind.TEXT,
    "date": Kind.DATE,
    "money": Kind.MONEY,
    "number": Kind.NUMBER,
    "truth": Kind.TRUTH,
}
# What makes a paper a document of the city: no letter can do without, whatever its facts.
ALWAYS = ("number", "date", "sender", "qr")


def faults_of_condition(when: Any, names: Mapping[str, FactName]) -> Sequence[Fault]:
    """What is wrong with a condition, each with its place in the formula."""
    try:
        compile_formula(when, _scope(tuple(names.values())), Kind.TRUTH)
    except Unsound as unsound:
        return unsound.faults
    return ()


def left_out(
    blocks: Sequence[Mapping[str, Any]],
    names: Mapping[str, FactName],
    facts: Mapping[str, Any],
    circumstances: Circumstances,
) -> frozenset[int]:
    """The numbers of the blocks whose condition these facts do not meet on this day."""
    told = tuple(names.values())
    return frozenset(
        number
        for number, block in enumerate(blocks)
        if block.get("when") is not None and not _compiled(canonical(block["when"]), told).value(facts, circumstances)
    )


def has_conditions(blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any block stands under a condition."""
    return any(block.get("when") is not None for block in blocks)


@lru_cache(maxsize=256)
def _compiled(when: str, names: tuple[FactName, ...]) -> Formula:
    # The same condition stands on ten thousand notices: it is read once.
    return compile_formula(json.loads(when), _scope(names), Kind.TRUTH)


def _scope(names: tuple[FactName, ...]) -> dict[str, Name]:
    return {each.key: Name(each.key, KINDS[each.kind], each.words) for each in names if each.kind in KINDS}
