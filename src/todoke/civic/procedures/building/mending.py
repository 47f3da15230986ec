"""Where in the builder a fault is mended: the publish gate names places of the document, people need a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from todoke.shared.paperwork.types import Fault, Json


class Area(StrEnum):
    """The parts of the builder, one page or more each."""

    BASICS = "basics"
    FORM = "form"
    COMPUTED = "computed"
    HANDLING = "handling"
    WHO = "who"
    PAPERS = "papers"
    FEE = "fee"
    TESTS = "tests"


@dataclass(frozen=True)
class Mending:
    """A fault with its place: the area, and what of it (a page, a question, a computed value by its key; a number)."""

    fault: Fault
    area: Area
    page: str = ""
    question: str = ""
    number: int | None = None
    computed: str = ""


_AREAS = {
    "form": Area.FORM,
    "conditions": Area.WHO,
    "attachments": Area.PAPERS,
    "fee": Area.FEE,
    "tests": Area.TESTS,
    **dict.fromkeys(
        ("flow", "route", "letters", "retention", "level", "channels", "proxies", "audience", "standard_days"),
        Area.HANDLING,
    ),
    "addressee": Area.HANDLING,
}


_COMPUTED = "form.computed."


def mendings(document: Json, faults: Iterable[Fault]) -> list[Mending]:
    """Each fault with the place in the builder where it is mended."""
    return [_mending(document, fault) for fault in faults]


def _mending(document: Json, fault: Fault) -> Mending:
    if fault.where.startswith(_COMPUTED):
        # The key of a computed value may have a full stop in it; behind the slash stands a place in its formula.
        return Mending(fault, Area.COMPUTED, computed=fault.where.removeprefix(_COMPUTED).partition("/")[0])
    parts = fault.where.replace("/", ".").split(".")
    area = _AREAS.get(parts[0], Area.BASICS)
    numbers = [int(part) for part in parts[1:] if part.isdecimal()]
    if area is not Area.FORM:
        return Mending(fault, area, number=numbers[0] if numbers else None)
    pages = document["form"].get("pages", [])
    if "pages" not in parts or not numbers or numbers[0] >= len(pages):
        return Mending(fault, area)
    page = pages[numbers[0]]
    questions = page.get("questions", [])
    in_question = "questions" in parts and len(numbers) > 1 and numbers[1] < len(questions)
    return Mending(fault, area, page["key"], questions[numbers[1]]["key"] if in_question else "")
