"""凪浜市, the fictional city: the committed files are the data, and they are sound."""

import json
from itertools import combinations
from pathlib import Path

import shapely

from tests.cities import SAMPLE_CITY
from todoke.base import geo
from todoke.ground.places import queries, rules
from todoke.ground.places.models import Area, Facility


def test_the_sample_city_loads_without_a_warning_and_twice_without_a_change(load):
    first = load(SAMPLE_CITY)
    again = load(SAMPLE_CITY)

    assert [str(warning) for warning in first.warnings if warning.place.file in PLACES_FILES] == []
    assert {kind: Area.objects.filter(kind=kind).count() for kind in rules.KIND_ORDER} == {
        "municipality": 1,
        "ward": 0,
        "district": 5,
        "neighbourhood": 40,
    }
    assert queries.the_city().sample is True
    assert first.changes() > 100
    assert again.changes() == 0


PLACES_FILES = {"city.toml", "areas.csv", "areas.geojson", "area_codes.csv", "facilities.csv"}


def test_its_neighbourhoods_tile_the_city_without_gap_or_overlap(load):
    load(SAMPLE_CITY)

    tiles = [geo.polygon_of(area.polygon) for area in Area.objects.filter(kind="neighbourhood")]
    whole = geo.polygon_of(Area.objects.get(key="nagihama").polygon)
    overlaps = [shapely.intersection(one, other).area for one, other in combinations(tiles, 2)]
    assert max(overlaps) < 1e-12
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert abs(sum(tile.area for tile in tiles) - whole.area) < 1e-12


def test_every_facility_stands_where_it_says(load):
    load(SAMPLE_CITY)

    strays = [
        facility.name
        for facility in Facility.objects.select_related("area")
        if not geo.covers(geo.polygon_of(facility.area.polygon), facility.longitude, facility.latitude)
    ]
    assert strays == []
    assert Facility.objects.filter(kind__startswith="shelter").count() == 37
    assert Facility.objects.filter(kind="loudspeaker").count() == 26


def test_the_river_concerns_the_districts_on_its_banks_and_the_tsunami_those_on_the_coast(load):
    load(SAMPLE_CITY)

    assert {area.name for area in queries.areas_with_code("jma.tsunami", "990")} == {"港地区", "砂原地区"}
    assert "高森地区" not in {area.name for area in queries.areas_with_code("jma.river", "990990000100")}
    assert [area.name for area in queries.areas_with_code("jma.city", "9920100")] == ["凪浜市"]


def test_its_code_has_a_right_check_digit_and_belongs_to_nobody(shared_data: Path):
    code = "992011"

    real = json.loads((shared_data / "codes" / "soumu-code-to-city.json").read_text("utf-8"))

    assert rules.is_municipality_code(code)
    assert code not in json.dumps(real)
    assert "凪浜" not in json.dumps(real, ensure_ascii=False)
