"""Every interleaving of up to five posts: what somebody may do, with anybody away or back at any moment.

Absences come and go freely between two acts, so that every paper is tried under every set of absences.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations

import pytest

from todoke.shared.decisions.rules.machine import allowed, deciding_level, settled
from todoke.shared.decisions.rules.values import (
    DECIDING,
    PASSING,
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

CONCUR = Function.CONCUR
DRAFTER = 9
SEATS = "abcde"
PERSON = {seat: number for number, seat in enumerate(SEATS, 1)}
OVER = (Phase.DECIDED, Phase.DROPPED)
SEATS_WITH_READING = 4


def line(*seats: str) -> Level:
    return Level(seats[0], seats)


def concur(*seats: str, need: int = 1, in_order: bool = False) -> Level:
    return Level(seats[0], seats, CONCUR, need, in_order)


@dataclass(frozen=True)
class Case:
    """A route with the people who sit in it."""

    route: Route
    people: dict[str, int]
    drafter_seat: str = "drafter"
    drafter: int = DRAFTER


def case(*levels: Level, deciding: int, people: dict[str, int] | None = None, **more: object) -> Case:
    readers = ("r",) if len(levels) < 4 else ()
    seats = [seat for level in levels for seat in level.seats]
    sitting = people if people is not None else {seat: PERSON[seat] for seat in seats}
    drafter = int(more.pop("drafter", DRAFTER))  # type: ignore[call-overload]
    route = Route(levels, deciding, readers, **more)  # type: ignore[arg-type]
    return Case(route, {**sitting, **({"r": 8} if readers else {})}, drafter=drafter)


CASES = {
    "one post": case(line("a"), deciding=0),
    "two, the top decides": case(line("a"), line("b"), deciding=1),
    "two, 専決": case(line("a"), line("b"), deciding=0),
    "three": case(line("a"), line("b"), line("c"), deciding=2),
    "three, 専決 in the middle": case(line("a"), line("b"), line("c"), deciding=1),
    "合議 before the top": case(line("a"), concur("b"), line("c"), deciding=2),
    "合議 on the way of a pull-up": case(line("a"), concur("b"), line("c"), line("d"), deciding=0),
    "two in parallel": case(line("a"), concur("b", "c", need=2), line("d"), deciding=2),
    "one of two": case(line("a"), concur("b", "c", need=1), line("d"), deciding=2),
    "two in order": case(line("a"), concur("b", "c", need=2, in_order=True), line("d"), deciding=2),
    "four": case(line("a"), line("b"), line("c"), line("d"), deciding=3),
    "five, 専決 at the third": case(line("a"), line("b"), line("c"), line("d"), line("e"), deciding=2),
    "五つの職、合議は二課": case(line("a"), line("b"), concur("c", "d", need=2), line("e"), deciding=3),
    "五つの職、三課のうち二課": case(line("a"), concur("b", "c", "d", need=2), line("e"), deciding=2),
    "五つの職、合議が途中と最後の前": case(line("a"), concur("b"), line("c"), concur("d"), line("e"), deciding=4),
    "兼務: one person at two levels": case(
        line("a"), line("b"), line("c"), deciding=2, people={"a": 1, "b": 1, "c": 2}
    ),
    "兼務: the concurring post is the decider's other one": case(
        line("a"), concur("b"), line("c"), deciding=2, people={"a": 1, "b": 2, "c": 2}
    ),
    "a vacant post in the line": case(line("a"), line("b"), line("c"), deciding=2, people={"a": 1, "c": 3}),
    "a vacant decider below the top": case(line("a"), line("b"), line("c"), deciding=1, people={"a": 1, "c": 3}),
    "the drafter is the one who would decide": case(
        line("a"), line("b"), line("c"), deciding=1, drafter=2, people={"a": 1, "b": 2, "c": 3}
    ),
    "the drafter decides own draft, where the rule allows it": case(
        line("a"), line("b"), deciding=1, drafter=2, people={"a": 1, "b": 2}, may_decide_own_draft=True
    ),
}


def offices(each: Case) -> list[Office]:
    """The office under every set of absences. Everybody's deputy is the seat before theirs, or a helper."""
    seats = [seat for level in each.route.levels for seat in level.seats]
    deputies = {
        seat: (
            Deputy("helper", may_decide=False),
            Deputy(seats[number - 1] if number else "helper2"),
            Deputy("helper2"),
        )
        for number, seat in enumerate(seats)
    }
    holders = {seat: frozenset({person}) for seat, person in each.people.items()}
    holders |= {"helper": frozenset({6}), "helper2": frozenset({7}), each.drafter_seat: frozenset({each.drafter})}
    held = [seat for seat in seats if seat in each.people]
    every = chain.from_iterable(combinations(held, size) for size in range(len(held) + 1))
    return [
        Office(
            holders,
            frozenset((each.people[seat], seat) for seat in away),
            deputies,
            {each.drafter: each.drafter_seat},
        )
        for away in every
    ]


def acts_in(each: Case, office: Office, paper: Paper) -> Iterator[tuple[int, Act]]:
    for person in sorted({*each.people.values(), 6, 7, each.drafter}):
        for act in allowed(each.route, paper, office, person):
            yield person, act


def short(marks: Iterable[Mark]) -> frozenset[tuple[object, ...]]:
    return frozenset((mark.kind, mark.level, mark.seat) for mark in marks)


def explore(each: Case) -> tuple[dict[Paper, set[Paper]], Counter[Kind]]:
    """All papers that can come about, each with those that follow it; every invariant is held on the way.

    Reading changes nothing but its task (held below), so that larger routes are walked without it.
    """
    start = Paper()
    follow: dict[Paper, set[Paper]] = {}
    seen: Counter[Kind] = Counter()
    waiting = [start]
    every = offices(each)
    reads = len(each.people) <= SEATS_WITH_READING
    while waiting:
        paper = waiting.pop()
        if paper in follow:
            continue
        follow[paper] = set()
        hold_of_paper(each, paper)
        tried: dict[tuple[int, Act], Office] = {}
        for office in every:
            found = set(acts_in(each, office, paper))
            moving = any(act.kind is not Kind.READ for _person, act in found)
            assert paper.phase in OVER or moving, ("nobody can do anything", paper, office.away)
            assert paper.phase not in OVER or not moving, ("what is over moves", paper)
            for person, act in found:
                hold_of_absence(each, paper, office, person, act)
            tried |= dict.fromkeys(found, office)
        for (person, act), office in tried.items():
            now = settled(each.route, paper, person, act)
            hold_of_act(each, paper, office, person, act, now)
            seen[act.kind] += 1
            if reads or act.kind is not Kind.READ:
                follow[paper].add(anonymous(now))
        waiting.extend(follow[paper] - follow.keys())
    return follow, seen


def anonymous(paper: Paper) -> Paper:
    """The machine never asks who made a mark: papers that differ in that alone are one."""
    return replace(paper, marks=frozenset(replace(mark, person=0, as_seat="") for mark in paper.marks))


def hold_of_paper(each: Case, paper: Paper) -> None:
    deciding = [mark for mark in paper.marks if mark.kind in DECIDING]
    assert len(deciding) == (paper.phase is Phase.DECIDED), "one deciding mark, and none before"
    for mark in deciding:
        assert mark.level == deciding_level(each.route, paper) == paper.level
    passed = Counter((mark.seat, mark.level) for mark in paper.marks if mark.kind in PASSING | {Kind.DECIDE_FOR})
    later = Counter((task.seat, task.level) for task in paper.tasks if task.reading is Reading.LATER)
    if paper.phase is not Phase.DROPPED:
        assert passed == later, "every 後閲 opens one reading task"
    informed = {task.seat for task in paper.tasks if task.reading is Reading.INFORMED}
    assert informed == (set(each.route.readers) if paper.phase is Phase.DECIDED else set())
    if paper.phase in (Phase.CIRCULATING, Phase.DECIDED):
        for number in range(paper.level):
            level = each.route.levels[number]
            marked = {mark.seat for mark in paper.marks if mark.level == number}
            assert len(marked) >= level.need, "no level is left without its marks, whoever made them"
        assert all(mark.level <= paper.level for mark in paper.marks)
        assert len({(mark.level, mark.seat) for mark in paper.marks}) == len(paper.marks), "one mark for each seat"


def hold_of_absence(each: Case, before: Paper, office: Office, person: int, act: Act) -> None:
    if act.kind is Kind.DECIDE_FOR:
        assert office.is_absent(act.seat)
        assert person in office.present(act.as_seat)
        assert Deputy(act.as_seat, True) in office.deputies[act.seat]
    if act.kind is Kind.READ_LATER:
        assert office.is_absent(act.seat)
        assert before.level != deciding_level(each.route, before), "the decider is never passed over"


def hold_of_act(each: Case, before: Paper, office: Office, person: int, act: Act, now: Paper) -> None:
    if act.kind in DECIDING:
        assert before.level == deciding_level(each.route, before)
        assert now.phase is Phase.DECIDED
        assert each.route.may_decide_own_draft or person != each.drafter
    if act.kind is Kind.READ_LATER:
        assert Task(act.seat, Reading.LATER, before.level) in now.tasks - before.tasks
    if act.kind in (Kind.APPROVE, Kind.CONCUR, Kind.DECIDE, Kind.DECIDE_BY_DELEGATION):
        assert person in office.at(act.as_seat)
        assert act.as_seat == act.seat, "a mark says as which post it was made"
        assert len(now.marks - before.marks) == 1, "somebody with two posts marks once for each"
    if act.kind is Kind.PULL_UP:
        assert before.marks <= now.marks
        passed = {mark.seat for mark in now.marks - before.marks}
        skipped = range(before.level, now.level)
        assert passed
        assert passed == {
            seat
            for number in skipped
            for seat in each.route.levels[number].seats
            if (number, seat) not in {(mark.level, mark.seat) for mark in before.marks}
        }
        assert all(each.route.levels[number].function is Function.LINE for number in skipped), "合議 is not passed over"
    if act.kind is Kind.REMAND:
        if act.level < 0:
            assert now == Paper()
        else:
            # As it was when the paper first came to that level.
            assert (now.phase, now.level) == (Phase.CIRCULATING, act.level)
            assert short(now.marks) == short(mark for mark in before.marks if mark.level < act.level)
    if act.kind is Kind.READ:
        assert replace(now, tasks=frozenset()) == replace(before, tasks=frozenset())


@pytest.mark.parametrize("name", CASES)
def test_every_interleaving_keeps_the_rules_and_can_end(name: str) -> None:
    each = CASES[name]

    follow, _seen = explore(each)

    ends = {paper for paper in follow if paper.phase in OVER}
    assert unending(follow, ends) == set(), "from everywhere there is a way to an end"
    decided = {paper for paper in follow if paper.phase is Phase.DECIDED}
    stuck = {paper for paper in unending(follow, decided) if paper.phase is not Phase.DROPPED}
    assert stuck == set(), "and to a decision"


def test_the_exploration_meets_every_kind_of_act() -> None:
    seen: Counter[Kind] = Counter()
    for name in ("合議 on the way of a pull-up", "two, the top decides"):
        seen += explore(CASES[name])[1]

    assert set(seen) == set(Kind)


def test_whoever_remands_gives_back_what_had_been_there() -> None:
    """Each remand to a level gives a paper that had been reached without it: the same one, not one like it."""
    each = CASES["合議 before the top"]
    forward = without_remands(each)

    follow, _seen = explore(each)

    assert set(follow) == forward


def without_remands(each: Case) -> set[Paper]:
    found: set[Paper] = set()
    waiting = [Paper()]
    while waiting:
        paper = waiting.pop()
        if paper in found:
            continue
        found.add(paper)
        for office in offices(each):
            for person, act in acts_in(each, office, paper):
                if act.kind not in (Kind.REMAND, Kind.AMEND, Kind.WITHDRAW):
                    waiting.append(anonymous(settled(each.route, paper, person, act)))
    return found


def unending(follow: dict[Paper, set[Paper]], ends: set[Paper]) -> set[Paper]:
    """The papers from which none of these ends can be reached."""
    before: dict[Paper, set[Paper]] = {}
    for paper, later in follow.items():
        for each in later:
            before.setdefault(each, set()).add(paper)
    good, waiting = set(ends), list(ends)
    while waiting:
        for paper in before.get(waiting.pop(), set()) - good:
            good.add(paper)
            waiting.append(paper)
    return set(follow) - good
