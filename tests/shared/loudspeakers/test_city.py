"""The city folder: readings, groups and units, and what is wrong with a row."""

from pathlib import Path

import pytest

from todoke.ground.places.registry import LoadReport
from todoke.shared.loudspeakers.city import LoudspeakersPart
from todoke.shared.loudspeakers.models import Group, Reading, Unit

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[3] / "city" / "sample"
GROUPS = "key,name,wave,gap_seconds\nminato,港,1,3\n"
UNITS = "key,name,group,longitude,latitude\nminato-01,港子局,minato,143.1,38.4\n"


def load(folder, **files) -> LoadReport:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    report = LoadReport(folder)
    LoudspeakersPart().load(folder, report)
    return report


def test_a_folder_without_loudspeakers_is_no_fault(tmp_path):
    assert load(tmp_path).fault_count == 0


def test_the_files_are_stored_and_loading_twice_changes_nothing(tmp_path):
    files = {
        "loudspeaker_groups": GROUPS,
        "loudspeakers": UNITS,
        "readings": "surface,reading,accent\n閖上,ゆりあげ,2\n",
    }

    first, second = load(tmp_path, **files), load(tmp_path, **files)

    assert first.fault_count == 0
    assert second.changes() == 0
    assert (Reading.objects.get().kana, Reading.objects.get().accent) == ("ユリアゲ", 2)
    assert Unit.objects.get().group == Group.objects.get()


def test_a_unit_that_is_taken_out_is_switched_off_and_not_deleted(tmp_path):
    load(tmp_path, loudspeaker_groups=GROUPS, loudspeakers=UNITS)

    load(tmp_path, loudspeakers=UNITS.splitlines()[0] + "\n")

    assert Unit.objects.get().is_active is False


@pytest.mark.parametrize(
    ("file", "row", "column", "says"),
    [
        ("readings", "谷,たに,", "surface", "2文字以上"),
        ("readings", "閖上,yuriage,", "reading", "ひらがな"),
        ("readings", "閖上,ゆりあげ,9", "accent", "拍の数"),
        ("readings", "閖上,ゆりあげ,\n閖上,ゆりあげ,", "surface", "もう上の行"),
        ("loudspeaker_groups", "all,全部,1,3", "key", "別のキー"),
        ("loudspeaker_groups", "Kawa,川,1,3", "key", "半角の小文字"),
        ("loudspeaker_groups", "kawa,川,0,3", "wave", ""),
        ("loudspeakers", "minato-01,港子局,nowhere,143.1,38.4", "group", ""),
        ("loudspeakers", "minato-01,港子局,minato,38.4,143.1", "longitude", ""),
    ],
)
def test_a_fault_says_where_it_stands_and_how_to_mend_it(tmp_path, file, row, column, says):
    heads = {
        "readings": "surface,reading,accent",
        "loudspeaker_groups": "key,name,wave,gap_seconds",
        "loudspeakers": "key,name,group,longitude,latitude",
    }
    files = {"loudspeaker_groups": GROUPS, file: f"{heads[file]}\n{row}\n"}

    report = load(tmp_path, **files)

    assert report.fault_count >= 1
    assert report.faults[0].place.file == f"{file}.csv"
    assert report.faults[0].place.what == f"列 {column}"
    assert says in report.faults[0].text


def test_an_area_that_there_is_not_is_a_fault(tmp_path):
    units = "key,name,group,longitude,latitude,area\nminato-01,港子局,minato,143.1,38.4,nowhere\n"

    report = load(tmp_path, loudspeaker_groups=GROUPS, loudspeakers=units)

    assert "areas.csv" in report.faults[0].text


def test_every_reading_of_the_sample_city_can_be_spoken(tmp_path):
    report = load(tmp_path, readings=(SAMPLE / "readings.csv").read_text(encoding="utf-8"))

    assert report.fault_count == 0
    assert Reading.objects.get(surface="澄瀬").kana == "スミセ"
