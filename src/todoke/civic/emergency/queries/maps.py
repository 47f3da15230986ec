"""The city as a picture: the outlines of its smallest areas, coloured by what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Max, Sum

from todoke.base import geo
from todoke.ground.places.models import Area

WIDTH = 640.0


@dataclass(frozen=True)
class Shape:
    """One area on the map: its outline, where its label stands, and the keys of all areas that hold it."""

    key: str
    name: str
    path: str
    x: float
    y: float
    family: frozenset[str]


@dataclass(frozen=True)
class Sheet:
    """All outlines in one frame."""

    view_box: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Coloured:
    """A shape with the level it shows; `named` where something is said of it without a level."""

    shape: Shape
    level: int | None
    named: bool


def coloured(levels: Mapping[str, int | None]) -> tuple[str, list[Coloured]] | None:
    """The map with these areas marked, as view box and shapes; None where nobody drew the city.

    `levels` is by area key; None means named without a level. An area shows the highest level of itself, of those that
    hold it and of those that it holds.
    """
    sheet = _sheet()
    if sheet is None:
        return None
    found = []
    for shape in sheet.shapes:
        said = [levels[key] for key in shape.family if key in levels]
        found.append(Coloured(shape, max((level for level in said if level), default=None), bool(said)))
    return sheet.view_box, found


def _sheet() -> Sheet | None:
    # Drawing forty outlines costs more than everything else on the page. What tells that a city was loaded anew: how
    # many areas, the newest of them, and where their borders lie.
    state = Area.objects.aggregate(Count("pk"), Max("pk"), Sum("west"), Sum("south"), Sum("east"), Sum("north"))
    return _drawn(tuple(state.values()))


@lru_cache(maxsize=2)
def _drawn(_state: tuple[object, ...]) -> Sheet | None:
    areas = {area.pk: area for area in Area.objects.all()}
    parents = {area.parent_id for area in areas.values()}
    smallest = [area for area in areas.values() if area.polygon and area.pk not in parents]
    smallest = smallest or [area for area in areas.values() if area.polygon]
    if not smallest:
        return None
    polygons = {area.pk: geo.polygon_of(area.polygon or {}) for area in smallest}
    frame = geo.Frame.around(polygons.values(), WIDTH)
    shapes = []
    for area in smallest:
        point = polygons[area.pk].representative_point()
        x, y = frame.point(point.x, point.y)
        family = {area.key}
        above = area.parent_id
        while above is not None:
            family.add(areas[above].key)
            above = areas[above].parent_id
        path = geo.svg_path(polygons[area.pk], frame)
        shapes.append(Shape(area.key, area.name, path, round(x, 1), round(y, 1), frozenset(family)))
    return Sheet(frame.view_box, tuple(shapes))
