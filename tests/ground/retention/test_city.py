"""retention.toml: the city's schedule."""

import pytest

from tests.ground.retention.conftest import MAY
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.ground.retention.actions import custody
from todoke.ground.retention.city import RetentionPart
from todoke.ground.retention.models import RetentionClass

pytestmark = pytest.mark.django_db

FIVE = """
[[classes]]
code = "five"
name = "5年"
years = 5
counts_from = "fiscal_year"
then = "delete"
basis = "規程"
"""


def load(tmp_path, text: str | None) -> LoadReport:
    if text is not None:
        (tmp_path / "retention.toml").write_text(text, encoding="utf-8")
    report = LoadReport(tmp_path)
    RetentionPart().load(tmp_path, report)
    return report


def test_a_class_is_stored_and_a_second_loading_changes_nothing(tmp_path):
    load(tmp_path, FIVE)

    again = load(tmp_path, FIVE)

    made = RetentionClass.objects.get()
    assert (made.code, made.years, made.days, made.counts_from, made.then, made.basis) == (
        "five",
        5,
        None,
        "fiscal_year",
        "delete",
        "規程",
    )
    assert again.changes() == 0


def test_without_a_file_there_is_nothing_to_load(tmp_path):
    assert load(tmp_path, None).changes() == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("years = 5", "years = 0"), "1から200"),
        (("years = 5", "years = 201"), "1から200"),
        (("years = 5", "years = true"), "1から200"),
        (("years = 5", 'years = "5"'), "1から200"),
        (("years = 5", "years = 5\ndays = 3"), "どちらか一方"),
        (("years = 5", "days = 30"), "counts_from を event"),
        (('"fiscal_year"', '"april"'), "fiscal_year, calendar_year, event"),
        (('"delete"', '"burn"'), "delete, archive"),
        (('"five"', '"五"'), "半角"),
        (('basis = "規程"', ""), "空か"),
        (('name = "5年"', 'name = "5年"\ncolour = 1'), "知らない項目"),
    ],
)
def test_a_fault_is_told_and_nothing_stored(tmp_path, change, said):
    report = load(tmp_path, FIVE.replace(*change))

    assert report.fault_count >= 1
    assert said in "\n".join(each.text for each in report.faults)
    assert not RetentionClass.objects.exists()


def test_a_code_stands_once(tmp_path):
    assert load(tmp_path, FIVE + FIVE).fault_count == 1


def test_a_list_that_is_none_is_told(tmp_path):
    assert load(tmp_path, "classes = 5").fault_count == 1


def test_a_class_in_use_keeps_its_length_and_may_change_its_name(tmp_path):
    load(tmp_path, FIVE)
    custody.take(("test.letter", 1), "five", at=MAY)

    refused = load(tmp_path, FIVE.replace("years = 5", "years = 3"))
    renamed = load(tmp_path, FIVE.replace("5年", "五年"))

    assert (refused.fault_count, renamed.fault_count) == (1, 0)
    assert RetentionClass.objects.get().years == 5
    assert RetentionClass.objects.get().name == "五年"


def test_a_class_that_nobody_uses_may_change_or_go(tmp_path):
    load(tmp_path, FIVE)

    load(tmp_path, FIVE.replace("years = 5", "years = 3"))
    changed = RetentionClass.objects.get().years
    gone = load(tmp_path, FIVE.replace('"five"', '"other"'))

    assert changed == 3
    assert gone.counts[str(RetentionClass._meta.verbose_name)][Outcome.DELETED] == 1


def test_a_class_in_use_that_the_file_no_longer_names_stays(tmp_path):
    load(tmp_path, FIVE)
    custody.take(("test.letter", 1), "five", at=MAY)

    load(tmp_path, FIVE.replace('"five"', '"other"'))

    assert RetentionClass.objects.filter(code="five").exists()
