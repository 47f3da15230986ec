"""The call trees of the city folder."""

import pytest

from todoke.ground.places.registry import LoadReport
from todoke.shared.calling.city import TreesPart
from todoke.shared.calling.models import Seat, Tree

TREES = "key,name,rule,needed,minutes,post_name,post_telephone\nheads,連絡網,all,,5,係長,000-0000-0099\n"
PEOPLE = "tree,number,name,telephone,deputy_for\nheads,1,甲,000-0000-0001,\nheads,2,乙,000-0000-0002,1\n"


def load(folder, trees=TREES, people=PEOPLE) -> LoadReport:
    (folder / "call_trees.csv").write_text(trees, encoding="utf-8")
    (folder / "call_people.csv").write_text(people, encoding="utf-8")
    report = LoadReport(folder)
    TreesPart().load(folder, report)
    return report


@pytest.mark.django_db
def test_trees_and_their_deputies_are_read_and_reading_them_twice_changes_nothing(tmp_path):
    load(tmp_path)

    again = load(tmp_path)

    assert again.changes() == 0
    assert Seat.objects.get(number=2).stands_in_for == Seat.objects.get(number=1)


@pytest.mark.django_db
def test_who_is_taken_out_is_switched_off_and_not_deleted(tmp_path):
    load(tmp_path)

    load(tmp_path, people=PEOPLE.rsplit("heads,2", 1)[0])

    assert list(Seat.objects.order_by("number").values_list("is_active", flat=True)) == [True, False]
    assert Tree.objects.get().is_active


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trees", "people", "line"),
    [
        (TREES.replace("all", "some"), PEOPLE, "call_trees.csv:2"),
        (TREES.replace(",5,", ",0,"), PEOPLE, "call_trees.csv:2"),
        (TREES, PEOPLE.replace("000-0000-0002", "ring"), "call_people.csv:3"),
        (TREES, PEOPLE.replace("000-0000-0002,1", "000-0000-0002,7"), "call_people.csv:3"),
        (TREES, PEOPLE.replace("heads,2", "others,2"), "call_people.csv:3"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, trees, people, line):
    report = load(tmp_path, trees, people)

    assert any(str(fault).startswith(line) for fault in report.faults), [str(fault) for fault in report.faults]
