"""The parts of a draft outside its form: facts, conditions, papers, fee, letters, tests; and each formula by its place.

Places of formulas: `page:KEY`, `visible:KEY`, `required:KEY`, `condition:N`, `needed:N`, `left-out:N`, `fee:N`.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from todoke.base.formulas import Scope
from todoke.civic.procedures.building.fees import FeeLine, Tariff, formula_of, tariff_of
from todoke.civic.procedures.building.pages import NotThere, page_of, question_of
from todoke.shared.paperwork.types import Json

LISTS = {"condition": "conditions", "needed": "attachments", "left-out": "attachments"}
PARTS = {"page": "visible", "visible": "visible", "required": "required", "condition": "formula"}
PARTS |= {"needed": "needed", "left-out": "left_out"}


def with_parts(document: Json, **parts: Json) -> Json:
    """The draft with these parts in place of what was there; an empty one goes."""
    made = deepcopy(document)
    for name, part in parts.items():
        if part in (None, "", {}, []):
            made.pop(name, None)
        else:
            made[name] = deepcopy(part)
    return made


def changed(entered: Mapping[str, Json], shown: Mapping[str, Json]) -> dict[str, Json]:
    """The parts that somebody has really changed: the order of ticks says nothing, and what was not there stays so."""
    return {name: part for name, part in entered.items() if _compared(part) != _compared(shown.get(name))}


def _compared(part: Json) -> Json:
    return sorted(map(str, part)) if isinstance(part, list | tuple) else part or None


def with_form_words(document: Json, title: Mapping[str, str], intro: Mapping[str, str]) -> Json:
    """The draft with these words over its form."""
    made = deepcopy(document)
    made["form"] |= {"title": dict(title), "intro": dict(intro)}
    return made


def entry_of(document: Json, name: str, number: int) -> dict[str, Any]:
    """One of several: a condition, a paper, a test."""
    found = document.get(name, [])
    if not 0 <= number < len(found):
        raise NotThere(f"{name}.{number}")
    entry: dict[str, Any] = found[number]
    return entry


def put_entry(document: Json, name: str, number: int, entry: Mapping[str, Any]) -> Json:
    """The draft with this condition, paper or test in the place of that number; past the end it is added."""
    made = deepcopy(document)
    entries = made.setdefault(name, [])
    entries[number : number + 1] = [{key: deepcopy(part) for key, part in entry.items() if part is not None}]
    return made


def remove_entry(document: Json, name: str, number: int) -> Json:
    """The draft without it."""
    made = deepcopy(document)
    entry_of(made, name, number)
    del made[name][number]
    return made


def rule_at(document: Json, place: str) -> Json:
    """The formula at this place; None where there is none."""
    kind, key = _read(place)
    if kind == "fee":
        return _line(_tariff(document), key).when
    found = _holder(document, kind, key).get(PARTS[kind])
    return None if isinstance(found, bool) else found


def put_rule(document: Json, place: str, formula: Json, scope: Scope) -> Json:
    """The draft with this formula at its place; with None nobody is asked for it there any more."""
    kind, key = _read(place)
    made = deepcopy(document)
    if kind == "fee":
        tariff = _tariff(made)
        changed_line = replace(_line(tariff, key), when=formula)
        lines = [changed_line if number == _number(key) else line for number, line in enumerate(tariff.lines)]
        return _with_lines(made, tariff, lines, scope)
    holder = _holder(made, kind, key)
    # Who may apply and what may be left out always have a formula: nobody is refused, nothing is left out.
    formula = {"condition": True, "left-out": False}.get(kind) if formula is None else formula
    if formula is None:
        holder.pop(PARTS[kind], None)
    else:
        holder[PARTS[kind]] = formula
    return made


def _read(place: str) -> tuple[str, str]:
    kind, _colon, key = place.partition(":")
    if kind != "fee" and kind not in PARTS:
        raise NotThere(place)
    return kind, key


def _holder(document: Json, kind: str, key: str) -> dict[str, Any]:
    if kind == "page":
        return page_of(document, key)
    if kind in LISTS:
        return entry_of(document, LISTS[kind], _number(key))
    return question_of(document, key)


def move_fee_line(document: Json, key: str, by: int, scope: Scope) -> Json:
    """The draft with a line of its fee one place up or down; at the edge nothing moves."""
    tariff = _tariff(document)
    _line(tariff, key)
    lines, place = list(tariff.lines), _number(key)
    if 0 <= place + by < len(lines):
        lines[place], lines[place + by] = lines[place + by], lines[place]
    return _with_lines(document, tariff, lines, scope)


def remove_fee_line(document: Json, key: str, scope: Scope) -> Json:
    """The draft without a line of its fee; with the last one the fee is gone."""
    tariff = _tariff(document)
    gone = _line(tariff, key)
    lines = [line for line in tariff.lines if line is not gone]
    return _with_lines(document, tariff, lines, scope) if lines else with_parts(document, fee=None)


def _with_lines(document: Json, tariff: Tariff, lines: list[FeeLine], scope: Scope) -> Json:
    made = deepcopy(document)
    made["fee"]["formula"] = formula_of(replace(tariff, lines=tuple(lines)), scope)
    return made


def _tariff(document: Json) -> Tariff:
    tariff = tariff_of(document["fee"]["formula"]) if document.get("fee") else None
    if tariff is None:
        raise NotThere("fee")
    return tariff


def _line(tariff: Tariff, key: str) -> FeeLine:
    if _number(key) >= len(tariff.lines):
        raise NotThere(f"fee:{key}")
    return tariff.lines[_number(key)]


def _number(key: str) -> int:
    if not (key.isascii() and key.isdigit() and len(key) < 5):
        raise NotThere(key)
    return int(key)
