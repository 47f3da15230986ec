"""The rules of one paper, by small examples. `test_exploration.py` holds what is true of all of them."""

import pytest

from todoke.shared.decisions.rules.machine import (
    TO_DRAFTER,
    NotOpen,
    after,
    allowed,
    deciding_kind,
    deciding_level,
    open_seats,
    replayed,
    settled,
)
from todoke.shared.decisions.rules.values import (
    Act,
    Deputy,
    Function,
    Kind,
    Level,
    Mark,
    Office,
    Paper,
    Phase,
    Reading,
    Route,
    Task,
)

ROUTE = Route(
    (
        Level("kakaricho", ("kakari",)),
        Level("kacho", ("kacho",)),
        Level("zaisei", ("zaisei",), Function.CONCUR),
        Level("bucho", ("bucho",)),
    ),
    deciding=3,
    readers=("somu",),
)
KAKARI, KACHO, ZAISEI, BUCHO, SOMU, AUTHOR, OTHER = range(1, 8)
HOLDERS = {
    "kakari": frozenset({KAKARI}),
    "kacho": frozenset({KACHO}),
    "zaisei": frozenset({ZAISEI}),
    "bucho": frozenset({BUCHO}),
    "somu": frozenset({SOMU}),
    "shuji": frozenset({AUTHOR}),
}
DRAFTERS = {AUTHOR: "shuji"}
GOING = Paper(Phase.CIRCULATING)


def office(*away: tuple[int, str], **more: object) -> Office:
    return Office(
        **{"holders": HOLDERS, "away": frozenset(away), "drafters": DRAFTERS, **more}  # type: ignore[arg-type]
    )


def acts(
    paper: Paper, person: int, around: Office | None = None, route: Route = ROUTE
) -> set[tuple[str, str, str, int]]:
    return {
        (act.kind.value, act.seat, act.as_seat, act.level) for act in allowed(route, paper, around or office(), person)
    }


def at_level(level: int, route: Route = ROUTE) -> Paper:
    marks = frozenset(
        Mark(Kind.APPROVE, number, seat, 0, seat) for number in range(level) for seat in route.levels[number].seats
    )
    return Paper(Phase.CIRCULATING, level, marks)


def test_a_draft_is_its_drafters_alone() -> None:
    own = {("submit", "", "shuji", -1), ("amend", "", "shuji", -1), ("drop", "", "shuji", -1)}

    assert acts(Paper(), AUTHOR) == own
    assert acts(Paper(), KAKARI) == set()


def test_while_it_circulates_the_drafter_can_take_it_back_change_it_or_drop_it() -> None:
    assert acts(GOING, AUTHOR) == {
        ("withdraw", "", "shuji", -1),
        ("amend", "", "shuji", -1),
        ("drop", "", "shuji", -1),
    }


def test_the_level_where_it_lies_marks_or_gives_it_back() -> None:
    assert acts(GOING, KAKARI) == {("approve", "kakari", "kakari", -1), ("remand", "kakari", "kakari", -1)}
    assert acts(at_level(2), ZAISEI) == {
        ("concur", "zaisei", "zaisei", -1),
        ("remand", "zaisei", "zaisei", -1),
        ("remand", "zaisei", "zaisei", 0),
        ("remand", "zaisei", "zaisei", 1),
    }


def test_the_decider_decides_gives_back_or_refuses() -> None:
    kinds = {kind for kind, _seat, _as_seat, _level in acts(at_level(3), BUCHO)}

    assert kinds == {"decide", "remand", "drop"}


def test_higher_posts_of_the_line_can_pull_it_up_and_concurring_sections_cannot() -> None:
    assert acts(GOING, KACHO) == {("pull-up", "kacho", "kacho", 1)}
    assert acts(GOING, BUCHO) == {("pull-up", "bucho", "bucho", 3)}
    assert acts(GOING, ZAISEI) == set()
    assert acts(at_level(2), BUCHO) == set()
    assert acts(at_level(3), KACHO) == set()


def test_a_pull_up_marks_whom_it_passes_and_stops_at_the_concurrence() -> None:
    paper = settled(ROUTE, GOING, BUCHO, Act(Kind.PULL_UP, "bucho", "bucho", 3), 5)

    assert paper.level == 2
    assert paper.marks == {
        Mark(Kind.PULL_UP, 0, "kakari", BUCHO, "bucho", 3, 5),
        Mark(Kind.PULL_UP, 1, "kacho", BUCHO, "bucho", 3, 5),
    }
    assert paper.tasks == {Task("kakari", Reading.LATER, 0), Task("kacho", Reading.LATER, 1)}


def test_a_pull_up_past_the_decider_makes_the_higher_post_decide_as_what_it_is() -> None:
    route = Route(ROUTE.levels, deciding=1)
    paper = at_level(1, route)
    assert acts(paper, KACHO, route=route) >= {("decide-by-delegation", "kacho", "kacho", -1)}

    paper = settled(route, paper, BUCHO, Act(Kind.PULL_UP, "bucho", "bucho", 3))

    assert deciding_level(route, paper) == 3
    assert paper.level == 2
    paper = settled(route, paper, ZAISEI, Act(Kind.CONCUR, "zaisei", "zaisei"))
    assert ("decide", "bucho", "bucho", -1) in acts(paper, BUCHO, route=route)


def test_only_the_top_decides_in_its_own_right() -> None:
    assert [deciding_kind(ROUTE, level) for level in (0, 1, 3)] == [
        Kind.DECIDE_BY_DELEGATION,
        Kind.DECIDE_BY_DELEGATION,
        Kind.DECIDE,
    ]
    assert ROUTE.top == 3


def test_an_absent_reviewer_is_passed_over_by_drafter_or_deputy_and_reads_later() -> None:
    deputies = {"kakari": (Deputy("shunin", may_decide=False),)}
    around = office((KAKARI, "kakari"), deputies=deputies, holders={**HOLDERS, "shunin": frozenset({OTHER})})

    assert ("read-later", "kakari", "shuji", -1) in acts(GOING, AUTHOR, around)
    assert acts(GOING, OTHER, around) == {("read-later", "kakari", "shunin", -1)}
    assert acts(GOING, SOMU, around) == set(), "nobody else says it for them"
    assert ("read-later", "kakari", "shuji", -1) not in acts(GOING, AUTHOR)
    paper = settled(ROUTE, GOING, AUTHOR, Act(Kind.READ_LATER, "kakari", "shuji"))
    assert (paper.level, paper.tasks) == (1, {Task("kakari", Reading.LATER, 0)})
    assert acts(paper, KAKARI) == {("read", "kakari", "kakari", -1)}


def test_who_is_away_may_mark_all_the_same() -> None:
    assert ("approve", "kakari", "kakari", -1) in acts(GOING, KAKARI, office((KAKARI, "kakari")))


def test_a_vacant_post_is_not_absent() -> None:
    around = office(holders={**HOLDERS, "kakari": frozenset()}, deputies={"kakari": (Deputy("kacho"),)})

    assert not around.is_absent("kakari")
    assert not any(kind == "read-later" for kind, *_rest in acts(GOING, AUTHOR, around))


def test_a_post_held_by_two_is_absent_when_both_are_away() -> None:
    two = {**HOLDERS, "kakari": frozenset({KAKARI, OTHER})}

    assert not office((KAKARI, "kakari"), holders=two).is_absent("kakari")
    assert office((KAKARI, "kakari"), (OTHER, "kakari"), holders=two).is_absent("kakari")
    assert not office((KAKARI, "kacho"), (OTHER, "kakari"), holders=two).is_absent("kakari")


DEPUTIES = {"bucho": (Deputy("kakari", may_decide=False), Deputy("kacho"), Deputy("zaisei"))}


@pytest.mark.parametrize(
    ("away", "who"),
    [
        ((), None),
        (((BUCHO, "bucho"),), KACHO),
        (((BUCHO, "bucho"), (KACHO, "kacho")), ZAISEI),
        (((BUCHO, "bucho"), (KACHO, "kacho"), (ZAISEI, "zaisei")), None),
    ],
)
def test_the_first_deputy_who_is_there_decides_for_an_absent_decider(
    away: tuple[tuple[int, str], ...], who: int | None
) -> None:
    around = office(*away, deputies=DEPUTIES)

    able = [
        person
        for person in range(1, 8)
        if any(kind == "decide-for" for kind, *_rest in acts(at_level(3), person, around))
    ]

    assert able == ([] if who is None else [who])


def test_a_deputy_decides_as_the_post_that_is_named() -> None:
    around = office((BUCHO, "bucho"), deputies=DEPUTIES)

    assert ("decide-for", "bucho", "kacho", -1) in acts(at_level(3), KACHO, around)


def test_a_deputy_never_marks_for_an_absent_reviewer() -> None:
    around = office((KAKARI, "kakari"), deputies={"kakari": (Deputy("kacho"),)})

    assert {kind for kind, *_rest in acts(GOING, KACHO, around)} == {"read-later", "pull-up"}


def test_deciding_for_somebody_opens_their_reading() -> None:
    paper = settled(ROUTE, at_level(3), KACHO, Act(Kind.DECIDE_FOR, "bucho", "kacho"), 9)

    assert paper.phase is Phase.DECIDED
    assert paper.tasks == {Task("bucho", Reading.LATER, 3), Task("somu", Reading.INFORMED, TO_DRAFTER)}
    assert Mark(Kind.DECIDE_FOR, 3, "bucho", KACHO, "kacho", -1, 9) in paper.marks


def test_the_drafter_does_not_decide_unless_the_rule_says_so() -> None:
    own = office(drafters={BUCHO: "bucho"})
    deputy = office((BUCHO, "bucho"), drafters={KACHO: "kacho"}, deputies={"bucho": (Deputy("kacho"),)})

    assert not any(kind == "decide" for kind, *_rest in acts(at_level(3), BUCHO, own))
    assert not any(kind == "decide-for" for kind, *_rest in acts(at_level(3), KACHO, deputy))
    assert not any(kind == "pull-up" for kind, *_rest in acts(GOING, BUCHO, own))
    assert any(kind == "pull-up" for kind, *_rest in acts(GOING, KACHO, office(drafters={KACHO: "kacho"})))
    allowing = Route(ROUTE.levels, 3, (), may_decide_own_draft=True)
    assert any(kind == "decide" for kind, *_rest in acts(at_level(3), BUCHO, own, allowing))


def test_one_of_several_is_enough_and_in_order_means_one_after_the_other() -> None:
    two = Level("both", ("zaisei", "somu"), Function.CONCUR, need=2)
    route = Route((two, ROUTE.levels[3]), deciding=1)
    assert open_seats(route, GOING) == ("zaisei", "somu")
    first = settled(route, GOING, ZAISEI, Act(Kind.CONCUR, "zaisei", "zaisei"))
    assert (first.level, open_seats(route, first)) == (0, ("somu",))
    assert settled(route, first, SOMU, Act(Kind.CONCUR, "somu", "somu")).level == 1

    one = Route((Level("one", two.seats, Function.CONCUR, need=1), ROUTE.levels[3]), deciding=1)
    assert settled(one, GOING, SOMU, Act(Kind.CONCUR, "somu", "somu")).level == 1

    ordered = Route((Level("in-order", two.seats, Function.CONCUR, 2, in_order=True), ROUTE.levels[3]), deciding=1)
    assert open_seats(ordered, GOING) == ("zaisei",)
    assert acts(GOING, SOMU, route=ordered) == set()
    assert open_seats(ordered, Paper()) == ()


def test_a_remand_lets_later_marks_and_their_readings_fall() -> None:
    paper = settled(ROUTE, GOING, AUTHOR, Act(Kind.READ_LATER, "kakari", "shuji"))
    paper = settled(ROUTE, paper, AUTHOR, Act(Kind.READ_LATER, "kacho", "shuji"))

    back = settled(ROUTE, paper, ZAISEI, Act(Kind.REMAND, "zaisei", "zaisei", 1))

    assert (back.phase, back.level) == (Phase.CIRCULATING, 1)
    assert {mark.seat for mark in back.marks} == {"kakari"}
    assert back.tasks == {Task("kakari", Reading.LATER, 0)}
    assert settled(ROUTE, paper, ZAISEI, Act(Kind.REMAND, "zaisei", "zaisei", TO_DRAFTER)) == Paper()


def test_reading_ends_the_tasks_of_that_seat_alone() -> None:
    paper = Paper(
        Phase.DECIDED, 3, frozenset(), frozenset({Task("somu", Reading.INFORMED, -1), Task("kacho", Reading.LATER, 1)})
    )

    read = settled(ROUTE, paper, SOMU, Act(Kind.READ, "somu", "somu"))

    assert read.tasks == {Task("somu", Reading.INFORMED, -1, done=True), Task("kacho", Reading.LATER, 1)}
    assert acts(read, SOMU) == set()
    assert acts(read, KACHO) == {("read", "kacho", "kacho", -1)}


def test_what_ends_a_paper_or_brings_it_back() -> None:
    later = Paper(Phase.CIRCULATING, 1, tasks=frozenset({Task("kakari", Reading.LATER, 0)}))

    assert settled(ROUTE, later, AUTHOR, Act(Kind.WITHDRAW)) == Paper()
    assert settled(ROUTE, later, AUTHOR, Act(Kind.AMEND)) == Paper(Phase.CIRCULATING)
    assert settled(ROUTE, Paper(), AUTHOR, Act(Kind.AMEND)) == Paper()
    assert settled(ROUTE, Paper(), AUTHOR, Act(Kind.SUBMIT)) == GOING
    dropped = settled(ROUTE, later, AUTHOR, Act(Kind.DROP))
    assert (dropped.phase, dropped.level, dropped.tasks) == (Phase.DROPPED, 1, frozenset())


def test_an_act_that_is_not_open_is_refused() -> None:
    with pytest.raises(NotOpen):
        after(ROUTE, GOING, office(), KACHO, Act(Kind.APPROVE, "kacho", "kacho"))

    paper = after(ROUTE, GOING, office(), KAKARI, Act(Kind.APPROVE, "kakari", "kakari"))
    assert paper == Paper(Phase.CIRCULATING, 1, frozenset({Mark(Kind.APPROVE, 0, "kakari", KAKARI, "kakari")}))


def test_a_paper_is_what_its_history_makes_it() -> None:
    history = [
        (2, KAKARI, Act(Kind.APPROVE, "kakari", "kakari")),
        (3, KACHO, Act(Kind.REMAND, "kacho", "kacho", 0)),
        (4, KAKARI, Act(Kind.APPROVE, "kakari", "kakari")),
    ]

    assert replayed(ROUTE, history).marks == {Mark(Kind.APPROVE, 0, "kakari", KAKARI, "kakari", number=4)}
    assert replayed(ROUTE, []) == GOING


def test_a_pull_up_lays_the_paper_before_the_higher_post_and_leaves_marks_that_were_made() -> None:
    both = Route((Level("two", ("kakari", "zaisei"), need=2), ROUTE.levels[1], ROUTE.levels[3]), deciding=2)
    half = settled(both, GOING, ZAISEI, Act(Kind.APPROVE, "zaisei", "zaisei"))

    paper = settled(both, half, KACHO, Act(Kind.PULL_UP, "kacho", "kacho", 1))

    assert paper.level == 1
    assert {(mark.kind, mark.seat) for mark in paper.marks} == {(Kind.APPROVE, "zaisei"), (Kind.PULL_UP, "kakari")}
    assert open_seats(both, paper) == ("kacho",)


def test_the_top_is_a_level_of_the_line_even_where_a_concurrence_stands_last() -> None:
    assert Route((*ROUTE.levels, Level("last", ("somu",), Function.CONCUR)), deciding=3).top == 3
