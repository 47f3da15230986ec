"""What holds for every sound formula: it never raises, it ends, and more answers never unsay what was known."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.base.formulas.sample import SCOPE, TODAY, name, op
from todoke.base.formulas import Unsound, canonical, compile_formula, findings

small = st.integers(-50, 50)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: {"date": day.isoformat()})
numbers: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        small.map(lambda value: {"number": value})
        | st.sampled_from([name("area"), name("ratio"), name("household.size")])
        | st.builds(op, st.sampled_from(["add", "subtract", "multiply", "divide", "min", "max"]), numbers, numbers)
        | st.builds(lambda part, way: op("round", part, way=way, to="0.5"), numbers, st.sampled_from(["up", "down"]))
        | st.builds(lambda day: op("age-on", name("birth"), day), dates)
        | st.builds(lambda one, other: op("days-between", one, other), dates, dates)
        | st.builds(lambda one, other: op("open-days-between", one, other), dates, dates)
        | st.builds(lambda where: op("count", over="members", where=where), row_truths)
        | st.builds(lambda cases, last: {"op": "if", "cases": cases, "otherwise": last}, number_cases, numbers)
        | st.just(op("length", name("note")))
        | st.just(op("how-many", name("needs")))
    )
)
dates: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        days
        | st.sampled_from([name("birth"), name("start"), op("today")])
        | st.builds(op, st.sampled_from(["add-days", "add-months", "add-open-days"]), dates, numbers)
        | st.builds(op, st.sampled_from(["next-open", "fiscal-year-start"]), dates)
    )
)
row_truths = st.sampled_from(
    [
        {"row": "studies"},
        op("more", {"row": "income"}, 3),
        op("not", {"row": "studies"}),
        op("answered", {"row": "birth"}),
    ]
)
truths: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        st.sampled_from([name("agreed"), name("resident"), op("equal", name("kind"), "new"), True])
        | st.builds(op, st.sampled_from(["and", "or"]), truths, truths)
        | st.builds(op, st.just("not"), truths)
        | st.builds(op, st.sampled_from(["less", "equal", "at-least", "differs"]), numbers, numbers)
        | st.builds(op, st.sampled_from(["less", "more"]), dates, dates)
        | st.builds(lambda kind, part: op(kind, part, over="members"), st.sampled_from(["any", "all"]), row_truths)
        | st.sampled_from([op("includes-any", name("needs"), values=["a"]), op("contains", name("note"), "水")])
    )
)
number_cases = st.lists(
    st.builds(lambda when, then: {"when": when, "then": then}, truths, numbers), min_size=1, max_size=2
)

entry = st.fixed_dictionaries(
    {}, optional={"income": st.integers(0, 9), "studies": st.booleans(), "birth": st.dates(date(1900, 1, 1))}
)
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "household.size": st.integers(1, 20),
    "area": st.decimals(0, 10**6, places=2) | st.integers(0, 10**14),
    "ratio": st.decimals(allow_nan=True, allow_infinity=True),
    "fee": st.integers(),
    "income": st.integers(0, 10**9),
    "note": st.text(max_size=5),
    "birth": st.dates(),
    "start": st.dates(),
    "agreed": st.booleans(),
    "resident": st.booleans(),
    "kind": st.sampled_from(["new", "old", "night", "gone"]),
    "needs": st.lists(st.sampled_from("abc")),
    "members": st.lists(entry, max_size=3),
}
answers = st.fixed_dictionaries({}, optional=ANSWERS)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.dates() | st.decimals(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=5,
)
wild = st.fixed_dictionaries({}, optional=dict.fromkeys(ANSWERS, anything))


def made(doc: Any) -> Any:
    try:
        return compile_formula(doc, SCOPE)
    except Unsound as refused:
        faults = [str(fault.says) for fault in refused.faults]
    # Only what is written can be too large or out of reach; generated parts always fit together.
    assert all("大きすぎます" in says or "割れません" in says for says in faults)
    return assume(False)


@settings(max_examples=200)
@given(doc=truths | numbers | dates, told=answers | wild)
def test_a_sound_formula_never_raises_and_explains_itself(doc: Any, told: dict[str, Any]) -> None:
    formula = made(doc)

    formula.value(told, TODAY)

    assert formula.words()
    assert all(isinstance(reason, str) for reason in formula.reasons(told, TODAY))
    assert formula.steps_max < 500 * 200 * 750


@settings(max_examples=150)
@given(doc=truths, told=answers, more=answers)
def test_answering_more_never_unsays_what_was_known(doc: Any, told: dict[str, Any], more: dict[str, Any]) -> None:
    # `answered` asks whether somebody answered, so it alone may change its mind.
    assume("answered" not in canonical(doc))
    formula, opposite = made(doc), made(op("not", doc))

    for each in (formula, opposite):
        if each.value(told, TODAY):
            assert each.value({**more, **told}, TODAY)
    assert not (formula.value(told, TODAY) and opposite.value(told, TODAY))


@settings(max_examples=150)
@given(doc=truths, told=answers)
def test_what_is_found_to_be_never_so_never_is(doc: Any, told: dict[str, Any]) -> None:
    formula = made(doc)

    matters = {finding.matter.value for finding in findings([formula]) if finding.path == ""}

    assert not ("never" in matters and formula.value(told, TODAY))


@settings(max_examples=100)
@given(doc=truths | numbers)
def test_compiling_is_deterministic_and_the_document_canonical(doc: Any) -> None:
    one, other = made(doc), made(json.loads(canonical(doc)))

    assert one.root == other.root
    assert one.sha256 == other.sha256
    assert canonical(json.loads(canonical(doc))) == canonical(doc)


@settings(max_examples=300)
@given(
    doc=anything | st.builds(op, st.sampled_from(["and", "if", "look-up", "sum", "yen", "among"]), anything, anything)
)
def test_nothing_that_json_can_say_makes_the_reader_fall(doc: Any) -> None:
    faults: tuple[Any, ...] | None = None
    try:
        compile_formula(doc, SCOPE)
    except Unsound as refused:
        faults = refused.faults

    assert faults is None or len(faults) > 0


@pytest.mark.parametrize("length", [1, 30, 365])
def test_two_ways_of_counting_open_days_agree(length: int) -> None:
    start = TODAY.today
    for first in range(7):
        day, until = start + timedelta(days=first), start + timedelta(days=first + length)
        counted = compile_formula(
            op("open-days-between", {"date": day.isoformat()}, {"date": until.isoformat()}), SCOPE
        )
        number = counted.value({}, TODAY)
        if number <= 250:
            again = compile_formula(op("add-open-days", {"date": day.isoformat()}, int(number)), SCOPE).value({}, TODAY)
            assert again <= until
