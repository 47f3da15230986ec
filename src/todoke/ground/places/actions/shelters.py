"""国土地理院's 指定緊急避難場所 and 指定避難所 as GeoJSON, with their habits.

A flag is "1" or ""; null and "" mean the same; a remark may hold line breaks; 共通ID is E, the municipality's code
without check digit, five digits of the site and three of the type (201 place, 111 shelter; 202 and on where a site is
listed again). The data of a designated city stands under the city's code, never under a ward's. The same school may be
designated by two municipalities, each with its own 共通ID.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.tables import Feature, Place, read_geojson
from todoke.ground.places import rules
from todoke.ground.places.actions.city_file import CityFile
from todoke.ground.places.models import Facility, Hazard
from todoke.ground.places.registry import LoadReport

SHARED_ID = re.compile(r"E(?P<code>[0-9]{5})[0-9]{5}[0-9]{3}")
SHARED_ID_NAME, NAME, ADDRESS = "共通ID", "施設・場所名", "住所"
ACCEPTS, OTHER, REMARKS = "受入対象者", "その他市町村長が必要と認める事項", "備考"
SAME_ADDRESS = {"指定避難所との住所同一", "指定緊急避難場所との住所同一"}
# The published columns carry the names of the law, which are the labels of our hazards.
HAZARD_COLUMNS = {
    "洪水": Hazard.FLOOD,
    "崖崩れ、土石流及び地滑り": Hazard.LANDSLIDE,
    "高潮": Hazard.STORM_SURGE,
    "地震": Hazard.EARTHQUAKE,
    "津波": Hazard.TSUNAMI,
    "大規模な火事": Hazard.FIRE,
    "内水氾濫": Hazard.INLAND_FLOOD,
    "火山現象": Hazard.VOLCANO,
}


@dataclass(frozen=True)
class Shelter:
    """One designated site; `code` is the municipality that designated it, wherever the site lies."""

    shared_id: str
    code: str
    kind: str
    name: str
    address: str
    longitude: float
    latitude: float
    place: Place
    facts: Mapping[str, Any]


def read_shelters(city: CityFile, codes: set[str], report: LoadReport) -> Iterator[Shelter]:
    """The sites that these municipalities designated; those of others are counted and left out."""
    for path in city.shelters:
        yield from _read_file(path, codes, report)


def _read_file(path: Path, codes: set[str], report: LoadReport) -> Iterator[Shelter]:
    foreign = 0
    for feature in read_geojson(path, report):
        shared_id = feature.text(SHARED_ID_NAME)
        matched = SHARED_ID.fullmatch(shared_id)
        if matched is None:
            feature.fault(
                SHARED_ID_NAME, _("「%(id)s」は共通IDではありません（例 E0410000001201）。") % {"id": shared_id}
            )
        elif (code := matched["code"] + rules.check_digit(matched["code"])) not in codes:
            foreign += 1
        elif shelter := _shelter(feature, shared_id, code):
            yield shelter
    if foreign:
        report.note(
            _("%(file)s: ほかの市区町村の施設を%(count)d件、読みませんでした。")
            % {"file": report.called(path), "count": foreign}
        )


def _shelter(feature: Feature, shared_id: str, code: str) -> Shelter | None:
    point = _point(feature)
    name = feature.text(NAME)
    if point is None or not name:
        return None
    emergency = "洪水" in feature.properties
    return Shelter(
        shared_id,
        code,
        Facility.Kind.SHELTER_EMERGENCY if emergency else Facility.Kind.SHELTER,
        name,
        feature.text(ADDRESS, blank=True),
        *point,
        feature.place(NAME),
        _facts(feature, shared_id),
    )


def _point(feature: Feature) -> tuple[float, float] | None:
    geometry = feature.geometry or {}
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
        longitude, latitude = coordinates[:2]
        if _within(longitude, rules.JAPAN_WEST, rules.JAPAN_EAST) and _within(
            latitude, rules.JAPAN_SOUTH, rules.JAPAN_NORTH
        ):
            return float(longitude), float(latitude)
    feature.fault("geometry", _("日本の中の点ではありません。[経度, 緯度] の順の点にしてください。"))
    return None


def _within(number: Any, least: float, most: float) -> bool:
    return isinstance(number, int | float) and least <= number <= most


def _facts(feature: Feature, shared_id: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"shared_id": shared_id}
    if hazards := [hazard.value for column, hazard in HAZARD_COLUMNS.items() if _flag(feature, column)]:
        facts["hazards"] = hazards
    if any(_flag(feature, column) for column in SAME_ADDRESS):
        facts["same_address"] = True
    for name, column in (("accepts", ACCEPTS), ("other", OTHER), ("remarks", REMARKS)):
        if text := feature.text(column, blank=True):
            facts[name] = text.replace("\r\n", "\n")
    return facts


def _flag(feature: Feature, column: str) -> bool:
    text = feature.text(column, blank=True)
    if text not in ("", "0", "1"):
        feature.fault(column, _("「%(value)s」は使えません。1か空にしてください。") % {"value": text})
    return text == "1"
