"""What is found in a sound formula: never, always, unreachable, unused, and honest doubt."""

from typing import Any

import pytest

from tests.base.formulas.sample import SCOPE, formula, name, op
from todoke.base.formulas import Matter, findings

SIZE, AREA, RATIO, FEE, KIND = (name(key) for key in ("household.size", "area", "ratio", "fee", "kind"))
NOTE, NEEDS, AGREED, BIRTH, START = (name(key) for key in ("note", "needs", "agreed", "birth", "start"))
AGE = op("age-on", BIRTH, op("today"))


def found(doc: Any) -> list[tuple[Matter, str]]:
    return [(finding.matter, finding.path) for finding in findings([formula(doc)])]


@pytest.mark.parametrize(
    "doc",
    [
        op("and", op("more", SIZE, 5), op("less", SIZE, 6)),
        op("and", op("more", FEE, 5), op("less", FEE, 6)),
        op("and", op("more", AREA, 5), op("less", AREA, 5)),
        op("and", op("equal", KIND, "new"), op("equal", KIND, "old")),
        op("and", op("equal", NOTE, "あ"), op("equal", NOTE, "い")),
        op("and", AGREED, op("not", AGREED)),
        op("and", AGREED, op("equal", AGREED, False)),
        op("and", op("answered", AREA), op("not", op("answered", AREA))),
        op("and", op("equal", AREA, 3), op("not", op("answered", AREA))),
        op("and", op("includes-all", NEEDS, values=["a", "b"]), op("not", op("includes-any", NEEDS, values=["b"]))),
        op("and", op("less", AGE, 18), op("at-least", AGE, 65)),
        op("and", op("more", AGE, 17), op("less", AGE, 18)),
        op("less", SIZE, 1),
        op("more", SIZE, 20),
        op("less", START, "2026-04-01"),
        op("and", op("more", op("add", FEE, 1), 5), op("less", op("add", FEE, 1), 3)),
        op("and", op("equal", AREA, RATIO), op("not", op("equal", AREA, RATIO))),
        op("and", AGREED, False),
        op("not", op("or", AGREED, True)),
        op("and", op("starts", NOTE, "あ"), op("not", op("starts", NOTE, "あ"))),
        op("and", op("among", KIND, values=["new", "old"]), op("equal", KIND, "night")),
        op("and", op("answered", name("members")), op("not", op("answered", name("members")))),
    ],
)
def test_what_can_never_be_is_found(doc: Any) -> None:
    assert found(doc) == [(Matter.NEVER, "")]


@pytest.mark.parametrize(
    "doc",
    [
        op("or", op("more", SIZE, 5), op("less", SIZE, 6)),
        op("or", op("equal", KIND, "new"), op("differs", KIND, "new")),
        op("among", KIND, values=["new", "old", "night"]),
        op("at-least", SIZE, 1),
        op("at-most", SIZE, 20),
        op("at-most", START, "2027-03-31"),
        op("or", AGREED, True),
        op("or", op("answered", AREA), op("not", op("answered", AREA))),
        op("or", op("not", op("answered", AREA)), op("at-least", AREA, 0)),
        op("at-least", op("length", NOTE), 0),
        op("or", op("includes-any", NEEDS, values=["a"]), op("not", op("includes-any", NEEDS, values=["a"]))),
    ],
)
def test_what_always_is_is_found(doc: Any) -> None:
    assert found(doc) == [(Matter.ALWAYS, "")]


@pytest.mark.parametrize(
    "doc",
    [
        True,
        AGREED,
        op("answered", AREA),
        op("and", op("more", AREA, 5), op("less", AREA, 6)),
        op("and", op("more", RATIO, 5), op("less", RATIO, "5.1")),
        op("or", op("more", AREA, 5), op("less", AREA, 5)),
        op("and", op("answered", AREA), op("more", AREA, 1)),
        op("or", op("not", op("answered", RATIO)), op("at-least", RATIO, 0)),
        op(
            "and", op("includes-any", NEEDS, values=["a", "b"]), op("not", op("includes-all", NEEDS, values=["a", "b"]))
        ),
        op("and", op("at-least", AGE, 18), op("less", BIRTH, "2000-01-01")),
        op("and", op("equal", AREA, RATIO), op("more", AREA, 3)),
        op("equal", op("month", BIRTH), 12),
        op("more", SIZE, 19),
        op("less", SIZE, 2),
        op("count", over="members", where={"row": "studies"}),
        op("equal", NOTE, "あ"),
    ],
)
def test_what_may_be_or_not_is_left_alone(doc: Any) -> None:
    assert found(doc) == []


def test_the_outermost_mistake_is_told_and_its_parts_are_not() -> None:
    wrong = op("and", op("more", SIZE, 5), op("less", SIZE, 6))

    assert found(op("or", wrong, AGREED)) == [(Matter.NEVER, "/of/0")]
    assert found(op("and", wrong, AGREED)) == [(Matter.NEVER, "")]
    assert found(op("count", over="members", where=op("and", {"row": "studies"}, False))) == [(Matter.NEVER, "/where")]


def cases(*whens: Any) -> dict[str, Any]:
    return {"op": "if", "cases": [{"when": when, "then": at} for at, when in enumerate(whens)], "otherwise": 99}


@pytest.mark.parametrize(
    ("doc", "places"),
    [
        (cases(op("less", SIZE, 3), op("less", SIZE, 2)), ["/cases/1"]),
        (cases(op("less", SIZE, 2), op("less", SIZE, 3)), []),
        (cases(op("less", SIZE, 3), op("more", SIZE, 2)), ["/otherwise"]),
        (cases(op("less", SIZE, 3), op("more", SIZE, 3), op("equal", SIZE, 3), AGREED), ["/cases/3", "/otherwise"]),
        (cases(op("equal", KIND, "new"), op("equal", KIND, "old"), op("equal", KIND, "night")), ["/otherwise"]),
        (cases(op("equal", KIND, "new"), op("equal", KIND, "old")), []),
        (cases(AGREED, op("not", AGREED)), ["/otherwise"]),
        (cases(AGREED, AGREED), ["/cases/1"]),
        (cases(True), ["/otherwise"]),
    ],
)
def test_a_case_that_is_never_reached_is_found(doc: Any, places: list[str]) -> None:
    assert found(doc) == [(Matter.UNREACHABLE, place) for place in places]


def test_too_many_combinations_are_an_honest_doubt() -> None:
    wide = op("and", *[op("equal", op("add", AREA, at + 1), at) for at in range(10)])
    many = op("or", *[op("includes-any", NEEDS, values=[key]) for key in "abc"])

    assert (Matter.CANNOT_TELL, "") in found(wide)
    assert found(cases(wide))[0] == (Matter.CANNOT_TELL, "")
    assert found(many) == []


def test_many_choices_of_several_are_an_honest_doubt() -> None:
    from todoke.base.formulas import Kind, Name, compile_formula

    scope = {"many": Name("many", Kind.CHOICES, "たくさん", {f"k{at}": str(at) for at in range(11)})}
    for number, matters in ((10, []), (11, [Matter.CANNOT_TELL])):
        doc = op("includes-all", name("many"), values=[f"k{at}" for at in range(number)])
        assert [finding.matter for finding in findings([compile_formula(doc, scope)])] == matters


def test_a_table_too_large_for_gaps_is_an_honest_doubt() -> None:
    rows = [{"when": [[at], [at]], "then": 1} for at in range(100)]
    table = {"columns": ["number", "number"], "gives": "money", "rows": rows}

    doc = {"tables": {"t": table}, "value": op("look-up", AREA, RATIO, table="t")}

    assert found(doc) == [(Matter.CANNOT_TELL, "/tables/t")]
    assert found({**doc, "tables": {"t": {**table, "otherwise": 0}}}) == []


def test_what_nobody_uses_is_found() -> None:
    table = {"columns": ["number"], "gives": "money", "rows": [{"when": [None], "then": 1}]}
    one, other = formula({"tables": {"t": table}, "value": AREA}), formula(op("equal", KIND, "new"))

    told = findings([one, other], scope=SCOPE, expected=["area", "kind", "fee"])

    assert [(each.matter, each.path) for each in told] == [(Matter.UNUSED, "/tables/t"), (Matter.UNUSED, "/fee")]
    assert str(told[1].says) == "「手数料」はどこでも使われていません。"
    assert "「x」" in str(findings([], expected=["x"])[0].says)
    assert "「x」" in str(findings([], scope=SCOPE, expected=["x"])[0].says)
