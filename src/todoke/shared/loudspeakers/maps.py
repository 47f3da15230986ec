"""The units on the city's map, drawn on the server: outlines of the smallest areas, and a sign for each unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Max, Sum

from todoke.base import geo
from todoke.ground.places.models import Area
from todoke.shared.loudspeakers.models import Unit

WIDTH = 640.0


@dataclass(frozen=True)
class Sign:
    """One unit on the map: a letter that says its state without colour, and its name with the state in words."""

    x: float
    y: float
    letter: str
    name: str


@dataclass(frozen=True)
class UnitMap:
    """The window, the outlines (name, path) and the signs."""

    view_box: str
    outlines: tuple[tuple[str, str], ...]
    signs: tuple[Sign, ...]


def map_of(units: Iterable[Unit], states: Mapping[str, tuple[str, str]]) -> UnitMap | None:
    """The map with these units; `states` gives letter and word by unit key. None where nobody drew the city."""
    state = Area.objects.aggregate(Count("pk"), Max("pk"), Sum("west"), Sum("south"), Sum("east"), Sum("north"))
    drawn = _drawn(tuple(state.values()))
    if drawn is None:
        return None
    frame, outlines = drawn
    signs = []
    for unit in units:
        x, y = frame.point(unit.longitude, unit.latitude)
        letter, word = states.get(unit.key, ("○", ""))
        signs.append(Sign(round(x, 1), round(y, 1), letter, f"{unit.name} {word}".strip()))
    return UnitMap(frame.view_box, outlines, tuple(signs))


@lru_cache(maxsize=2)
def _drawn(_state: tuple[object, ...]) -> tuple[geo.Frame, tuple[tuple[str, str], ...]] | None:
    areas = {area.pk: area for area in Area.objects.exclude(polygon=None)}
    parents = {area.parent_id for area in areas.values()}
    smallest = [area for area in areas.values() if area.pk not in parents]
    if not smallest:
        return None
    polygons = {area.pk: geo.polygon_of(area.polygon or {}) for area in smallest}
    frame = geo.Frame.around(polygons.values(), WIDTH)
    return frame, tuple((area.name, geo.svg_path(polygons[area.pk], frame)) for area in smallest)
