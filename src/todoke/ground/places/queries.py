"""What others ask about places. Areas are public facts: no viewer is needed to see them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from todoke.base import geo
from todoke.ground.places import rules
from todoke.ground.places.models import Area, City, Facility


@dataclass(frozen=True)
class AreaNode:
    """An area (without its polygon: that is fetched when asked for) and what stands directly below it."""

    area: Area
    children: tuple["AreaNode", ...]


@dataclass(frozen=True)
class Reach:
    """How many households, people and facilities some areas hold, nothing counted twice.

    `without_figures` names the areas for which nobody gave a number: where it is not empty, the sums are too low.
    `facilities` counts by kind (Facility.Kind values).
    """

    households: int
    population: int
    facilities: dict[str, int]
    without_figures: tuple[str, ...] = ()


def the_city() -> City | None:
    """The city of this house; None before a city folder was loaded."""
    return City.objects.first()


def place_readings() -> dict[str, str]:
    """How the names of our areas are read, in kana, for those whose reading the city has given."""
    return dict(Area.objects.exclude(reading="").values_list("name", "reading"))


def areas_by_key(keys: Iterable[str]) -> dict[str, Area]:
    """The areas with these keys, by key; an unknown key is simply not in the answer."""
    return {area.key: area for area in Area.objects.filter(key__in=list(keys))}


def partner_areas_by_key(partner: str, keys: Iterable[str]) -> dict[str, Area]:
    """As `areas_by_key`, for the areas of another city for which this house may speak; `partner` is its code."""
    return {area.key: area for area in Area.everywhere.filter(partner=partner, key__in=list(keys)) if partner}


def areas_with_code(scheme: str, code: str) -> list[Area]:
    """The areas that another body means by this code (such as "jma.city", "1820100"); none is an empty list."""
    return list(Area.objects.filter(codes__scheme=scheme, codes__code=code))


def areas_by_codes(scheme: str, codes: Iterable[str]) -> dict[str, list[Area]]:
    """As `areas_with_code`, for many codes in one query; a code without areas is not in the answer."""
    found: dict[str, list[Area]] = defaultdict(list)
    wanted = Area.objects.filter(codes__scheme=scheme, codes__code__in=list(codes))
    for area in wanted.annotate(asked_code=F("codes__code")).defer("polygon"):
        found[area.asked_code].append(area)
    return dict(found)


def area_tree(partner: str = "") -> tuple[AreaNode, ...]:
    """All areas as trees, one per root, in their order; one query. `partner` is the code of another city, or empty."""
    below = _children_by_parent(Area.everywhere.filter(partner=partner).defer("polygon"))

    def node(area: Area) -> AreaNode:
        return AreaNode(area, tuple(node(child) for child in below[area.pk]))

    return tuple(node(area) for area in below[None])


def areas_below(area: Area) -> list[Area]:
    """Everything below this area, at any depth, parents before their children; not the area itself."""
    return _with_descendants([area], _children_by_parent(Area.objects.all()))[1:]


def outermost(areas: Iterable[Area]) -> list[Area]:
    """The same ground with fewer names: areas that lie below another one of the list are left out."""
    chosen = {area.pk: area for area in areas}
    parents = dict(Area.objects.values_list("pk", "parent_id"))
    return [area for area in chosen.values() if not any(pk in chosen for pk in _ancestors(area.pk, parents))]


def reach_of(areas: Iterable[Area]) -> Reach:
    """What these areas hold together. An area without figures of its own is the sum of what stands below it."""
    below = _children_by_parent(Area.objects.defer("polygon"))
    tops = outermost(areas)
    missing: list[str] = []
    households = sum(_figure(area, "households", below, missing) for area in tops)
    population = sum(_figure(area, "population", below, missing) for area in tops)
    grounds = [area.pk for area in _with_descendants(tops, below)]
    kinds = Counter(Facility.objects.order_by().filter(area__in=grounds).values_list("kind", flat=True))
    return Reach(households, population, dict(sorted(kinds.items())), tuple(dict.fromkeys(missing)))


def facilities_in(areas: Iterable[Area], kind: str | None = None) -> list[Facility]:
    """The facilities in these areas and below, of one kind or of all."""
    grounds = _with_descendants(list(areas), _children_by_parent(Area.objects.defer("polygon")))
    found = Facility.objects.filter(area__in=[area.pk for area in grounds]).select_related("area")
    return list(found.filter(kind=kind) if kind else found)


def area_at(longitude: float, latitude: float) -> Area | None:
    """The smallest area that holds this point (its border included); None outside the city."""
    framed = Area.objects.filter(west__lte=longitude, east__gte=longitude, south__lte=latitude, north__gte=latitude)
    holding = [
        area for area in framed if area.polygon and geo.covers(geo.polygon_of(area.polygon), longitude, latitude)
    ]
    return max(holding, key=lambda area: rules.KIND_ORDER.index(area.kind), default=None)


def areas_as_geojson(areas: Iterable[Area]) -> dict[str, Any]:
    """These areas as a GeoJSON FeatureCollection; an area without polygon has a null geometry."""
    return geo.feature_collection(
        [
            geo.feature(area.polygon, {"key": area.key, "kind": area.kind, "code": area.code, "name": area.name})
            for area in areas
        ]
    )


def _children_by_parent(areas: Iterable[Area]) -> dict[int | None, list[Area]]:
    below: dict[int | None, list[Area]] = defaultdict(list)
    for area in areas:
        below[area.parent_id].append(area)
    return below


def _with_descendants(areas: Sequence[Area], below: dict[int | None, list[Area]]) -> list[Area]:
    """The areas and everything below, each once."""
    found: dict[int, Area] = {}
    waiting = list(reversed(areas))
    while waiting:
        area = waiting.pop()
        if area.pk not in found:
            found[area.pk] = area
            waiting.extend(reversed(below[area.pk]))
    return list(found.values())


def _ancestors(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    found = []
    above = parents.get(pk)
    while above is not None:
        found.append(above)
        above = parents.get(above)
    return found


def _figure(area: Area, name: str, below: dict[int | None, list[Area]], missing: list[str]) -> int:
    own: int | None = getattr(area, name)
    if own is not None:
        return own
    if not below[area.pk]:
        missing.append(area.name)
        return 0
    return sum(_figure(child, name, below, missing) for child in below[area.pk])
