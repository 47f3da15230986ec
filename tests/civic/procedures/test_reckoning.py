"""Computed values by choosing: lines become a formula that means what people learned at school, and lines again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.civic.procedures.samples import stall
from todoke.base.formulas import Circumstances, Kind, Name, Unsound, compile_formula
from todoke.civic.procedures.building.computed import (
    known_before,
    new_key,
    put_computed,
    remove_computed,
    roots_of,
    scope_of,
)
from todoke.civic.procedures.building.conditions import NoValue
from todoke.civic.procedures.building.pages import NotThere, StillUsed, uses_of
from todoke.civic.procedures.building.price_tables import PriceRow, options_of, row_of, tables_of, with_rows
from todoke.civic.procedures.building.reckoning import (
    LINES_MAX,
    UNITS,
    Joint,
    Line,
    Reckoning,
    What,
    formula_of,
    line_at,
    line_of,
    moved_up,
    reckoning_of,
    terms,
    values_of,
)

WORDS = {"ja": "質問"}
INNER = {"income": Name("income", Kind.MONEY, {"ja": "収入"}), "who": Name("who", Kind.TEXT, WORDS)}
SCOPE = {
    "area": Name("area", Kind.NUMBER, {"ja": "広さ"}),
    "people": Name("people", Kind.NUMBER, {"ja": "人数"}, whole=True),
    "price": Name("price", Kind.MONEY, {"ja": "単価"}),
    "born": Name("born", Kind.DATE, {"ja": "生年月日"}),
    "start": Name("start", Kind.DATE, {"ja": "始める日"}),
    "papers": Name("papers", Kind.CHOICES, WORDS, {"a": WORDS}),
    "members": Name("members", Kind.ROWS, {"ja": "家族"}, inner=INNER),
    "yes": Name("yes", Kind.TRUTH, WORDS),
}
TODAY = Circumstances(date(2026, 6, 1), lambda _day: True)
ANSWERS: dict[str, Any] = {
    "area": Decimal("4.5"),
    "people": 3,
    "price": 500,
    "born": date(2008, 6, 2),
    "start": date(2026, 6, 11),
    "papers": ["a"],
    "members": [{"income": 100}, {"income": 50}],
}


def named(name: str, joint: Joint = Joint.ADD) -> Line:
    return Line(What.NAME, name, joint=joint)


def number(value: str, joint: Joint = Joint.ADD) -> Line:
    return Line(What.NUMBER, value=value, joint=joint)


def worth(*lines: Line, **answers: Any) -> Any:
    formula = compile_formula(formula_of(Reckoning(lines), SCOPE), SCOPE)
    return formula.value({**ANSWERS, **answers}, TODAY)


@pytest.mark.parametrize(
    ("lines", "worth_it"),
    [
        ([number("4"), number("3"), number("2", Joint.MULTIPLY)], 10),
        ([number("4"), number("3", Joint.MULTIPLY), number("2")], 14),
        ([number("12"), number("3", Joint.SUBTRACT), number("4", Joint.SUBTRACT)], 5),
        ([number("12"), number("3", Joint.DIVIDE), number("2", Joint.DIVIDE)], 2),
        ([number("12"), number("3", Joint.DIVIDE), number("2", Joint.MULTIPLY)], 8),
        ([number("10"), number("6", Joint.SUBTRACT), number("3", Joint.DIVIDE), number("1")], 9),
        ([named("area"), number("1.5")], Decimal(6)),
        ([named("price"), named("people", Joint.MULTIPLY), Line(What.YEN, value="100")], 1600),
        ([Line(What.COUNT, "members")], 2),
        ([Line(What.TOTAL, "members", "income")], 150),
        ([Line(What.CHOSEN, "papers")], 1),
        ([Line(What.AGE, "born", "today")], 18),
        ([Line(What.AGE, "born", "start")], 18),
        ([Line(What.AGE, "born", "year:start")], 17),
        ([Line(What.DAYS, "start", "today")], -10),
        ([Line(What.DAYS, "born", "start"), number("1")], 6584),
    ],
)
def test_lines_are_reckoned_as_at_school(lines: list[Line], worth_it: Any) -> None:
    assert worth(*lines) == worth_it


def test_what_was_not_answered_makes_the_whole_unknown_unless_it_counts_as_nothing() -> None:
    one = Line(What.NAME_OR_ZERO, "people")

    assert worth(named("area"), named("people"), people=None) is None
    assert worth(named("area"), one, people=None) == Decimal("4.5")


@pytest.mark.parametrize(
    ("end", "worth_it"),
    [
        ({"way": "down", "is_yen": True}, 2258),
        ({"way": "up", "unit": "100", "is_yen": True}, 2300),
        ({"way": "half-up", "unit": "10"}, 2260),
        ({"way": "half-up", "unit": "0.1"}, Decimal("2258.8")),
    ],
)
def test_the_end_is_rounded_as_it_is_chosen(end: dict[str, Any], worth_it: Any) -> None:
    reckoning = Reckoning((named("area"), number("501.95", Joint.MULTIPLY)), **end)

    formula = compile_formula(formula_of(reckoning, SCOPE), SCOPE)

    assert formula.value(ANSWERS, TODAY) == worth_it
    assert formula.kind is (Kind.MONEY if end.get("is_yen") else Kind.NUMBER)
    assert reckoning_of(formula) == reckoning


@st.composite
def lines(draw: st.DrawFn) -> Line:
    what = draw(st.sampled_from(What))
    joint = draw(st.sampled_from(Joint))
    if what is What.NUMBER:
        value = draw(st.integers(-1000, 1000).map(str) | st.sampled_from(["1.5", "0.25"]))
        return Line(what, value=value, joint=joint)
    if what is What.YEN:
        return Line(what, value=str(draw(st.integers(0, 10**6))), joint=joint)
    offered = [term.partition(":")[2] for term, _words in terms(SCOPE) if term.startswith(f"{what}:")]
    line = Line(what, draw(st.sampled_from(offered)), joint=joint)
    values = values_of(line, SCOPE)
    return replace(line, value=draw(st.sampled_from([key for key, _words in values]))) if values else line


@given(
    st.lists(lines(), min_size=1, max_size=6),
    st.sampled_from(["", "down", "up", "half-up"]),
    st.sampled_from(UNITS),
)
def test_what_is_chosen_is_read_back_or_its_fault_names_a_line(chosen: list[Line], way: str, unit: str) -> None:
    reckoning = Reckoning((replace(chosen[0], joint=Joint.ADD), *chosen[1:]), way, unit if way else "1")
    formula = formula_of(reckoning, SCOPE)

    try:
        sound = compile_formula(formula, SCOPE)
    except Unsound as unsound:
        for fault in unsound.faults:
            assert str(fault.says)
            assert (line_at(formula, fault.path) or 0) < len(chosen)
    else:
        assert reckoning_of(sound) == reckoning
        assert sound.words()


def test_a_line_goes_up_and_what_joins_the_two_stays() -> None:
    lines = [named("area"), named("people", Joint.SUBTRACT), named("price", Joint.DIVIDE)]

    up = moved_up(lines, 1)

    assert up == [named("people"), named("area", Joint.SUBTRACT), named("price", Joint.DIVIDE)]
    assert moved_up(lines, 0) == moved_up(lines, 3) == lines


def test_a_fault_stands_at_its_line() -> None:
    formula = formula_of(Reckoning((named("price"), named("people"), number("0", Joint.DIVIDE))), SCOPE)

    with pytest.raises(Unsound) as unsound:
        compile_formula(formula, SCOPE)

    assert {line_at(formula, fault.path) for fault in unsound.value.faults} == {2}
    assert line_at(formula, "") is None


@pytest.mark.parametrize(
    "formula",
    [
        {"op": "multiply", "of": [{"op": "add", "of": [{"name": "area"}, 1]}, 3]},
        {"op": "multiply", "of": [3, {"op": "divide", "of": [{"name": "area"}, 60]}]},
        {"op": "min", "of": [{"name": "area"}, 3]},
        {"op": "round", "way": "up", "to": 7, "of": [{"name": "area"}]},
        {"op": "count", "over": "members", "where": {"op": "answered", "of": [{"row": "who"}]}},
        {"op": "age-on", "of": [{"name": "born"}, {"op": "add-days", "of": [{"name": "start"}, 1]}]},
        {"op": "days-between", "of": [{"op": "today"}, {"name": "start"}]},
        {"op": "first-answered", "of": [{"name": "area"}, 1]},
        {"op": "add", "of": [{"name": "area"}] * (LINES_MAX + 1)},
        {"name": "born"},
        {"op": "answered", "of": [{"name": "born"}]},
    ],
)
def test_what_lines_cannot_say_is_left_alone(formula: Any) -> None:
    assert reckoning_of(compile_formula(formula, SCOPE)) is None


@pytest.mark.parametrize(
    "reckoning",
    [
        Reckoning(()),
        Reckoning((number("多い"),)),
        Reckoning((Line(What.YEN, value="1.5"),)),
        Reckoning((Line(What.DAYS, "start"),)),
        Reckoning((Line(What.DAYS, "start", "start"),)),
        Reckoning((Line(What.TOTAL, "members", "who"),)),
        Reckoning((named("area"),), is_yen=True),
    ],
)
def test_what_is_missing_is_told(reckoning: Reckoning) -> None:
    with pytest.raises(NoValue) as missing:
        formula_of(reckoning, SCOPE)

    assert str(missing.value.says)


@pytest.mark.parametrize("term", ["", "name:ghost", "name:yes", "age:area", "sum:members", "name"])
def test_a_line_that_is_not_offered_is_none(term: str) -> None:
    assert line_of(term, SCOPE) is None


def test_a_group_without_numbers_has_nothing_to_sum_up() -> None:
    scope = {"members": Name("members", Kind.ROWS, WORDS, inner={"who": INNER["who"]})}

    assert [term for term, _words in terms(scope)] == ["number:", "yen:", "count:members"]


SUM = {"op": "multiply", "of": [{"name": "area"}, 2]}
TWICE = {"op": "add", "of": [{"name": "sum1"}, {"name": "area"}]}


def test_computed_values_are_added_changed_and_removed() -> None:
    made = put_computed(stall(), "", {"ja": "倍の広さ"}, SUM)
    twice = put_computed(made, "", {"ja": "三倍の広さ"}, TWICE)
    twice["tests"][0]["expects"]["computed"] = {"sum2": "12"}
    twice["letters"] = {"granted": {"letter": "x", "facts": {"size": "sum2"}}}

    with pytest.raises(StillUsed) as used:
        remove_computed(twice, "sum1")
    gone = remove_computed(twice, "sum2")

    assert used.value.places == ("三倍の広さ",)
    assert new_key(made) == "sum2"
    assert list(gone["form"]["computed"]) == ["sum1"]
    assert gone["tests"][0]["expects"]["computed"] == {}
    assert gone["letters"]["granted"]["facts"] == {}
    assert uses_of(made, "area") == ["倍の広さ", "広さは1平方メートルからです。", "占用料"]
    with pytest.raises(NotThere):
        remove_computed(gone, "sum2")


def test_a_computed_value_stays_while_a_question_shows_it() -> None:
    made = put_computed(stall(), "", {"ja": "倍の広さ"}, SUM)
    shown = {"key": "x", "kind": "paperwork.computed", "label": {"ja": "見せる"}, "settings": {"of": "sum1"}}
    made["form"]["pages"][1]["questions"].append(shown)

    with pytest.raises(StillUsed) as used:
        remove_computed(made, "sum1")

    assert used.value.places == ("見せる",)


def test_what_rests_on_a_value_is_not_offered_to_it() -> None:
    made = put_computed(put_computed(stall(), "", {"ja": "a"}, SUM), "", {"ja": "b"}, TWICE)
    scope = dict.fromkeys(("area", "again", "sum1", "sum2"), SCOPE["area"])

    assert roots_of(made, "sum2") == {"sum2", "sum1", "area"}
    assert list(scope_of(made, scope, "sum1")) == ["area", "again"]
    assert list(scope_of(made, scope, "sum2")) == ["area", "again", "sum1"]
    assert list(scope_of(made, scope, "")) == list(scope)
    assert list(known_before(made, scope, {"area"})) == ["area", "sum1", "sum2"]
    assert list(known_before(made, scope, set())) == []


def look_up(key: str, **table: Any) -> Any:
    made = {"words": "別表", "gives": "money", "otherwise": 0, **table}
    return {"tables": {"fees": made}, "value": {"op": "look-up", "table": "fees", "of": [{"name": key}]}}


DAYS = {"gives": "date", "otherwise": "2026-05-01"}


def many(number: int) -> list[Any]:
    return [{"when": [{"from": at, "below": at + 1}], "then": at} for at in range(number)]


@pytest.mark.parametrize(
    ("formula", "is_listed"),
    [
        (look_up("people", columns=["number"], rows=many(3)), True),
        (look_up("start", columns=["date"], rows=[{"when": [{"from": "2026-04-01"}], "then": 5}]), True),
        (look_up("people", columns=["number"], rows=[{"when": [[1, 2]], "then": 5}]), False),
        (look_up("name", columns=["text"], rows=[{"when": [["港町"]], "then": 5}]), False),
        (look_up("people", columns=["number"], rows=many(300)), False),
        (look_up("yes", columns=["truth"], rows=[{"when": [[True]], "then": "2026-04-01"}], **DAYS), False),
    ],
)
def test_tables_that_the_page_cannot_hold_are_left_alone(formula: Any, is_listed: bool) -> None:
    scope = {**SCOPE, "name": Name("name", Kind.TEXT, WORDS)}

    tables = tables_of(compile_formula(formula, scope))

    assert bool(tables) is is_listed
    for table in tables.values():
        assert with_rows(formula, table) == formula


def test_a_cell_with_two_choices_is_offered_as_it_is() -> None:
    colour = Name("colour", Kind.CHOICE, WORDS, {"red": "赤", "blue": "青", "green": "緑"})
    rows = [{"when": [["red", "blue"]], "then": 1}, {"when": [["green"]], "then": 2}]
    formula = look_up("colour", columns=["choice"], rows=rows)

    table = tables_of(compile_formula(formula, {"colour": colour}))["fees"]

    assert options_of(table.columns[0], "red,blue")[-1] == ("red,blue", "赤、青")
    assert with_rows(formula, table) == formula
    with pytest.raises(NoValue):
        row_of(PriceRow((("red,pink",),), "1"), table)
