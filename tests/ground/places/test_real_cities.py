"""Cities made of published files: 国土数値情報 N03, 国土地理院's shelters, the weather service's codes."""

from pathlib import Path

import pytest

from tests import cities
from todoke.ground.audit.models import Entry
from todoke.ground.places import queries
from todoke.ground.places.models import Area, Facility


def test_sendai_is_nothing_but_its_five_wards(load, shared_data: Path, tmp_path: Path):
    cities.write_city_of_sendai(tmp_path, shared_data)

    load(tmp_path)

    sendai = Area.objects.get(code="041009")
    assert (sendai.name, sendai.kind) == ("仙台市", "municipality")
    assert [(ward.name, ward.code) for ward in queries.areas_below(sendai)] == [
        ("青葉区", "041017"),
        ("宮城野区", "041025"),
        ("若林区", "041033"),
        ("太白区", "041041"),
        ("泉区", "041050"),
    ]
    assert queries.area_at(140.872, 38.268).name == "青葉区"
    west, _south, east, _north = sendai.bounds
    assert west < 140.5
    assert east > 141.0


def test_shelters_of_a_designated_city_stand_in_its_wards(load, shared_data: Path, tmp_path: Path):
    cities.write_city_of_sendai(tmp_path, shared_data)

    load(tmp_path)

    assert queries.reach_of([Area.objects.get(code="041009")]).facilities == {"shelter": 210, "shelter_emergency": 311}
    school = Facility.objects.get(key="E0410000001201")
    assert (school.name, school.area.name) == ("中野栄小学校", "宮城野区")
    assert school.facts == {
        "shared_id": "E0410000001201",
        "hazards": ["flood", "landslide", "earthquake", "tsunami", "inland-flood"],
        "same_address": True,
        "remarks": "大雨：2階以上\n津波：2階以上",
    }


@pytest.mark.parametrize(
    ("write", "sites"),
    [
        (cities.write_city_of_sendai, 521),
        (cities.write_city_of_morioka, 436),
        (cities.write_city_of_higashimatsushima, 293),
    ],
)
def test_loading_a_real_city_twice_changes_nothing(load, shared_data: Path, tmp_path: Path, write, sites: int):
    write(tmp_path, shared_data)

    first = load(tmp_path)
    again = load(tmp_path)

    assert Facility.objects.count() == sites
    assert first.changes() > sites
    assert again.changes() == 0
    assert Entry.objects.filter(what="places.city-loaded").count() == 1


def test_a_site_outside_its_municipality_is_accepted_with_a_warning(load, shared_data: Path, tmp_path: Path):
    _write_from_both_prefectures(tmp_path, shared_data, "亘理町", "043613", "N03-21_04_210101.geojson")

    report = load(tmp_path)

    warning = next(str(warning) for warning in report.warnings if "山元支援学校" in str(warning))
    assert "市外の施設として読みました" in warning
    assert Facility.objects.filter(name__contains="山元支援学校").first().area.name == "亘理町"


def test_a_point_that_disagrees_with_its_address_is_told_as_a_likely_error(load, shared_data: Path, tmp_path: Path):
    _write_from_both_prefectures(tmp_path, shared_data, "釜石市", "032115", "N03-21_03_210101.geojson")

    report = load(tmp_path)

    told = {str(warning) for warning in report.warnings}
    assert any("釜石祥雲支援学校体育館" in text and "座標の誤りと思われます" in text for text in told)
    assert any("遠野運動公園駐車場" in text and "市外の施設として読みました" in text for text in told)


def test_sites_of_other_municipalities_are_left_out_and_counted(load, shared_data: Path, tmp_path: Path):
    _write_from_both_prefectures(tmp_path, shared_data, "釜石市", "032115", "N03-21_03_210101.geojson")

    report = load(tmp_path)

    assert {key[1:6] for key in Facility.objects.values_list("key", flat=True)} == {"03211"}
    assert any("ほかの市区町村の施設を" in note for note in report.notes)


def test_one_city_folder_may_hold_all_municipalities_of_a_prefecture(load, shared_data: Path, tmp_path: Path):
    cities.write_city_of_fukui(tmp_path, shared_data)

    first = load(tmp_path)
    again = load(tmp_path)

    roots = [node.area for node in queries.area_tree()]
    assert len(roots) == 17
    assert all(area.polygon and area.reading for area in roots)
    assert [area.name for area in queries.areas_with_code("jma.city", "1820100")] == ["福井市"]
    assert len(queries.areas_with_code("jma.tsunami", "370")) == 11
    assert len(queries.areas_with_code("jma.seismic", "401")) == 6
    assert queries.area_at(136.22, 36.06).name == "福井市"
    assert (first.changes() > 80, again.changes()) == (True, 0)


def _write_from_both_prefectures(folder: Path, shared_data: Path, name: str, code: str, boundaries: str) -> None:
    shelters = [str(shared_data / "shelters" / f"{kind}-iwate-miyagi.geojson") for kind in ("emergency", "evacuation")]
    cities.write_city_file(
        folder,
        name=name,
        code=code,
        more=f'[sources]\nboundaries = "{shared_data / "boundaries" / boundaries}"\nmunicipalities = ["{code}"]\n'
        f"shelters = {shelters!r}\n",
    )
