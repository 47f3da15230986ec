"""What is in force, in the words of the issuing offices."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from todoke.civic.emergency.models import HazardWarning
from todoke.ground.places.models import Area
from todoke.ground.places.queries import areas_by_codes
from todoke.shared.messaging.types import Mode


@dataclass(frozen=True)
class HazardHere:
    """A warning, the areas of this city that its code means, and how long ago it was last confirmed.

    `stale`: nothing has been heard for so long that it must be shown as out of date, and must not be relied on.
    """

    warning: HazardWarning
    areas: tuple[Area, ...]
    age: timedelta
    stale: bool


def hazards_here(now: datetime, mode: Mode = Mode.ACTUAL) -> list[HazardHere]:
    """Every warning for areas of this city, the highest level first, the stale ones among them marked.

    A constant number of queries: one for the warnings and one for each scheme of codes among them.
    """
    warnings = list(HazardWarning.objects.filter(mode=mode).select_related("telegram"))
    codes: dict[str, set[str]] = defaultdict(set)
    for warning in warnings:
        codes[warning.scheme].add(warning.area_code)
    areas = {scheme: areas_by_codes(scheme, wanted) for scheme, wanted in codes.items()}
    return [
        HazardHere(warning, tuple(found), now - warning.report_at, warning.is_stale_at(now))
        for warning in warnings
        if (found := areas[warning.scheme].get(warning.area_code))
    ]


def level_of_areas(now: datetime, mode: Mode = Mode.ACTUAL) -> dict[int, int]:
    """The highest 警戒レベル in force by area id; stale warnings and kinds without a level do not count."""
    levels: dict[int, int] = {}
    for hazard in hazards_here(now, mode):
        level = hazard.warning.level
        if level is None or hazard.stale:
            continue
        for area in hazard.areas:
            levels[area.pk] = max(level, levels.get(area.pk, 0))
    return levels
