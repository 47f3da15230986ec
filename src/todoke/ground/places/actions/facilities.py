"""facilities.csv and the published lists of shelters: what stands where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base import geo
from todoke.base.tables import Place, Row, read_csv
from todoke.ground.places import rules
from todoke.ground.places.actions.areas import HIRAGANA, KEY, AreaDraft
from todoke.ground.places.actions.city_file import CityFile
from todoke.ground.places.actions.shelters import Shelter, read_shelters
from todoke.ground.places.models import Area, Facility, Hazard
from todoke.ground.places.registry import LoadReport

COLUMNS = ("key", "kind", "name", "reading", "name_en", "address", "longitude", "latitude", "area")
OPTIONAL = ("hazards", "accepts", "remarks", "shared_id")
# Published boundaries are simplified: a point on the coast lies up to 200 m outside without being wrong.
OUTSIDE_METRES_MAX = 200


@dataclass(frozen=True)
class FacilityDraft:
    """A facility as the files describe it; `area` is the key of the area it stands in."""

    key: str
    kind: str
    name: str
    place: Place
    longitude: float
    latitude: float
    area: str
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def read_facilities(
    folder: Path, city: CityFile, areas: Mapping[str, AreaDraft], report: LoadReport
) -> dict[str, FacilityDraft]:
    """All facilities by key. facilities.csv may be absent."""
    path = folder / "facilities.csv"
    found: dict[str, FacilityDraft] = {}
    ground = _Ground(areas)
    for row in read_csv(path, report, columns=COLUMNS, optional=OPTIONAL) if path.exists() else []:
        _keep(_from_row(row, ground), found, report)
    for shelter in read_shelters(city, {draft.code for draft in areas.values() if not draft.parent}, report):
        _keep(_from_shelter(shelter, ground, report), found, report)
    return found


def store_facilities(
    drafts: Mapping[str, FacilityDraft], areas: Mapping[str, Area], report: LoadReport
) -> dict[str, Facility]:
    """Store the facilities; gives them by key."""
    rows = {
        key: {
            "reading": "",
            "name_en": "",
            "address": "",
            **draft.values,
            "kind": draft.kind,
            "name": draft.name,
            "longitude": draft.longitude,
            "latitude": draft.latitude,
            "area_id": areas[draft.area].pk,
            "facts": dict(draft.facts),
        }
        for key, draft in drafts.items()
        if draft.area in areas
    }
    return report.store_many(Facility, "key", rows)


class _Ground:
    """The areas' polygons, asked for points."""

    def __init__(self, areas: Mapping[str, AreaDraft]) -> None:
        self.areas = areas
        self.by_code = {draft.code: draft for draft in areas.values() if draft.code}

    def smallest_at(self, longitude: float, latitude: float, *, root: str = "") -> str:
        """The key of the innermost area at this point (below `root`, if given), or the empty text."""
        holding = [
            draft
            for draft in self.areas.values()
            if draft.polygon
            and geo.covers(draft.polygon, longitude, latitude)
            and (not root or self.root_of(draft.key) == root)
        ]
        found = max(holding, key=lambda draft: rules.KIND_ORDER.index(draft.kind), default=None)
        return found.key if found else ""

    def root_of(self, key: str) -> str:
        while self.areas[key].parent:
            key = self.areas[key].parent
        return key

    def metres_outside(self, key: str, longitude: float, latitude: float) -> float:
        polygon = self.areas[key].polygon
        return geo.metres_outside(polygon, longitude, latitude) if polygon else 0.0


def _keep(draft: FacilityDraft | None, found: dict[str, FacilityDraft], report: LoadReport) -> None:
    if draft is None:
        return
    if draft.key in found:
        report.fault(
            draft.place,
            _("「%(key)s」は%(other)sにもあります。施設ごとに別のキーにしてください。")
            % {"key": draft.key, "other": found[draft.key].place},
        )
    found.setdefault(draft.key, draft)


def _from_row(row: Row, ground: _Ground) -> FacilityDraft | None:
    key = row.text("key", longest=60)
    if key and not KEY.fullmatch(key):
        row.fault("key", _("「%(key)s」は使えません。半角の英数字、- と _ で書いてください。") % {"key": key})
    reading = row.text("reading", blank=True, longest=240)
    if not HIRAGANA.fullmatch(reading):
        row.fault(
            "reading",
            _("「%(reading)s」にひらがなでない文字があります。ひらがなで書いてください。") % {"reading": reading},
        )
    kind = row.one_of("kind", Facility.Kind.values)
    name = row.text("name", longest=120)
    values = {
        "reading": reading,
        "name_en": row.text("name_en", blank=True, longest=240),
        "address": row.text("address", blank=True, longest=240),
    }
    facts = _facts(row)
    longitude = row.number("longitude", least=rules.JAPAN_WEST, most=rules.JAPAN_EAST)
    latitude = row.number("latitude", least=rules.JAPAN_SOUTH, most=rules.JAPAN_NORTH)
    if longitude is None or latitude is None:
        return None
    area = _area_of(row, ground, longitude, latitude)
    return FacilityDraft(key, kind, name or key or "?", row.place("key"), longitude, latitude, area, values, facts)


def _facts(row: Row) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    hazards = row.words("hazards")
    for word in hazards:
        if word not in Hazard.values:
            row.fault(
                "hazards",
                _("「%(word)s」は使えません。次から選び、; で区切ってください: %(allowed)s。")
                % {"word": word, "allowed": ", ".join(Hazard.values)},
            )
    if hazards:
        facts["hazards"] = hazards
    for name in ("accepts", "remarks", "shared_id"):
        if value := row.text(name, blank=True):
            facts[name] = value
    return facts


def _area_of(row: Row, ground: _Ground, longitude: float, latitude: float) -> str:
    key = row.text("area", blank=True)
    if not key:
        found = ground.smallest_at(longitude, latitude)
        if not found:
            row.fault(
                "area", _("この地点はどの地域の区域にもありません。経度と緯度を直すか、地域のkeyを書いてください。")
            )
        return found
    if key not in ground.areas:
        row.fault("area", _("「%(key)s」というkeyの地域はareas.csvにありません。") % {"key": key})
        return ""
    metres = ground.metres_outside(key, longitude, latitude)
    if metres > OUTSIDE_METRES_MAX:
        row.warn(
            "longitude",
            _("「%(name)s」の外へ約%(metres)d m離れています。経度と緯度を確かめてください。")
            % {"name": ground.areas[key].name, "metres": round(metres)},
        )
    return key


def _from_shelter(shelter: Shelter, ground: _Ground, report: LoadReport) -> FacilityDraft:
    """A municipality may designate a site outside itself (亘理町 uses a school in 山元町): accepted, and told."""
    home = ground.by_code[shelter.code]
    point = (shelter.longitude, shelter.latitude)
    metres = ground.metres_outside(home.key, *point)
    if metres > OUTSIDE_METRES_MAX:
        facts = {"name": shelter.name, "home": home.name, "metres": round(metres), "address": shelter.address}
        report.warn(
            shelter.place,
            _("「%(name)s」は住所（%(address)s）が%(home)sなのに、地点は約%(metres)d m外です。座標の誤りと思われます。")
            % facts
            if home.name in shelter.address
            else _(
                "「%(name)s」は%(home)sの外へ約%(metres)d mの地点です（住所 %(address)s）。市外の施設として読みました。"
            )
            % facts,
        )
    area = ground.smallest_at(*point, root=home.key) or home.key
    return FacilityDraft(
        shelter.shared_id,
        shelter.kind,
        shelter.name,
        shelter.place,
        *point,
        area,
        {"address": shelter.address},
        shelter.facts,
    )
