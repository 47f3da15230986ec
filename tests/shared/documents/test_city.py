"""The city folder: what is read, and how a fault is told."""

import shutil

import pytest

from tests.cities import SAMPLE_CITY
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.documents.city import DocumentsPart
from todoke.shared.documents.models import Disposition, LetterVersion, Seal

FILES = ("documents.toml", "seals.toml", "clauses.toml", "letters.toml")


@pytest.fixture
def folder(house, tmp_path):
    made = tmp_path / "city"
    made.mkdir()
    for name in FILES:
        shutil.copy(SAMPLE_CITY / name, made)
    return made


def load(folder):
    report = LoadReport(folder)
    DocumentsPart().load(folder, report)
    return report


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_loading_twice_changes_nothing(folder):
    report = load(folder)

    assert not report.faults
    assert report.changes() == 0


def test_an_empty_folder_is_none_of_our_business(house, tmp_path):
    assert load(tmp_path).changes() == 0


def test_a_letter_that_has_changed_becomes_the_next_version(folder):
    change(folder, "letters.toml", "次のとおり許可します。", "次のとおり、許可します。")

    report = load(folder)

    assert report.counts["文書の版"][Outcome.CREATED] == 1
    assert LetterVersion.objects.filter(letter__key="senyo-kyoka").count() == 2


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("documents.toml", 'section = "doboku"', 'section = "nothing"', "nothing"),
        ("documents.toml", 'mark = "凪土"', 'mark = ""', "mark"),
        ("documents.toml", 'style = "hyphen"', 'style = "roman"', "era, hyphen"),
        ("documents.toml", "[[series]]", "[[serious]]", "serious"),
        ("documents.toml", "[[series]]", "[[series", "TOML"),
        ("seals.toml", 'characters = "凪浜市長之印"', 'characters = "凪浜市鬱之印"', "鬱"),
        ("seals.toml", "columns = 2", "columns = 4", "割り切れません"),
        ("seals.toml", "columns = 2", 'columns = "2"', "整数"),
        ("seals.toml", "start_date = 2005-04-01", 'start_date = "2005"', "日付"),
        ("seals.toml", 'kind = "office"', 'kind = "private"', "office, acting, special"),
        ("seals.toml", 'standing_rule = "', 'end_date = 2030-01-01\nholder_note = "', "standing_rule"),
        ("seals.toml", 'characters = "凪浜市長之印"', 'drawing = "nothing.svg"', "nothing.svg"),
        ("clauses.toml", 'nature = "refusal"', 'nature = "no"', "notice, grant"),
        ("clauses.toml", 'part = "instructions"', 'part = "x"', "reasons, instructions"),
        ("letters.toml", 'disposition = "refusal"', 'disposition = "x"', "x"),
        ("letters.toml", "{applied.date}付け", "{applied.day}付け", "applied.day"),
        ("letters.toml", '[[letters.blocks]]\nblock = "reasons"\n', "", "reasons"),
    ],
)
def test_a_fault_is_told_with_its_file_and_remedy(folder, name, old, new, says):
    change(folder, name, old, new)

    report = load(folder)

    assert report.faults
    assert any(fault.place.file in (name, "nothing.svg") and says in str(fault) for fault in report.faults)


def test_a_citys_own_drawing_is_taken(folder):
    (folder / "mayor.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    change(folder, "seals.toml", 'characters = "凪浜市長之印"', 'drawing = "mayor.svg"')

    assert not load(folder).faults
    assert Seal.objects.get(key="shicho").drawing.startswith("<svg")


def test_a_drawing_that_is_none_is_refused(folder):
    (folder / "mayor.svg").write_text("scan", encoding="utf-8")
    change(folder, "seals.toml", 'characters = "凪浜市長之印"', 'drawing = "mayor.svg"')

    assert "SVG" in str(load(folder).faults[0])


def test_a_city_may_ask_for_instructions_where_the_law_leaves_it_open(folder):
    change(folder, "clauses.toml", 'nature = "grant"', 'nature = "grant"\ninstructions = true')

    assert not load(folder).faults
    assert Disposition.objects.get(key="permit").needs_instructions
