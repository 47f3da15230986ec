"""国土数値情報 N03 (行政区域データ): municipalities and wards from the published boundaries.

Its codes (N03_007) have five digits; the sixth is computed. A designated city has no polygon of its own, only its
wards, which follow it in the numbers (04100 仙台市: 04101 to 04105) and carry its name in N03_003. Features without a
code are land that belongs to nobody yet (所属未定地).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from todoke.base import geo
from todoke.base.tables import Feature, Place, read_geojson
from todoke.ground.places import rules
from todoke.ground.places.actions.city_file import CityFile
from todoke.ground.places.registry import LoadReport

PREFECTURE, COUNTY, NAME, CODE = "N03_001", "N03_003", "N03_004", "N03_007"


@dataclass(frozen=True)
class Boundary:
    """One municipality or ward with its six-digit code; `parent` is the code of the ward's city."""

    code: str
    kind: str
    name: str
    place: Place
    parent: str = ""
    polygon: BaseGeometry | None = None


def read_boundaries(city: CityFile, report: LoadReport) -> list[Boundary]:
    """The municipalities named in city.toml, each designated city followed by its wards."""
    if city.boundaries is None:
        return []
    by_code: dict[str, list[Feature]] = defaultdict(list)
    nameless = 0
    for feature in read_geojson(city.boundaries, report):
        code = feature.text(CODE, blank=True)
        nameless += not code
        by_code[code].append(feature)
    if nameless:
        report.note(
            _("%(file)s: コードのない地物（所属未定地など）を%(count)d件、読みませんでした。")
            % {"file": report.called(city.boundaries), "count": nameless}
        )
    found: list[Boundary] = []
    for code, place in city.municipalities.items():
        if parts := by_code.get(code[:5]):
            found.append(_boundary(code, "municipality", parts))
        elif wards := _wards(code, by_code):
            name = next(iter(wards.values()))[0].text(COUNTY)
            found.append(Boundary(code, "municipality", name, place))
            found.extend(_boundary(ward, "ward", parts, code) for ward, parts in wards.items())
        else:
            report.fault(
                place,
                _("「%(code)s」の区域が%(file)sにありません。コードか、境界のファイルを確かめてください。")
                % {"code": code, "file": report.called(city.boundaries)},
            )
    return found


def _wards(code: str, by_code: Mapping[str, Sequence[Feature]]) -> dict[str, Sequence[Feature]]:
    """The wards of a designated city by six-digit code: those that share the name of the one numbered next to it."""
    first = by_code.get(f"{int(code[:5]) + 1:05d}")
    if not first:
        return {}
    whose = (first[0].text(PREFECTURE, blank=True), first[0].text(COUNTY, blank=True))
    if not whose[1].endswith("市"):
        return {}
    return {
        five + rules.check_digit(five): parts
        for five, parts in sorted(by_code.items())
        if five and (parts[0].text(PREFECTURE, blank=True), parts[0].text(COUNTY, blank=True)) == whose
    }


def _boundary(code: str, kind: str, parts: Sequence[Feature], parent: str = "") -> Boundary:
    polygons = []
    for feature in parts:
        try:
            polygons.append(geo.polygon_of(feature.geometry or {}))
        except geo.BadShape as error:
            feature.fault("geometry", _("面として読めません（%(reason)s）。") % {"reason": error})
    first = parts[0]
    joined = polygons[0] if len(polygons) == 1 else geo.joined(polygons) if polygons else None
    return Boundary(code, kind, first.text(NAME) or code, first.place(NAME), parent, joined)
