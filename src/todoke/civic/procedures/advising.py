"""What a life event means for somebody who has answered: which errands, and by which day. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from todoke.base.formulas import Circumstances, Formula, Kind, compile_formula
from todoke.civic.procedures.judging import known_of
from todoke.civic.procedures.life_event import Errand, LifeEvent, life_event_of
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.logic import logic_of
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Json


@dataclass(frozen=True)
class Advice:
    """One errand of this person; `last_day` None where the words alone say by when. `place` is its own in the event."""

    place: int
    errand: Errand
    last_day: date | None


def written_formulas(event: LifeEvent) -> dict[str, tuple[Json, Kind]]:
    """Every formula of the errands, with its place and the kind that it must have."""
    found: dict[str, tuple[Json, Kind]] = {}
    for place, errand in enumerate(event.errands):
        if errand.needed is not None:
            found[f"procedures.{place}.needed"] = (errand.needed, Kind.TRUTH)
        if errand.day is not None:
            found[f"procedures.{place}.by_when.formula"] = (errand.day, Kind.DATE)
    return found


@lru_cache(maxsize=64)
def formulas_of(text: str) -> dict[str, Formula]:
    """The formulas of a stored life event, compiled once. Raises Unsound: of a stored one it never does."""
    event = life_event_of(text)
    scope = logic_of(canonical(event.form_json)).scope
    return {place: compile_formula(doc, scope, expects=kind) for place, (doc, kind) in written_formulas(event).items()}


def advise(text: str, standing: Standing, circumstances: Circumstances) -> list[Advice]:
    """The errands of a stored life event for these answers: the most urgent first, then in the order of the event."""
    event, formulas, known = life_event_of(text), formulas_of(text), known_of(standing)
    found = []
    for place, errand in enumerate(event.errands):
        needed = formulas.get(f"procedures.{place}.needed")
        if needed is not None and not needed.value(known, circumstances):
            continue
        day = formulas.get(f"procedures.{place}.by_when.formula")
        found.append(Advice(place, errand, day.value(known, circumstances) if day else None))
    return sorted(found, key=lambda each: each.last_day or date.max)
