"""What formulas come to, by table: a document, what was answered, what comes out."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.base.formulas.sample import TODAY, D, formula, is_weekday, name, op, value
from todoke.base.formulas import Circumstances, Kind

SIZE, AREA, RATIO, FEE, INCOME = (name(key) for key in ("household.size", "area", "ratio", "fee", "income"))
KIND, NOTE, BIRTH, START, AGREED = (name(key) for key in ("kind", "note", "birth", "start", "agreed"))
NEEDS, RESIDENT = name("needs"), name("resident")


@pytest.mark.parametrize(
    ("doc", "size", "comes_out"),
    [
        (op("equal", SIZE, 3), 3, True),
        (op("equal", SIZE, 3), 4, False),
        (op("differs", SIZE, 3), 4, True),
        (op("differs", SIZE, 3), 3, False),
        (op("less", SIZE, 3), 2, True),
        (op("less", SIZE, 3), 3, False),
        (op("at-most", SIZE, 3), 3, True),
        (op("at-most", SIZE, 3), 4, False),
        (op("more", SIZE, 3), 4, True),
        (op("more", SIZE, 3), 3, False),
        (op("at-least", SIZE, 3), 3, True),
        (op("at-least", SIZE, 3), 2, False),
        (op("less", 3, SIZE), 4, True),
        (op("less", 3, SIZE), 3, False),
        (op("among", SIZE, values=[2, 3]), 3, True),
        (op("among", SIZE, values=[2, 3]), 4, False),
        (op("not", op("equal", SIZE, 3)), 3, False),
        (op("not", op("equal", SIZE, 3)), 4, True),
    ],
)
def test_numbers_compare(doc: Any, size: int, comes_out: bool) -> None:
    assert value(doc, household_size=size) is comes_out
    assert value(doc) is False


def test_one_is_compared_with_another() -> None:
    assert value(op("less", AREA, RATIO), area=1, ratio=D("1.5")) is True
    assert value(op("less", AREA, RATIO), area=2, ratio=D("1.5")) is False
    assert value(op("less", AREA, RATIO), area=1) is False
    assert value(op("less", AREA, RATIO), ratio=1) is False


@pytest.mark.parametrize(
    ("doc", "answers", "comes_out"),
    [
        (op("equal", KIND, "new"), {"kind": "new"}, True),
        (op("equal", KIND, "new"), {"kind": "old"}, False),
        (op("among", KIND, values=["new", "night"]), {"kind": "night"}, True),
        (op("among", KIND, values=["new", "night"]), {"kind": "old"}, False),
        (op("equal", AGREED, True), {"agreed": True}, True),
        (op("equal", AGREED, False), {"agreed": True}, False),
        (op("equal", START, "2026-04-01"), {"start": date(2026, 4, 1)}, True),
        (op("less", START, "2026-04-02"), {"start": date(2026, 4, 1)}, True),
        (op("more", INCOME, 1_000), {"income": 1_001}, True),
        (op("equal", NOTE, "あ"), {"note": "あ"}, True),
        (op("starts", NOTE, "水"), {"note": "水道"}, True),
        (op("starts", NOTE, "道"), {"note": "水道"}, False),
        (op("ends", NOTE, "道"), {"note": "水道"}, True),
        (op("ends", NOTE, "水"), {"note": "水道"}, False),
        (op("contains", NOTE, "道"), {"note": "水道管"}, True),
        (op("contains", NOTE, "電"), {"note": "水道管"}, False),
        (op("length", NOTE), {"note": "水道管"}, 3),
        (op("includes-any", NEEDS, values=["a", "b"]), {"needs": ["b", "c"]}, True),
        (op("includes-any", NEEDS, values=["a", "b"]), {"needs": ["c"]}, False),
        (op("includes-all", NEEDS, values=["a", "b"]), {"needs": ["a", "b", "c"]}, True),
        (op("includes-all", NEEDS, values=["a", "b"]), {"needs": ["b", "c"]}, False),
        (op("not", op("includes-any", NEEDS, values=["a"])), {"needs": []}, True),
        (op("how-many", NEEDS), {"needs": {"a", "b"}}, 2),
        (op("how-many", NEEDS), {"needs": []}, 0),
    ],
)
def test_texts_choices_and_dates_compare(doc: Any, answers: dict[str, Any], comes_out: Any) -> None:
    assert value(doc, **answers) == comes_out
    assert value(doc) in {False, None}


# The table of three values: what `and` and `or` come to before they are taken as a condition.
@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, True, False, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, True, None, True),
        (None, False, False, None),
        (None, None, None, None),
    ],
)
def test_what_is_not_answered_joins_by_kleenes_rule(one: Any, other: Any, both: Any, either: Any) -> None:
    answers = {"agreed": one, "resident": other}

    for operator, comes_out in (("and", both), ("or", either)):
        doc = op(operator, AGREED, RESIDENT)
        assert value(doc, **answers) is (comes_out is True)
        assert value(op("not", doc), **answers) is (comes_out is False)


def test_a_condition_over_what_is_not_answered_is_not_met_and_neither_is_its_opposite() -> None:
    adult = op("at-least", SIZE, 3)

    assert value(adult) is False
    assert value(op("not", adult)) is False
    assert value(op("not", op("answered", SIZE))) is True
    assert value(op("answered", SIZE), household_size=1) is True


def test_an_empty_text_is_no_answer_and_an_empty_choice_of_several_is_one() -> None:
    assert value(op("answered", NOTE), note="") is False
    assert value(op("answered", NEEDS), needs=[]) is True


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("area", "12"),
        ("area", 1.5),
        ("area", True),
        ("area", D("NaN")),
        ("area", D("sNaN")),
        ("area", D("Infinity")),
        ("area", D("1E+15")),
        ("area", D("-1E+15")),
        ("area", 10**15),
        ("area", -(10**15)),
        ("fee", D(1)),
        ("fee", 10**15),
        ("fee", -(10**15)),
        ("fee", True),
        ("note", 3),
        ("kind", ["new"]),
        ("agreed", 1),
        ("agreed", "yes"),
        ("birth", "2026-04-01"),
        ("birth", datetime(2026, 4, 1, tzinfo=UTC)),
        ("needs", "a"),
        ("needs", [1]),
        ("members", {"a": 1}),
        ("members", [1]),
        ("members", [{}] * 201),
    ],
)
def test_what_is_not_of_its_kind_counts_as_not_answered(key: str, wrong: Any) -> None:
    assert value(op("answered", name(key)), **{key: wrong}) is False


@pytest.mark.parametrize("key", ["area", "fee"])
def test_the_largest_number_is_an_answer(key: str) -> None:
    assert value(op("answered", name(key)), **{key: 10**15 - 1}) is True
    assert value(op("answered", name(key)), **{key: 1 - 10**15}) is True


@pytest.mark.parametrize(
    ("doc", "comes_out"),
    [
        (op("add", AREA, RATIO, 1), D("5.5")),
        (op("subtract", AREA, RATIO), D("1.5")),
        (op("multiply", AREA, RATIO, 2), D(9)),
        (op("divide", AREA, RATIO), D(2)),
        (op("min", AREA, RATIO), D("1.5")),
        (op("max", AREA, RATIO, 2), D(3)),
        (op("add", FEE, 200), 1_199),
        (op("subtract", FEE, 1_000), -1),
        (op("min", FEE, 500), 500),
        (op("max", FEE, 500), 999),
        (op("multiply", FEE, 2), 1_998),
        (op("multiply", FEE, "0.5"), D("499.5")),
        (op("divide", FEE, 2), D("499.5")),
        (op("divide", FEE, {"yen": 333}), D(3)),
        (op("yen", op("multiply", FEE, "0.5"), way="half-up"), 500),
        (op("yen", op("multiply", FEE, "0.5"), way="down"), 499),
        (op("yen", op("multiply", FEE, "0.5"), way="up"), 500),
        (op("yen", FEE, way="down", to=100), 900),
        (op("yen", FEE, way="up", to=100), 1_000),
        (op("round", FEE, way="half-up", to=10), 1_000),
        (op("round", RATIO, way="half-up"), 2),
        (op("round", RATIO, way="down"), 1),
        (op("round", op("multiply", RATIO, -1), way="down"), -1),
        (op("round", op("multiply", RATIO, -1), way="half-up"), -2),
        (op("round", op("divide", AREA, 7), way="half-up", to="0.01"), D("0.43")),
    ],
)
def test_it_reckons_exactly(doc: Any, comes_out: Any) -> None:
    found = value(doc, area=3, ratio=D("1.5"), fee=999)

    assert found == comes_out
    assert type(found) is type(D(comes_out) if formula(doc).kind is Kind.NUMBER else comes_out)
    assert value(doc) is None


def test_what_cannot_be_reckoned_is_not_known() -> None:
    assert value(op("divide", AREA, RATIO), area=1, ratio=0) is None
    assert value(op("multiply", AREA, RATIO), area=10**14, ratio=10) is None
    assert value(op("multiply", AREA, RATIO), area=10**14, ratio=-10) is None
    assert value(op("add", FEE, FEE), fee=10**15 - 1) is None
    assert value(op("round", AREA, way="up", to="0.1"), area=10**14) is None
    assert value(op("round", AREA, way="up", to=10), area=10**15 - 1) is None
    assert value(op("sum", {"row": "income"}, over="members"), members=[{"income": 10**15 - 1}] * 2) is None


DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("doc", "day", "comes_out"),
    [
        (op("age-on", BIRTH, op("today")), date(2008, 11, 20), 18),
        (op("age-on", BIRTH, op("today")), date(2008, 11, 21), 18),  # 誕生日の前日が終わるとき
        (op("age-on", BIRTH, op("today")), date(2008, 11, 22), 17),
        (op("age-on", BIRTH, {"date": "9999-12-31"}), date(2000, 1, 1), None),
        (op("age-on", BIRTH, op("today")), date(2026, 11, 20), 0),
        (op("age-on", BIRTH, op("today")), date(2026, 11, 21), None),
        (op("age-on", BIRTH, {"date": "2023-02-27"}), date(2020, 2, 29), 2),
        (op("age-on", BIRTH, {"date": "2023-02-28"}), date(2020, 2, 29), 3),
        (op("fiscal-year", BIRTH), date(2026, 3, 31), 2025),
        (op("fiscal-year", BIRTH), date(2026, 4, 1), 2026),
        (op("fiscal-year-start", BIRTH), date(2026, 3, 31), date(2025, 4, 1)),
        (op("fiscal-year-start", BIRTH), date(1, 3, 31), None),
        (op("fiscal-year-start", BIRTH), date(1, 4, 1), date(1, 4, 1)),
        (op("year", BIRTH), DAY, 2026),
        (op("month", BIRTH), DAY, 11),
        (op("day", BIRTH), DAY, 20),
        (op("days-between", BIRTH, op("today")), date(2026, 11, 1), 19),
        (op("days-between", op("today"), BIRTH), date(2026, 11, 1), -19),
        (op("add-days", BIRTH, 14), DAY, date(2026, 12, 4)),
        (op("add-days", BIRTH, "1.9"), DAY, date(2026, 11, 21)),
        (op("add-days", BIRTH, 1), date.max, None),
        (op("add-days", BIRTH, 10**14), DAY, None),
        (op("add-months", BIRTH, 1), date(2026, 1, 31), date(2026, 2, 28)),
        (op("add-months", BIRTH, -1), date(2026, 1, 31), date(2025, 12, 31)),
        (op("add-months", BIRTH, 12), date(2024, 2, 29), date(2025, 2, 28)),
        (op("add-months", BIRTH, 11), date(2026, 1, 1), date(2026, 12, 1)),
        (op("add-months", BIRTH, 1), date.max, None),
        (op("add-months", BIRTH, -1), date.min, None),
        (op("add-months", BIRTH, -1), date(1, 2, 1), date(1, 1, 1)),
        (op("add-months", BIRTH, 1), date(9999, 11, 1), date(9999, 12, 1)),
        (op("is-open", BIRTH), date(2026, 11, 20), True),
        (op("is-open", BIRTH), date(2026, 11, 21), False),
        (op("next-open", BIRTH), date(2026, 11, 20), date(2026, 11, 20)),
        (op("next-open", BIRTH), date(2026, 11, 21), date(2026, 11, 23)),
        (op("add-open-days", BIRTH, 0), date(2026, 11, 21), date(2026, 11, 21)),
        (op("add-open-days", BIRTH, 1), date(2026, 11, 20), date(2026, 11, 23)),
        (op("add-open-days", BIRTH, 10), date(2026, 11, 20), date(2026, 12, 4)),
        (op("add-open-days", BIRTH, 250), date(2026, 11, 20), date(2027, 11, 5)),
        (op("add-open-days", BIRTH, 251), date(2026, 11, 20), None),
        (op("add-open-days", BIRTH, -1), date(2026, 11, 20), None),
        (op("add-open-days", BIRTH, 1), date.max, None),
        (op("open-days-between", BIRTH, op("today")), date(2026, 11, 13), 5),
        (op("open-days-between", BIRTH, op("today")), date(2026, 11, 20), 0),
        (op("open-days-between", BIRTH, op("today")), date(2026, 11, 21), None),
        (op("open-days-between", BIRTH, op("today")), date(2024, 10, 31), 536),
        (op("open-days-between", BIRTH, op("today")), date(2024, 10, 30), None),
        (op("min", BIRTH, {"date": "2020-01-01"}), date(2026, 1, 1), date(2020, 1, 1)),
    ],
)
def test_days_are_reckoned(doc: Any, day: date, comes_out: Any) -> None:
    assert value(doc, birth=day) == comes_out
    assert value(doc) in {None, False}


def test_an_office_that_never_opens_leaves_the_day_unknown() -> None:
    closed = Circumstances(DAY, lambda _day: False)

    assert value(op("next-open", BIRTH), closed, birth=DAY) is None
    assert value(op("add-open-days", BIRTH, 1), closed, birth=DAY) is None


def test_750_days_are_looked_at_and_not_one_more() -> None:
    def opens_after(days: int) -> Circumstances:
        return Circumstances(DAY, lambda day: (day - DAY).days == days)

    assert value(op("add-open-days", op("today"), 1), opens_after(749)) == date(2028, 12, 8)
    assert value(op("add-open-days", op("today"), 1), opens_after(750)) is None


MEMBERS = [
    {"birth": date(2010, 1, 1), "income": 0, "studies": True, "weight": D("1.5")},
    {"birth": date(1980, 1, 1), "income": 300, "studies": False, "weight": D("2.5")},
    {"birth": date(1981, 1, 1), "income": 200, "studies": False, "weight": D(0)},
]
YOUNG = op("less", op("age-on", {"row": "birth"}, op("today")), 18)


@pytest.mark.parametrize(
    ("doc", "comes_out", "of_nobody"),
    [
        (op("count", over="members"), 3, 0),
        (op("count", over="members", where=YOUNG), 1, 0),
        (op("sum", {"row": "income"}, over="members"), 500, 0),
        (op("sum", {"row": "weight"}, over="members"), 4, 0),
        (op("sum", {"row": "income"}, over="members", where=op("not", {"row": "studies"})), 500, 0),
        (op("lowest", {"row": "income"}, over="members"), 0, None),
        (op("highest", {"row": "income"}, over="members"), 300, None),
        (op("lowest", {"row": "birth"}, over="members"), date(1980, 1, 1), None),
        (op("highest", {"row": "income"}, over="members", where=YOUNG), 0, None),
        (op("any", YOUNG, over="members"), True, False),
        (op("all", YOUNG, over="members"), False, True),
        (op("all", {"row": "studies"}, over="members", where=YOUNG), True, True),
        (op("any", op("more", {"row": "income"}, FEE), over="members"), False, False),
    ],
)
def test_the_entries_of_a_group_are_counted(doc: Any, comes_out: Any, of_nobody: Any) -> None:
    assert value(doc, members=MEMBERS, fee=300) == comes_out
    assert value(doc, members=[], fee=300) == of_nobody
    assert value(doc, fee=300) in {None, False}


@pytest.mark.parametrize(
    ("doc", "comes_out"),
    [
        (op("count", over="members"), 2),
        (op("count", over="members", where={"row": "studies"}), None),
        (op("sum", {"row": "income"}, over="members"), None),
        (op("lowest", {"row": "income"}, over="members"), None),
        (op("highest", {"row": "income"}, over="members"), None),
        (op("any", {"row": "studies"}, over="members"), True),
        (op("all", {"row": "studies"}, over="members"), False),
        (op("not", op("all", {"row": "studies"}, over="members")), False),
        (op("not", op("any", op("not", {"row": "studies"}), over="members")), False),
    ],
)
def test_an_entry_with_a_gap_leaves_open_what_hangs_on_it(doc: Any, comes_out: Any) -> None:
    assert value(doc, members=[{"studies": True}, {"income": 3}]) == comes_out


def test_the_first_case_that_holds_decides_and_an_open_one_before_it_leaves_all_open() -> None:
    doc = {
        "op": "if",
        "cases": [
            {"when": op("equal", KIND, "night"), "then": "1.2"},
            {"when": op("at-least", SIZE, 3), "then": "0.5"},
        ],
        "otherwise": 1,
    }
    doc = op("multiply", doc, 1)

    assert value(doc, kind="night", household_size=3) == D("1.2")
    assert value(doc, kind="night") == D("1.2")
    assert value(doc, kind="new", household_size=3) == D("0.5")
    assert value(doc, kind="new", household_size=2) == 1
    assert value(doc, kind="new") is None
    assert value(doc, household_size=3) is None


def test_the_first_answer_counts() -> None:
    doc = op("first-answered", FEE, INCOME, 100)

    assert value(doc, fee=1, income=2) == 1
    assert value(doc, income=2) == 2
    assert value(doc) == 100
    assert value(op("first-answered", FEE, INCOME)) is None


FEES = {
    "tables": {
        "fees": {
            "words": {"ja": "手数料表", "en": "fees"},
            "columns": ["choice", "number"],
            "gives": "money",
            "rows": [
                {"when": [["night"], {"below": 10}], "then": 500},
                {"when": [["night"], {"from": 10, "below": "20.5"}], "then": 900},
                {"when": [["new", "old"], None], "then": 100},
            ],
            "otherwise": 1_500,
        }
    },
    "value": op("look-up", KIND, AREA, table="fees"),
}


@pytest.mark.parametrize(
    ("kind", "area", "fee"),
    [
        ("night", 0, 500),
        ("night", D("9.99"), 500),
        ("night", 10, 900),
        ("night", D("20.4"), 900),
        ("night", D("20.5"), 1_500),
        ("new", 400, 100),
        ("old", 0, 100),
        ("gone", 0, 1_500),
        (None, 0, None),
        ("night", None, None),
    ],
)
def test_a_table_has_half_open_bands(kind: Any, area: Any, fee: Any) -> None:
    assert formula(FEES, Kind.MONEY).value({"kind": kind, "area": area}, TODAY) == fee


def test_a_table_without_otherwise_gives_nothing_for_what_it_does_not_have() -> None:
    columns = {"columns": ["choice"], "gives": "number"}
    table = {**columns, "rows": [{"when": [["new"]], "then": 1}, {"when": [["old", "night"]], "then": 2}]}
    doc = {"tables": {"t": table}, "value": op("look-up", KIND, table="t")}

    assert formula(doc).value({"kind": "old"}, TODAY) == 2
    assert formula(doc).value({"kind": "gone"}, TODAY) is None


def test_a_weekday_of_the_sample_is_a_weekday() -> None:
    assert is_weekday(DAY)
