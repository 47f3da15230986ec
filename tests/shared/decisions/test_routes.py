"""Route documents: what is refused, who decides, and the way of one paper."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.decisions.offices import DOCUMENT
from todoke.base.formulas import Kind, Name
from todoke.shared.decisions.rules.routes import (
    BadRoute,
    NoSuchSeat,
    deciding_key,
    read_route,
    sha256_of,
    value_of_fact,
    way_for,
    why_decides,
)
from todoke.shared.decisions.rules.values import Function

TODAY = date(2026, 11, 24)
SECTIONS = {"drafter": "kankyo", "drafter.parent": "shimin-bu"}
EXISTS = frozenset(
    {
        "kankyo/shuji",
        "kankyo/kakaricho",
        "kankyo/kacho",
        "zaisei/kacho",
        "shimin-bu/bucho",
        "shicho-shitsu/shicho",
        "somu/kacho",
    }
)


def way(amount: int, drafter: str = "kankyo/shuji", exists: frozenset[str] = EXISTS, **changes: Any) -> list[str]:
    plan = read_route({**DOCUMENT, **changes})
    found = way_for(plan, {"amount": amount}, sections=SECTIONS, exists=exists, drafter=drafter, today=TODAY)
    return [f"{','.join(level.seats)}{'*' if level.is_deciding else ''}" for level in found.levels]


def test_the_way_follows_the_amount() -> None:
    line = ["kankyo/kakaricho", "kankyo/kacho", "shimin-bu/bucho", "shicho-shitsu/shicho"]

    assert way(999_999) == [line[0], line[1] + "*", *line[2:]]
    assert way(1_000_000) == [line[0], line[1], "zaisei/kacho", line[2] + "*", line[3]]
    assert way(10_000_000) == [line[0], line[1], "zaisei/kacho", line[2], line[3] + "*"]


def test_an_optional_level_falls_away_and_another_missing_post_is_named() -> None:
    assert way(1, exists=EXISTS - {"kankyo/kakaricho"})[0] == "kankyo/kacho*"
    with pytest.raises(NoSuchSeat) as missing:
        way(1, exists=EXISTS - {"shimin-bu/bucho"})
    assert missing.value.seat == "shimin-bu/bucho"


def test_who_drafts_does_not_review_and_the_next_above_decides_for_a_decider() -> None:
    assert way(1, drafter="kankyo/kakaricho")[0] == "kankyo/kacho*"
    assert way(1, drafter="kankyo/kacho") == ["kankyo/kakaricho", "shimin-bu/bucho*", "shicho-shitsu/shicho"]
    assert way(1, drafter="kankyo/kacho", may_decide_own_draft=True)[1] == "kankyo/kacho*"
    top = way(10_000_000, drafter="shicho-shitsu/shicho")
    assert top[-1] == "shicho-shitsu/shicho*", "nobody stands above: it stays, and the rules bar them"


def test_a_section_that_is_on_the_line_need_not_concur() -> None:
    levels = deepcopy(DOCUMENT["levels"])
    levels[2]["seats"] = [{"section": "kankyo", "post": "kacho"}, {"section": "zaisei", "post": "kacho"}]

    plan = read_route({**DOCUMENT, "levels": levels})
    found = way_for(plan, {"amount": 5_000_000}, sections=SECTIONS, exists=EXISTS, drafter="kankyo/shuji", today=TODAY)

    assert (found.levels[2].seats, found.levels[2].need) == (("zaisei/kacho",), 1)
    assert found.levels[2].function is Function.CONCUR
    assert found.readers == ("somu/kacho",)


@given(st.integers(min_value=0, max_value=10**12))
def test_every_amount_has_exactly_one_decider(amount: int) -> None:
    assert sum("*" in level for level in way(amount)) == 1


def test_why_it_is_this_decider_is_said_in_words() -> None:
    plan = read_route(DOCUMENT)

    assert deciding_key(plan, {"amount": 5}, TODAY) == "kacho"
    assert "金額" in "".join(why_decides(plan, {"amount": 5}, TODAY))
    assert why_decides(plan, {"amount": 10**9}, TODAY) == []


def broken(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(DOCUMENT), **changes}


SEAT = [{"section": "drafter", "post": "kacho"}]
PAIR = [*SEAT, {"section": "somu", "post": "kacho"}]
UNDER = {"op": "less", "of": [{"name": "amount"}, 100]}
FAULTS = [
    (broken(title=" "), "title"),
    (broken(levels=[]), "levels"),
    (broken(levels=[{"key": f"l{n}", "seats": [{"section": f"s{n}", "post": "p"}]} for n in range(13)]), "levels"),
    (broken(facts=[{"key": "amount", "kind": "yen"}]), "facts.0"),
    (broken(facts=[{"key": "", "kind": "money"}]), "facts.0"),
    (broken(facts=[{"key": "a", "kind": "money"}, {"key": "a", "kind": "money"}]), "facts.1"),
    (broken(deciding=[]), "deciding"),
    (broken(deciding=[{"level": "kacho", "when": UNDER}]), "deciding"),
    (broken(deciding=[{"level": "nobody"}]), "deciding.0.level"),
    (broken(deciding=[{"level": "zaisei"}]), "deciding.0.level"),
    (broken(deciding=[{"level": "kakaricho"}]), "deciding.0.level"),
    (broken(deciding=[{"level": "kacho"}, {"level": "bucho"}]), "deciding.0"),
    (
        broken(deciding=[{"level": "kacho", "when": {"op": "nonsense", "of": []}}, {"level": "bucho"}]),
        "deciding.0.when",
    ),
    (
        broken(levels=[{"key": "a", "seats": SEAT}, {"key": "b", "seats": SEAT}], deciding=[{"level": "a"}]),
        "levels.1.seats",
    ),
    (broken(levels=[{"key": "a", "seats": PAIR}], deciding=[{"level": "a"}]), "deciding.0.level"),
    (broken(levels=[{"key": "a", "seats": []}], deciding=[{"level": "a"}]), "levels.0.seats"),
    (
        broken(levels=[{"key": "a", "seats": [{"section": "", "post": "x"}]}], deciding=[{"level": "a"}]),
        "levels.0.seats.0",
    ),
    (broken(levels=[{"key": "", "seats": SEAT}], deciding=[{"level": ""}]), "levels.0.key"),
    (broken(levels=[{"key": "a", "seats": SEAT, "need": 2}], deciding=[{"level": "a"}]), "levels.0.need"),
    (broken(levels=[{"key": "a", "seats": SEAT, "need": "x"}], deciding=[{"level": "a"}]), "levels.0.need"),
    (broken(levels=[{"key": "a", "seats": SEAT, "function": "look"}], deciding=[{"level": "a"}]), "levels.0.function"),
    (broken(levels=[{"key": "a", "seats": SEAT, "when": UNDER}], deciding=[{"level": "a"}]), "deciding.0.level"),
]


@pytest.mark.parametrize(("document", "path"), FAULTS)
def test_a_route_with_a_fault_is_refused_with_its_place(document: dict[str, Any], path: str) -> None:
    with pytest.raises(BadRoute) as refused:
        read_route(document)

    assert any(fault.path == path or fault.path.startswith(f"{path}/") for fault in refused.value.faults)
    assert path in str(refused.value)


def test_a_route_may_have_twelve_levels() -> None:
    levels = [{"key": f"l{n}", "seats": [{"section": f"s{n}", "post": "p"}]} for n in range(12)]

    assert len(read_route(broken(levels=levels, deciding=[{"level": "l11"}])).levels) == 12


def test_every_day_is_open_to_a_route() -> None:
    on_that_day = {"op": "is-open", "of": [{"name": "day"}]}
    document = broken(
        facts=[{"key": "day", "kind": "date", "label": "日"}],
        levels=[level for level in DOCUMENT["levels"] if level["key"] != "zaisei"],
        deciding=[{"level": "kacho", "when": on_that_day}, {"level": "shicho"}],
    )

    assert deciding_key(read_route(document), {"day": date(2027, 1, 1)}, TODAY) == "kacho"


def test_a_route_is_known_by_its_content() -> None:
    assert sha256_of({"a": 1, "b": 2}) == sha256_of({"b": 2, "a": 1}) != sha256_of({"a": 2, "b": 2})
    assert read_route(DOCUMENT).title_in("en") == "Spending"
    assert read_route(DOCUMENT).title_in("ja-easy") == "支出の伺い"


def test_a_fact_is_read_back_as_what_it_is() -> None:
    assert value_of_fact(Name("d", Kind.DATE, "日"), "2026-04-01") == date(2026, 4, 1)
    assert value_of_fact(Name("d", Kind.DATE, "日"), None) is None
    assert value_of_fact(Name("a", Kind.MONEY, "額"), 5) == 5


def test_a_choice_can_choose_the_decider_and_levels_keep_their_settings() -> None:
    document = broken(
        facts=[{"key": "kind", "kind": "choice", "label": "区分", "choices": {"new": "新規", "same": "更新"}}],
        levels=[
            {
                "key": "both",
                "function": "concur",
                "seats": [{"section": "zaisei", "post": "kacho"}, {"section": "somu", "post": "kacho"}],
                "need": 1,
                "in_order": True,
            },
            {"key": "kacho", "seats": SEAT},
            {"key": "bucho", "seats": [{"section": "drafter.parent", "post": "bucho"}]},
        ],
        deciding=[
            {"level": "kacho", "when": {"op": "equal", "of": [{"name": "kind"}, "same"]}},
            {"level": "bucho"},
        ],
    )
    plan = read_route(document)

    deciders = [deciding_key(plan, {"kind": kind}, TODAY) for kind in ("same", "new")]
    found = way_for(plan, {"kind": "new"}, sections=SECTIONS, exists=EXISTS, drafter="kankyo/shuji", today=TODAY)

    assert deciders == ["kacho", "bucho"]
    assert set(plan.facts["kind"].choices) == {"new", "same"}
    assert [level.in_order for level in found.levels] == [True, False, False]
    first = found.levels[0]
    assert (first.key, first.function, first.need, first.in_order) == ("both", Function.CONCUR, 1, True)
    assert [level.is_deciding for level in found.levels] == [False, False, True]


def test_all_of_several_concur_unless_fewer_are_said_to_be_enough() -> None:
    two = [{"section": "zaisei", "post": "kacho"}, {"section": "somu", "post": "kacho"}]
    document = broken(
        levels=[{"key": "both", "function": "concur", "seats": two}, {"key": "kacho", "seats": SEAT}],
        deciding=[{"level": "kacho"}],
        facts=[],
    )

    assert [level.need for level in read_route(document).levels] == [2, 1]
