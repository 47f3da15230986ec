"""Pages and questions of a draft: added, moved, changed, removed. Keys are given here and never shown to anybody."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from todoke.shared.paperwork.document import read_document
from todoke.shared.paperwork.types import Json

# Parts of a test's expectations that are lists of questions.
NAMING = ("asked", "not_asked", "troubled", "brought", "left_out")


class NotThere(LookupError):
    """The page, the question or the part is not in the draft (any more)."""


class StillUsed(Exception):
    """A question cannot go while conditions speak about it; `places` say where."""

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__(", ".join(places))
        self.places = tuple(places)


def page_of(document: Json, key: str) -> dict[str, Any]:
    """The page with this key, to be read or changed in place."""
    for page in document["form"].get("pages", []):
        if page["key"] == key:
            return page
    raise NotThere(key)


def questions_of(document: Json) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every question with its page, in the order of the form."""
    for page in document["form"].get("pages", []):
        for question in page.get("questions", []):
            yield page, question


def question_of(document: Json, key: str) -> dict[str, Any]:
    """The question with this key, to be read or changed in place."""
    return _placed(document, key)[1]


def add_page(document: Json, title: Mapping[str, str]) -> tuple[Json, str]:
    """The draft with an empty page at the end, and its key."""
    made = deepcopy(document)
    pages = made["form"].setdefault("pages", [])
    key = free_key("p", {page["key"] for page in pages})
    pages.append({"key": key, "title": dict(title), "questions": []})
    return made, key


def change_page(document: Json, key: str, **parts: Json) -> Json:
    """The draft with these parts of a page (`title`, `help`) in place of what was there; an empty part goes."""
    made = deepcopy(document)
    _take(page_of(made, key), parts)
    return made


def move_page(document: Json, key: str, by: int) -> Json:
    """The draft with a page one place up (-1) or down (1); at the edge nothing moves."""
    made = deepcopy(document)
    _swap(made["form"]["pages"], made["form"]["pages"].index(page_of(made, key)), by)
    return made


def remove_page(document: Json, key: str) -> Json:
    """The draft without a page and its questions. Raises StillUsed."""
    made = deepcopy(document)
    page = page_of(made, key)
    # From the last one on: a condition speaks about earlier questions only.
    for question in reversed(page.get("questions", [])):
        made = remove_question(made, question["key"])
    made["form"]["pages"].remove(page_of(made, key))
    return made


def add_question(document: Json, page: str, question: Mapping[str, Any]) -> tuple[Json, str]:
    """The draft with a question at the end of a page, and its key; it gets one of its own where it has none."""
    made = deepcopy(document)
    taken = {each["key"] for _page, each in questions_of(made)} | set(made["form"].get("computed", {}))
    key = str(question.get("key") or free_key(f"{page}.q", taken))
    page_of(made, page).setdefault("questions", []).append({**deepcopy(dict(question)), "key": key})
    return made, key


def add_from_block(document: Json, page: str, questions: Sequence[Mapping[str, Any]]) -> Json:
    """The draft with standard questions at the end of a page; what is in the form already is not added again."""
    made = document
    for question in questions:
        if question["key"] not in {each["key"] for _page, each in questions_of(made)}:
            made, _key = add_question(made, page, question)
    return made


def change_question(document: Json, key: str, **parts: Json) -> Json:
    """The draft with these parts of a question in place of what was there; an empty part goes."""
    made = deepcopy(document)
    _take(question_of(made, key), parts)
    return made


def move_question(document: Json, key: str, by: int) -> Json:
    """The draft with a question one place up or down; over the edge of its page into the next one."""
    made = deepcopy(document)
    pages = made["form"]["pages"]
    page, question = _placed(made, key)
    here, there = page["questions"].index(question), pages.index(page) + by
    if 0 <= here + by < len(page["questions"]):
        _swap(page["questions"], here, by)
    elif 0 <= there < len(pages):
        page["questions"].remove(question)
        beside = pages[there].setdefault("questions", [])
        beside.insert(len(beside) if by < 0 else 0, question)
    return made


def remove_question(document: Json, key: str) -> Json:
    """The draft without a question, and without what hangs on it alone: its paper, its place in letters and tests.

    Raises StillUsed while a condition or a fee speaks about it.
    """
    if places := uses_of(document, key):
        raise StillUsed(places)
    made = deepcopy(document)
    page, question = _placed(made, key)
    page["questions"].remove(question)
    for part, kept in (
        ("attachments", [each for each in made.get("attachments", []) if each["question"] != key]),
        ("addressee", [each for each in made.get("addressee", []) if each != key]),
    ):
        if part in made:
            made[part] = kept
    for use in made.get("letters", {}).values():
        if isinstance(use, dict) and isinstance(use.get("facts"), dict):
            use["facts"] = {name: each for name, each in use["facts"].items() if each != key}
    for test in made.get("tests", []):
        test.get("typed", {}).pop(key, None)
        expects = test.get("expects", {})
        expects.update({name: [each for each in expects[name] if each != key] for name in NAMING if name in expects})
    return made


def uses_of(document: Json, key: str) -> list[str]:
    """Where formulas speak about this question: the labels of questions and pages, or the part of the procedure."""
    return [
        words.get("ja", "")
        for owner, words, formulas in _formulas(document)
        if owner != key and key in names_in(list(formulas))
    ]


def _formulas(document: Json) -> Iterator[tuple[str, Mapping[str, str], tuple[Json, ...]]]:
    """Whatever has formulas: the question or computed value that owns them ("": none), its words, the formulas."""
    form = document["form"]
    for page in form.get("pages", []):
        yield "", page["title"], (page.get("visible"),)
        for question in page.get("questions", []):
            yield question["key"], question.get("label", {}), (question.get("visible"), question.get("required"))
    for key, each in form.get("computed", {}).items():
        yield key, each.get("label", {}), (each.get("formula"),)
    for condition in document.get("conditions", []):
        yield "", condition["says"], (condition.get("formula"),)
    for paper in document.get("attachments", []):
        yield paper["question"], paper["name"], (paper.get("needed"), paper.get("left_out"))
    if fee := document.get("fee"):
        yield "", fee["words"], (fee.get("formula"),)


def names_in(formula: Json) -> set[str]:
    """The questions that a formula speaks about, whatever its shape."""
    if isinstance(formula, dict):
        own = {formula["name"]} if isinstance(formula.get("name"), str) else set()
        own |= {formula["over"]} if isinstance(formula.get("over"), str) else set()
        return own.union(*(names_in(each) for each in formula.values()))
    if isinstance(formula, list):
        return set().union(*(names_in(each) for each in formula))
    return set()


def earlier_than(document: Json, key: str) -> set[str]:
    """The questions before this question or page: what its conditions may speak about."""
    earlier: set[str] = set()
    for page in read_document(document["form"]).pages:
        if page.key == key:
            return earlier
        for question in page.questions:
            if question.key == key:
                return earlier
            earlier.add(question.key)
    return earlier


def _placed(document: Json, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for page, question in questions_of(document):
        if question["key"] == key:
            return page, question
    raise NotThere(key)


def _take(where: dict[str, Any], parts: Mapping[str, Json]) -> None:
    for name, part in parts.items():
        if part in (None, {}, [], ""):
            where.pop(name, None)
        else:
            where[name] = deepcopy(part)


def _swap(things: list[Any], place: int, by: int) -> None:
    if 0 <= place + by < len(things):
        things[place], things[place + by] = things[place + by], things[place]


def free_key(stem: str, taken: set[str]) -> str:
    """The first key of this stem that is not taken."""
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
