"""The computed values of a draft: added, changed, removed, and what each of them rests on."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from todoke.base.formulas import Scope
from todoke.civic.procedures.building.pages import (
    NotThere,
    StillUsed,
    free_key,
    names_in,
    questions_of,
    uses_of,
)
from todoke.shared.paperwork.answers import COMPUTED
from todoke.shared.paperwork.types import Json, Words


def computed_in(document: Json) -> dict[str, Any]:
    """Every computed value by its key, in the order of the form."""
    found: dict[str, Any] = document["form"].get("computed", {})
    return found


def computed_of(document: Json, key: str) -> dict[str, Any]:
    """The computed value with this key. Raises NotThere."""
    if key not in computed_in(document):
        raise NotThere(key)
    found: dict[str, Any] = computed_in(document)[key]
    return found


def labels_of(document: Json) -> list[tuple[str, str]]:
    """The computed values and their names."""
    return [(key, Words(each.get("label", {})).say() or key) for key, each in computed_in(document).items()]


def put_computed(document: Json, key: str, label: Mapping[str, str], formula: Json) -> Json:
    """The draft with this computed value under its key; with "" it is a new one."""
    made = deepcopy(document)
    key = key or new_key(made)
    made["form"].setdefault("computed", {})[key] = {"label": dict(label), "formula": deepcopy(formula)}
    return made


def new_key(document: Json) -> str:
    """The key of the next computed value."""
    questions = {question["key"] for _page, question in questions_of(document)}
    return free_key("sum", questions | set(computed_in(document)))


def remove_computed(document: Json, key: str) -> Json:
    """The draft without it, and without its place in letters and tests. Raises NotThere, and StillUsed while a
    formula speaks about it or a question shows it.
    """
    computed_of(document, key)
    if places := [*uses_of(document, key), *_shown_by(document, key)]:
        raise StillUsed(places)
    made = deepcopy(document)
    del made["form"]["computed"][key]
    for use in made.get("letters", {}).values():
        if isinstance(use, dict) and isinstance(use.get("facts"), dict):
            use["facts"] = {name: each for name, each in use["facts"].items() if each != key}
    for test in made.get("tests", []):
        test.get("expects", {}).get("computed", {}).pop(key, None)
    return made


def _shown_by(document: Json, key: str) -> list[str]:
    return [
        question.get("label", {}).get("ja", "")
        for _page, question in questions_of(document)
        if question["kind"] == COMPUTED and question.get("settings", {}).get("of") == key
    ]


def roots_of(document: Json, key: str) -> set[str]:
    """The questions and computed values on which this name rests, in the end and on the way; itself among them."""
    found, waiting = set(), [key]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += names_in(computed_in(document).get(name, {}).get("formula"))
    return found


def scope_of(document: Json, scope: Scope, key: str) -> Scope:
    """What the formula of this computed value may speak about: all that does not rest on it, so that nothing turns
    in a circle.
    """
    return {name: each for name, each in scope.items() if not key or key not in roots_of(document, name)}


def known_before(document: Json, scope: Scope, earlier: set[str]) -> Scope:
    """What is known once these questions are answered: they, and what is computed from them alone."""
    computed = computed_in(document)
    return {
        name: each
        for name, each in scope.items()
        if name in earlier or (name in computed and roots_of(document, name) - set(computed) <= earlier)
    }
