"""Reading: papers with their state, who sits where, what waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from todoke.ground.people.models import Posting
from todoke.ground.people.rules import Viewer
from todoke.shared.decisions.models import Absence, Decision, DeputyRule, Mark, ReadingTask, RouteVersion, Step
from todoke.shared.decisions.rules.machine import allowed, open_seats, replayed
from todoke.shared.decisions.rules.routes import RoutePlan, read_route
from todoke.shared.decisions.rules.values import (
    Act,
    Deputy,
    Function,
    Kind,
    Level,
    Office,
    Paper,
    Phase,
    Reading,
    Route,
    Seat,
    Task,
)

DRAFT, MARK, MANAGE = "decisions.draft", "decisions.mark", "decisions.manage"
READ = "read"  # a step that only reads (供覧)


def seat_of(section: str, post: str) -> Seat:
    """The seat of a post in a section, from their keys."""
    return f"{section}/{post}"


def in_office(day: date) -> QuerySet[Posting]:
    """The postings in force on that day."""
    return Posting.objects.filter(start_date__lte=day).filter(Q(end_date__isnull=True) | Q(end_date__gte=day))


def my_postings(viewer: Viewer, day: date) -> list[Posting]:
    """The viewer's own postings in force, the main one first."""
    if viewer.staff_id is None:
        return []
    found = in_office(day).filter(staff=viewer.staff_id, staff__account__is_active=True)
    return list(found.select_related("section", "post").order_by("is_concurrent", "pk"))


def newest_routes() -> list[RouteVersion]:
    """The version in use of every route that new papers may take."""
    found = RouteVersion.objects.filter(route__is_active=True).select_related("route").order_by("route__key", "-number")
    return list({version.route_id: version for version in reversed(list(found))}.values())


def newest_route(key: str) -> RouteVersion | None:
    """The version in use of this route; None where it is not there, or is no longer used."""
    found = RouteVersion.objects.filter(route__key=key, route__is_active=True)
    return found.select_related("route").order_by("-number").first()


def plan_of(version: RouteVersion) -> RoutePlan:
    """The compiled document of a published route."""
    return read_route(version.document)


# ---- the office of a day ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Organisation:
    """Everybody in office on one day, who is away, and who deputises; read once, in three questions."""

    holders: Mapping[Seat, frozenset[int]]
    away: frozenset[tuple[int, Seat]]
    deputies: Mapping[Seat, tuple[Deputy, ...]]
    names: Mapping[int, str]

    def office(self, decision: Decision) -> Office:
        """The office as one paper sees it: the draft belongs to who wrote it while they sit there, else to the seat."""
        seat = seat_of(decision.drafter.section.key, decision.drafter.post.key)
        there = self.holders.get(seat, frozenset())
        author = decision.drafter.staff.account_id
        drafters = [author] if author in there else sorted(there)
        return Office(self.holders, self.away, self.deputies, dict.fromkeys(drafters, seat))


def organisation(day: date, *, ended: frozenset[int] = frozenset()) -> Organisation:
    """The organisation on that day; `ended` are postings to be thought away, for a preview."""
    holders: dict[Seat, set[int]] = defaultdict(set)
    names: dict[int, str] = {}
    seats: dict[int, tuple[int, Seat]] = {}
    rows = in_office(day).filter(staff__account__is_active=True).exclude(pk__in=ended)
    for pk, section, post, account, name in rows.values_list(
        "pk", "section__key", "post__key", "staff__account_id", "staff__account__name"
    ):
        holders[seat_of(section, post)].add(account)
        names[account] = name
        seats[pk] = (account, seat_of(section, post))
    absences = Absence.objects.filter(start_date__lte=day, end_date__gte=day, taken_back_at=None)
    away = {seats[pk] for pk in absences.values_list("posting_id", flat=True) if pk in seats}
    deputies: dict[Seat, list[Deputy]] = defaultdict(list)
    for section, post, by_section, by_post, may_decide in DeputyRule.objects.order_by("order", "pk").values_list(
        "section__key", "post__key", "deputy_section__key", "deputy_post__key", "may_decide"
    ):
        deputies[seat_of(section, post)].append(Deputy(seat_of(by_section, by_post), may_decide))
    return Organisation(
        {seat: frozenset(people) for seat, people in holders.items()},
        frozenset(away),
        {seat: tuple(found) for seat, found in deputies.items()},
        names,
    )


# ---- papers with their state ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matter:
    """One paper with everything that the rules need to know of it."""

    decision: Decision
    route: Route
    paper: Paper
    steps: Sequence[Step]
    marks: Sequence[Mark]
    tasks: Sequence[ReadingTask]

    def acts_for(self, person: int, office: Office) -> frozenset[Act]:
        """What this person may do to it now."""
        return allowed(self.route, self.paper, office, person)


def matters(decisions: Iterable[Decision]) -> list[Matter]:
    """Papers with their state, in the same order; the number of questions does not grow with them."""
    found = list(decisions)
    keys = [decision.pk for decision in found]
    steps, marks, tasks = defaultdict(list), defaultdict(list), defaultdict(list)
    for step in Step.objects.filter(decision__in=keys).select_related("section", "post"):
        steps[step.decision_id].append(step)
    for mark in Mark.objects.filter(decision__in=keys).select_related("section", "post", "as_section", "as_post", "by"):
        marks[mark.decision_id].append(mark)
    for task in ReadingTask.objects.filter(decision__in=keys).select_related("section", "post", "read_by"):
        tasks[task.decision_id].append(task)
    return [_matter(each, steps[each.pk], marks[each.pk], tasks[each.pk]) for each in found]


def matter_of(decision: Decision) -> Matter:
    """One paper with its state."""
    return matters([decision])[0]


def _matter(decision: Decision, steps: list[Step], marks: list[Mark], tasks: list[ReadingTask]) -> Matter:
    now_on_the_way = [step for step in steps if step.round == decision.round]
    route = route_of(now_on_the_way, decision)
    paper = _paper(decision, route, [mark for mark in marks if mark.round == decision.round])
    standing = {
        Task(seat_of(task.section.key, task.post.key), Reading(task.reading), task.level, task.read_at is not None)
        for task in tasks
        if task.lapsed_at is None and task.round == decision.round
    }
    return Matter(
        decision,
        route,
        Paper(paper.phase, paper.level, paper.marks, frozenset(standing)),
        now_on_the_way,
        marks,
        tasks,
    )


def route_of(steps: Sequence[Step], decision: Decision) -> Route:
    """The route that these steps make; before the first circulation there is none, and an empty one stands for it."""
    levels: dict[int, list[Step]] = defaultdict(list)
    readers = []
    for step in steps:
        seat = seat_of(step.section.key, step.post.key)
        if step.function == READ:
            readers.append(seat)
        else:
            levels[step.level].append(step)
    deciding = next((step.level for step in steps if step.is_deciding), 0)
    own = bool(decision.route_version.document.get("may_decide_own_draft", False))
    return Route(tuple(_level(levels[number]) for number in sorted(levels)), deciding, tuple(readers), own)


def _level(steps: Sequence[Step]) -> Level:
    head = steps[0]
    seats = tuple(seat_of(step.section.key, step.post.key) for step in steps)
    return Level(head.level_key, seats, Function(head.function), head.need, head.in_order)


def _paper(decision: Decision, route: Route, history: Sequence[Mark]) -> Paper:
    if decision.phase == Phase.DRAFTING:
        return Paper()
    acts = [(mark.number, mark.by_id, act_of(mark)) for mark in history if mark.kind not in _OUTSIDE]
    return replayed(route, acts)


# What begins a circulation, and what only opens a reading task's end: the rows of the tasks say that.
_OUTSIDE = frozenset({Kind.SUBMIT, Kind.AMEND, Kind.READ})


def act_of(mark: Mark) -> Act:
    """The act that a row of the record tells."""
    seat = seat_of(mark.section.key, mark.post.key) if mark.section and mark.post else ""
    by = seat_of(mark.as_section.key, mark.as_post.key) if mark.as_section and mark.as_post else ""
    return Act(Kind(mark.kind), seat, by, mark.level)


# ---- who sees what ----------------------------------------------------------------------------------------------


def _at(postings: Iterable[Posting], prefix: str = "") -> Q:
    found = Q(pk__in=[])
    for posting in postings:
        found |= Q(**{f"{prefix}section": posting.section_id, f"{prefix}post": posting.post_id})
    return found


def decisions_for(viewer: Viewer, day: date) -> QuerySet[Decision]:
    """Every paper that this viewer may see: drafted in their seat, on its way to or past it, or to stand in for.

    Who manages decisions sees all of them. Whoever moved away leaves their papers with the seat, those drafted and
    those marked: what was theirs is asked of their postings of today.
    """
    every = Decision.objects.select_related(
        "route_version__route", "drafter__section", "drafter__post", "drafter__staff__account"
    )
    if viewer.may(MANAGE):
        return every
    if not (viewer.may(MARK) or viewer.may(DRAFT)):
        return every.none()
    mine = my_postings(viewer, day)
    covered = DeputyRule.objects.filter(_at(mine, "deputy_"))
    seats = _at(mine)
    for section, post in covered.values_list("section", "post"):
        seats |= Q(section=section, post=post)
    on_the_way = Step.objects.filter(seats).values("decision")
    return every.filter(
        Q(pk__in=on_the_way)
        | Q(pk__in=Decision.objects.filter(_at(mine, "drafter__")).values("pk"))
        | Q(pk__in=Mark.objects.filter(_at(mine) | _at(mine, "as_"), by=viewer.account_id).values("decision"))
    )


@dataclass(frozen=True)
class Box:
    """What waits for one person: to mark, to decide, to read; and their own drafts that are not over."""

    to_mark: list[tuple[Matter, list[Act]]]
    to_decide: list[tuple[Matter, list[Act]]]
    to_read: list[tuple[Matter, list[Act]]]
    drafts: list[Matter]


_DECIDE = frozenset({Kind.DECIDE, Kind.DECIDE_BY_DELEGATION, Kind.DECIDE_FOR})
_WAITED = frozenset({Kind.APPROVE, Kind.CONCUR})
BOX_MAX = 200


def box_for(viewer: Viewer, day: date) -> Box:
    """Everything that waits for this viewer, each as which post; the oldest first, at most `BOX_MAX` papers."""
    visible = decisions_for(viewer, day)
    mine = my_postings(viewer, day)
    covered = DeputyRule.objects.filter(_at(mine, "deputy_"))
    seats = _at(mine)
    for section, post in covered.values_list("section", "post"):
        seats |= Q(section=section, post=post)
    waiting = Q(pk__in=Step.objects.filter(seats, is_open=True).values("decision"))
    reading = Q(pk__in=ReadingTask.objects.filter(_at(mine), read_at=None, lapsed_at=None).values("decision"))
    own = Q(drafter__staff=viewer.staff_id, phase__in=[Phase.DRAFTING, Phase.CIRCULATING]) | (
        Q(phase=Phase.DRAFTING) & Q(pk__in=Decision.objects.filter(_at(mine, "drafter__")).values("pk"))
    )
    found = matters(visible.filter(waiting | reading | own).order_by("begun_at", "pk")[:BOX_MAX])
    around = organisation(day)
    box = Box([], [], [], [])
    person = viewer.account_id or 0
    for matter in found:
        office = around.office(matter.decision)
        acts = sorted(matter.acts_for(person, office), key=lambda act: (act.kind, act.seat))
        for kinds, pile in ((_WAITED, box.to_mark), (_DECIDE, box.to_decide), ({Kind.READ}, box.to_read)):
            if here := [act for act in acts if act.kind in kinds]:
                pile.append((matter, here))
        if person in office.drafters and matter.paper.phase in (Phase.DRAFTING, Phase.CIRCULATING):
            box.drafts.append(matter)
    return box


def away_today(viewer: Viewer, day: date) -> list[Absence]:
    """The viewer's own absences that cover this day."""
    return list(
        Absence.objects.filter(
            posting__in=my_postings(viewer, day), start_date__lte=day, end_date__gte=day, taken_back_at=None
        ).select_related("posting__section", "posting__post")
    )


# ---- when the organisation changes ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stuck:
    """A paper that waits for a post that nobody holds, or whose draft has nobody; `since` its latest mark."""

    decision: Decision
    seats: tuple[Seat, ...]
    since: datetime


def stuck_decisions(day: date, *, ended: frozenset[int] = frozenset()) -> list[Stuck]:
    """The papers under way that nobody can move by a mark on that day, those that have waited longest first.

    With `ended`, as if those postings were over.

    Ask it before a reorganisation, with the day on which it holds.
    """
    around = organisation(day, ended=ended)
    under_way = Decision.objects.filter(phase__in=[Phase.DRAFTING, Phase.CIRCULATING]).select_related(
        "route_version__route", "drafter__section", "drafter__post", "drafter__staff__account"
    )
    stuck = []
    for matter in matters(under_way):
        if matter.paper.phase is Phase.DRAFTING:
            empty: tuple[Seat, ...] = (
                () if around.office(matter.decision).drafters else (_drafter_seat(matter.decision),)
            )
        else:
            empty = tuple(seat for seat in open_seats(matter.route, matter.paper) if not around.holders.get(seat))
        if empty:
            stuck.append(
                Stuck(
                    matter.decision,
                    empty,
                    max((mark.made_at for mark in matter.marks), default=matter.decision.begun_at),
                )
            )
    return sorted(stuck, key=lambda each: each.since)


def _drafter_seat(decision: Decision) -> Seat:
    return seat_of(decision.drafter.section.key, decision.drafter.post.key)


def content_of(decision: Decision, number: int | None = None) -> Any:
    """The wording that goes round, or an earlier one by its number."""
    return decision.contents.get(number=number or decision.content)
