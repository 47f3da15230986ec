"""The state machine: what somebody may do to a paper now, and what becomes of it.

| term | here | source |
| --- | --- | --- |
| 専決 | a level below the top decides, at any time | みやま市事務決裁規程2条(2) |
| 代決 | only for the decider, only while away, only the entitled | 同2条(3)、知北平和公園組合決裁規程4条 |
| 後閲 | a reviewer away is passed over and reads afterwards | 公文書の書き方解説「後閲、代決の意味」 |
| 引上げ | a higher post calls the paper up; whom it passes over is marked | 同「引上げによる後閲指定」 |
"""

from collections.abc import Iterable
from dataclasses import replace

from todoke.shared.decisions.rules.values import (
    DECIDING,
    PASSING,
    Act,
    Function,
    Kind,
    Level,
    Mark,
    Office,
    Paper,
    Person,
    Phase,
    Reading,
    Route,
    Seat,
    Task,
)

TO_DRAFTER = -1


class NotOpen(ValueError):
    """The act is not open to this person at this paper now."""


def deciding_level(route: Route, paper: Paper) -> int:
    """The level that decides: the route's own, or a higher one that has pulled the paper up."""
    return max([route.deciding, *(mark.reach for mark in paper.marks if mark.kind is Kind.PULL_UP)])


def deciding_kind(route: Route, level: int) -> Kind:
    """決裁 at the top of the line, 専決 below it."""
    return Kind.DECIDE if level == route.top else Kind.DECIDE_BY_DELEGATION


def open_seats(route: Route, paper: Paper) -> tuple[Seat, ...]:
    """The seats whose mark is waited for now."""
    if paper.phase is not Phase.CIRCULATING:
        return ()
    level = route.levels[paper.level]
    left = tuple(seat for seat in level.seats if seat not in _marked(paper, paper.level))
    return left[:1] if level.in_order else left


def allowed(route: Route, paper: Paper, office: Office, person: Person) -> frozenset[Act]:
    """Everything that this person may do to the paper now, each as which seat."""
    acts = set(_readings(paper, office, person))
    if paper.phase is Phase.DRAFTING:
        acts |= _of_drafter(office, person, (Kind.SUBMIT, Kind.AMEND, Kind.DROP))
    elif paper.phase is Phase.CIRCULATING:
        acts |= _of_drafter(office, person, (Kind.WITHDRAW, Kind.AMEND, Kind.DROP))
        acts |= _marks(route, paper, office, person)
        acts |= _remands(route, paper, office, person)
        acts |= _pull_ups(route, paper, office, person)
    return frozenset(acts)


def after(route: Route, paper: Paper, office: Office, person: Person, act: Act) -> Paper:
    """The paper after this act. Raises NotOpen where `allowed` does not hold it."""
    if act not in allowed(route, paper, office, person):
        raise NotOpen(act)
    return settled(route, paper, person, act)


def settled(route: Route, paper: Paper, person: Person, act: Act, number: int = 0) -> Paper:  # noqa: PLR0911 - a table
    """The paper after an act that is known to be open; `number` tells its mark from others in the record."""
    match act.kind:
        case Kind.SUBMIT:
            return Paper(Phase.CIRCULATING)
        case Kind.AMEND:
            # Nobody has agreed to what they have not seen: the circulation begins anew, with new eyes on all of it.
            return Paper(paper.phase)
        case Kind.WITHDRAW:
            return Paper()
        case Kind.DROP:
            return replace(paper, phase=Phase.DROPPED, tasks=frozenset())
        case Kind.READ:
            return replace(paper, tasks=frozenset(_read(task, act) for task in paper.tasks))
        case Kind.REMAND:
            return _remanded(paper, act.level)
        case Kind.PULL_UP:
            return _pulled_up(route, paper, person, act, number)
    mark = Mark(act.kind, paper.level, act.seat, person, act.as_seat, number=number)
    return _with_mark(route, paper, mark)


def replayed(route: Route, history: Iterable[tuple[int, Person, Act]]) -> Paper:
    """The paper as its history makes it, from where a circulation began: (number, person, act), oldest first."""
    paper = Paper(Phase.CIRCULATING)
    for number, person, act in history:
        paper = settled(route, paper, person, act, number)
    return paper


# ---- who may do what --------------------------------------------------------------------------------------------


def _of_drafter(office: Office, person: Person, kinds: tuple[Kind, ...]) -> set[Act]:
    seat = office.drafters.get(person)
    return set() if seat is None else {Act(kind, as_seat=seat) for kind in kinds}


def _readings(paper: Paper, office: Office, person: Person) -> set[Act]:
    return {
        Act(Kind.READ, task.seat, task.seat) for task in paper.tasks if not task.done and person in office.at(task.seat)
    }


def _marks(route: Route, paper: Paper, office: Office, person: Person) -> set[Act]:
    if paper.level == deciding_level(route, paper):
        return _decisions(route, paper, office, person)
    level = route.levels[paper.level]
    kind = Kind.CONCUR if level.function is Function.CONCUR else Kind.APPROVE
    acts = set()
    for seat in open_seats(route, paper):
        if person in office.at(seat):
            acts.add(Act(kind, seat, seat))
        if office.is_absent(seat):
            acts |= {Act(Kind.READ_LATER, seat, by) for by in _who_may_pass(office, person, seat)}
    return acts


def _who_may_pass(office: Office, person: Person, seat: Seat) -> set[Seat]:
    """As which seats somebody may say “read it later” for an absent reviewer: as the drafter, or as a deputy."""
    deputies = {deputy.seat for deputy in office.deputies.get(seat, ()) if person in office.at(deputy.seat)}
    drafter = {office.drafters[person]} if person in office.drafters else set()
    return deputies | drafter


def _decisions(route: Route, paper: Paper, office: Office, person: Person) -> set[Act]:
    acts: set[Act] = set()
    if _is_barred(route, office, person):
        return acts
    for seat in open_seats(route, paper):
        if person in office.at(seat):
            acts.add(Act(deciding_kind(route, paper.level), seat, seat))
        deputy = office.deciders_for(seat) if office.is_absent(seat) else None
        if deputy is not None and person in deputy[1]:
            acts.add(Act(Kind.DECIDE_FOR, seat, deputy[0]))
    return acts


def _is_barred(route: Route, office: Office, person: Person) -> bool:
    return person in office.drafters and not route.may_decide_own_draft


def _remands(route: Route, paper: Paper, office: Office, person: Person) -> set[Act]:
    acts = set()
    for seat in open_seats(route, paper):
        if person in office.at(seat):
            acts |= {Act(Kind.REMAND, seat, seat, level) for level in range(TO_DRAFTER, paper.level)}
            if paper.level == deciding_level(route, paper):
                acts.add(Act(Kind.DROP, seat, seat))
    return acts


def _pull_ups(route: Route, paper: Paper, office: Office, person: Person) -> set[Act]:
    """A higher post of the line may call the paper up from a level of the line; 合議 belongs to others and is not
    passed over."""
    if route.levels[paper.level].function is Function.CONCUR:
        return set()
    acts = set()
    for number in range(paper.level + 1, len(route.levels)):
        level = route.levels[number]
        would_decide = number >= deciding_level(route, paper)
        if level.function is Function.CONCUR or (would_decide and _is_barred(route, office, person)):
            continue
        acts |= {Act(Kind.PULL_UP, seat, seat, number) for seat in level.seats if person in office.at(seat)}
    return acts


# ---- what becomes of it -----------------------------------------------------------------------------------------


def _marked(paper: Paper, level: int) -> set[Seat]:
    return {mark.seat for mark in paper.marks if mark.level == level}


def _is_complete(level: Level, paper: Paper, number: int) -> bool:
    return len(_marked(paper, number)) >= level.need


def _with_mark(route: Route, paper: Paper, mark: Mark) -> Paper:
    paper = replace(paper, marks=paper.marks | {mark})
    if mark.kind in PASSING or mark.kind is Kind.DECIDE_FOR:
        paper = replace(paper, tasks=paper.tasks | {Task(mark.seat, Reading.LATER, mark.level)})
    if mark.kind in DECIDING:
        informed = {Task(seat, Reading.INFORMED, TO_DRAFTER) for seat in route.readers}
        return replace(paper, phase=Phase.DECIDED, tasks=paper.tasks | informed)
    if _is_complete(route.levels[paper.level], paper, paper.level):
        return replace(paper, level=paper.level + 1)
    return paper


def _remanded(paper: Paper, level: int) -> Paper:
    """To the drafter, or to a level exactly as it was when the paper first came there: later marks fall."""
    if level == TO_DRAFTER:
        return Paper()
    return replace(
        paper,
        level=level,
        marks=frozenset(mark for mark in paper.marks if mark.level < level),
        tasks=frozenset(task for task in paper.tasks if task.level < level),
    )


def _pulled_up(route: Route, paper: Paper, person: Person, act: Act, number: int) -> Paper:
    """Mark every seat that is passed over, and lay the paper before the higher post, or before the 合議 on the way."""
    level = paper.level
    while level < act.level and route.levels[level].function is Function.LINE:
        left = [seat for seat in route.levels[level].seats if seat not in _marked(paper, level)]
        marks = {Mark(Kind.PULL_UP, level, seat, person, act.as_seat, act.level, number) for seat in left}
        tasks = {Task(seat, Reading.LATER, level) for seat in left}
        paper = replace(paper, marks=paper.marks | marks, tasks=paper.tasks | tasks)
        level += 1
    return replace(paper, level=level)


def _read(task: Task, act: Act) -> Task:
    return replace(task, done=True) if task.seat == act.seat else task
