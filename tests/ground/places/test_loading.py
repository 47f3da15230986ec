"""Faulty city folders: what the clerk reads, word for word where it matters, and that nothing is written."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import models

from tests.cities import AREA_COLUMNS, CODE_COLUMNS, FACILITY_COLUMNS, write_city_file, write_table
from todoke.base.registry import Registry
from todoke.base.tables import Place
from todoke.ground.audit.models import Entry
from todoke.ground.places.actions import load_city
from todoke.ground.places.models import Area, City, Facility
from todoke.ground.places.registry import LoadReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("only_places")]

TOWN = {"key": "town", "kind": "municipality", "code": "041009", "name": "町"}
HILL = {"key": "hill", "kind": "neighbourhood", "parent": "town", "name": "丘", "reading": "おか", "households": "10"}
HALL = {"key": "hall", "kind": "office", "name": "役場", "longitude": "140.8", "latitude": "38.2", "area": "hill"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_city_file(tmp_path, name="町", code="041009")
    write_areas(tmp_path, TOWN, HILL)
    write_table(tmp_path / "facilities.csv", FACILITY_COLUMNS, [HALL])
    return tmp_path


def write_areas(folder: Path, *rows: dict) -> None:
    write_table(folder / "areas.csv", AREA_COLUMNS, rows)


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in load_city(folder, by="test").faults]


def test_a_five_digit_code_is_told_with_line_column_and_the_code_that_was_meant(folder: Path):
    write_areas(folder, TOWN | {"code": "04101"}, HILL)

    assert faults(folder) == [
        "areas.csv:2:4（列 code）: 「04101」は5桁です。全国地方公共団体コードは検査数字を含む6桁です。"
        "「041017」ではありませんか。"
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "041008"}, "2:4（列 code）: 「041008」は検査数字が合いません。04100 の検査数字は 9 です（041009）。"),
        ({"code": "992011"}, "2:4（列 code）: 「992011」の先頭2桁は都道府県の番号（01から47）ではありません。"),
        ({"kind": "county"}, "2:2（列 kind）: 「county」は使えません。次のどれかを書いてください: "),
        ({"name": ""}, "2:5（列 name）: 空です。値を書いてください。"),
        ({"reading": "マチ"}, "2:6（列 reading）: 「マチ」にひらがなでない文字があります。"),
        ({"population": "1,200"}, "2:10（列 population）: 「1,200」は0以上の整数ではありません。"),
        ({"population": "１２"}, "2:10（列 population）: 「１２」は0以上の整数ではありません。"),
        ({"key": "港"}, "2:1（列 key）: 「港」は使えません。半角の英数字、- と _ で書いてください。"),
    ],
)
def test_a_bad_cell_is_told_with_its_place_and_remedy(folder: Path, change: dict, told: str):
    write_areas(folder, TOWN | change)
    (folder / "facilities.csv").unlink()

    assert any(fault.startswith(f"areas.csv:{told}") for fault in faults(folder))


def test_nothing_is_written_when_one_cell_of_many_files_is_wrong(folder: Path):
    write_table(folder / "facilities.csv", FACILITY_COLUMNS, [HALL | {"latitude": "140.8"}])

    told = faults(folder)

    assert told == ["facilities.csv:2:8（列 latitude）: 140.8 は範囲の外です。20 から 46 までの数を書いてください。"]
    assert (City.objects.count(), Area.objects.count(), Facility.objects.count()) == (0, 0, 0)
    assert not Entry.objects.filter(what="places.city-loaded").exists()


def test_a_check_writes_nothing_and_still_counts(folder: Path):
    report = load_city(folder, by="test", check=True)

    assert report.changes() == 4
    assert Area.objects.count() == 0


def test_a_fault_in_one_file_does_not_hide_those_in_the_next(folder: Path):
    write_areas(folder, TOWN | {"code": "04100"}, HILL | {"households": "many"})
    write_table(
        folder / "area_codes.csv",
        CODE_COLUMNS,
        [{"scheme": "jma.city", "code": "410100", "name": "町", "area": "town"}],
    )

    told = faults(folder)

    assert [fault.split("（")[0] for fault in told] == ["areas.csv:2:4", "areas.csv:3:9", "area_codes.csv:2:2"]
    assert "「0410100」ではありませんか。" in told[2]


def test_an_area_with_a_faulty_cell_still_counts_as_known_to_others(folder: Path):
    write_areas(folder, TOWN, HILL | {"households": "many"})

    assert len(faults(folder)) == 1


def test_a_parent_that_is_not_there_is_told(folder: Path):
    write_areas(folder, TOWN, HILL | {"parent": "twon"})

    assert faults(folder) == [
        "areas.csv:3:3（列 parent）: 「twon」というkeyの地域はありません。"
        "areas.csvにその行を加えるか、綴りを確かめてください。"
    ]


def test_two_areas_that_are_each_others_parent_are_told(folder: Path):
    (folder / "facilities.csv").unlink()
    one = {"key": "one", "kind": "district", "parent": "two", "name": "一"}
    two = {"key": "two", "kind": "district", "parent": "one", "name": "二"}
    write_areas(folder, TOWN, one, two)

    told = faults(folder)

    assert told[0].startswith("areas.csv:3:3（列 parent）: 地区は地区「二」の下に置けません。")


def test_a_key_used_twice_is_told_with_the_other_line(folder: Path):
    write_areas(folder, TOWN, HILL, HILL)

    assert faults(folder) == ["areas.csv:4:1（列 key）: 「hill」は3行目にもあります。別のキーにしてください。"]


def test_a_facility_in_an_unknown_area_is_told(folder: Path):
    write_table(folder / "facilities.csv", FACILITY_COLUMNS, [HALL | {"area": "hlil"}])

    assert faults(folder) == ["facilities.csv:2:9（列 area）: 「hlil」というkeyの地域はareas.csvにありません。"]


def test_a_polygon_of_an_unknown_area_is_told_with_the_number_of_its_feature(folder: Path):
    feature = {"type": "Feature", "properties": {"key": "hlil"}, "geometry": None}
    (folder / "areas.geojson").write_text(
        '{"type": "FeatureCollection",\n"features": [\n' + json.dumps(feature) + "]}", encoding="utf-8"
    )

    assert faults(folder) == ["areas.geojson:3:1（地物1 key）: 「hlil」というkeyの地域はareas.csvにありません。"]


def test_a_point_where_a_polygon_should_be_is_told(folder: Path):
    feature = {
        "type": "Feature",
        "properties": {"key": "hill"},
        "geometry": {"type": "Point", "coordinates": [140, 38]},
    }
    (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))

    assert faults(folder) == [
        "areas.geojson:1:44（地物1 geometry）: 面として読めません（Point）。PolygonかMultiPolygonにしてください。"
    ]


def test_unknown_and_misspelt_settings_are_told_with_their_line(folder: Path):
    write_city_file(folder, name="町", code="041009", more='colour = "red"\n[sender]\nmail = "nobody"\n')

    assert [fault.split("。")[0] for fault in faults(folder)] == [
        "city.toml:3:1（colour）: 知らない項目です",
        "city.toml:5:1（sender.mail）: メールアドレスではありません（例 bousai@city.example.jp）",
    ]


def test_a_missing_folder_is_one_clear_fault(tmp_path: Path):
    assert faults(tmp_path / "nowhere") == [
        f"{tmp_path / 'nowhere'}: フォルダーがありません。city.tomlのあるフォルダーを指定してください。"
    ]


def test_an_empty_folder_names_the_files_that_are_needed(tmp_path: Path):
    told = faults(tmp_path)

    assert [fault.split(":")[0] for fault in told] == ["city.toml", "areas.csv"]


def test_only_a_hundred_faults_are_kept_and_the_rest_is_counted(folder: Path):
    write_areas(folder, TOWN, *[HILL | {"key": f"h{number}", "households": "x"} for number in range(150)], HILL)

    report = load_city(folder, by="test")

    assert (len(report.faults), report.fault_count) == (100, 150)


def test_a_shift_jis_table_is_read_and_said_so(folder: Path):
    path = folder / "areas.csv"
    path.write_bytes(path.read_text("utf-8").encode("cp932"))

    report = load_city(folder, by="test")

    assert report.notes == ["areas.csv はShift_JISとして読みました。UTF-8で保存すると確実です。"]
    assert Area.objects.get(key="hill").name == "丘"


def test_what_disappears_from_the_files_is_deleted_when_nobody_needs_it(folder: Path):
    load_city(folder, by="test")
    write_areas(folder, TOWN)
    (folder / "facilities.csv").unlink()

    report = load_city(folder, by="test")

    assert list(Area.objects.values_list("key", flat=True)) == ["town"]
    assert Facility.objects.count() == 0
    assert report.changes() == 2


def test_what_disappears_from_the_files_is_kept_and_told_when_somebody_refers_to_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    load_city(folder, by="test")
    write_areas(folder, TOWN)
    (folder / "facilities.csv").unlink()
    refuse = models.ProtectedError("in use", set())
    monkeypatch.setattr(Facility, "delete", lambda _facility: (_ for _ in ()).throw(refuse))

    report = load_city(folder, by="test")

    assert [str(warning) for warning in report.warnings] == [
        "facilities.csv（hall）: 施設「役場」はファイルにありませんが、使われているため残しました。",
        "areas.csv（hill）: 地域「丘」はファイルにありませんが、使われているため残しました。",
    ]
    assert Area.objects.filter(key="hill").exists()


def test_a_changed_cell_changes_one_row(folder: Path):
    load_city(folder, by="test")
    write_areas(folder, TOWN, HILL | {"households": "11"})

    report = load_city(folder, by="test")

    assert report.changes() == 1
    assert Area.objects.get(key="hill").households == 11


def test_a_file_that_no_room_reads_is_a_warning(folder: Path):
    (folder / "facilites.csv").write_text("key\n")

    report = load_city(folder, by="test")

    assert [str(warning) for warning in report.warnings] == [
        "facilites.csv: どの機能も読まないファイルです。名前を確かめてください。"
    ]


def test_parts_of_other_rooms_are_read_in_their_order_and_undone_together(folder: Path, only_places: Registry):
    class LatePart:
        key, order, files = "library.branches", 500, ("branches.csv",)

        def load(self, folder: Path, report: LoadReport) -> None:
            assert Area.objects.filter(key="hill").exists()
            report.fault(Place("branches.csv", 2, 1), "本館がありません。")

    only_places.register(LatePart())

    told = faults(folder)

    assert told == ["branches.csv:2:1: 本館がありません。"]
    assert Area.objects.count() == 0


def test_the_command_prints_faults_and_ends_with_an_error(folder: Path):
    write_areas(folder, TOWN | {"code": "04101"}, HILL)
    errors = StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("city", "load", str(folder), stderr=errors)

    assert "areas.csv:2:4（列 code）" in errors.getvalue()
    assert errors.getvalue().endswith("誤りが1件あります。何も書き込みませんでした。\n")


def test_the_command_says_zero_when_nothing_changed(folder: Path):
    said = StringIO()

    call_command("city", "load", str(folder), stdout=StringIO())
    call_command("city", "load", str(folder), stdout=said)

    assert said.getvalue().endswith("読み込みました。0件を変えました。\n")


def test_a_loading_stands_in_the_audit_record_with_its_counts(folder: Path):
    load_city(folder, by="test")

    entry = Entry.objects.get(what="places.city-loaded")
    assert (entry.actor, entry.target_type) == ("test", "places.city")
