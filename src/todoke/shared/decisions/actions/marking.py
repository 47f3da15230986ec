"""Marking: submit, approve, concur, decide, decide for somebody, pass over, pull up, remand, withdraw, drop, read.

Every act takes the paper's row lock, so that of two people at the same instant one comes second, and finds it done. The
database refuses a second deciding mark besides (`decision_is_decided_once`).
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from todoke.base.clock import in_japan
from todoke.base.events import announce
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Post, Posting, Section
from todoke.ground.people.rules import Viewer
from todoke.shared.decisions.events import Decided, Dropped, ReadingDue, Remanded
from todoke.shared.decisions.models import Decision, Mark, ReadingTask, Step
from todoke.shared.decisions.queries import DRAFT, MARK, READ, matter_of, organisation, plan_of, seat_of
from todoke.shared.decisions.refusals import CommentMissing, NobodyThere, NotAllowed, NotOpenNow, Stale
from todoke.shared.decisions.rules.machine import TO_DRAFTER, open_seats, settled
from todoke.shared.decisions.rules.routes import NoSuchSeat, value_of_fact, way_for
from todoke.shared.decisions.rules.values import DECIDING, Act, Kind, Paper, Phase, Seat

NEEDS_WORDS = frozenset({Kind.REMAND, Kind.DROP, Kind.WITHDRAW})
OF_DRAFTER = frozenset({Kind.SUBMIT, Kind.AMEND, Kind.WITHDRAW})
COMMENT_CHARACTERS_MAX = 1000


def submit(decision_id: int, *, revision: int, viewer: Viewer, at: datetime, comment: str = "") -> Decision:
    """起案者: let the paper circulate. The way is found from its facts; raises NobodyThere where a post is missing."""
    return _the_one(decision_id, Kind.SUBMIT, "", comment, revision=revision, viewer=viewer, at=at)


def mark(decision_id: int, *, seat: Seat, revision: int, viewer: Viewer, at: datetime, comment: str = "") -> Decision:
    """承認 or 合議（同意） as the holder of `seat`; a comment is an opinion (意見)."""
    kinds = frozenset({Kind.APPROVE, Kind.CONCUR})
    return perform(decision_id, (kinds, seat), comment=comment, revision=revision, viewer=viewer, at=at)


def decide(decision_id: int, *, seat: Seat, revision: int, viewer: Viewer, at: datetime, comment: str = "") -> Decision:
    """決裁 or 専決 as the holder of `seat`."""
    kinds = frozenset({Kind.DECIDE, Kind.DECIDE_BY_DELEGATION})
    return perform(decision_id, (kinds, seat), comment=comment, revision=revision, viewer=viewer, at=at)


def decide_for(
    decision_id: int, *, seat: Seat, revision: int, viewer: Viewer, at: datetime, comment: str = ""
) -> Decision:
    """代決 for the holder of `seat`, who is away; they read it afterwards (後閲)."""
    return _the_one(decision_id, Kind.DECIDE_FOR, seat, comment, revision=revision, viewer=viewer, at=at)


def read_later(decision_id: int, *, seat: Seat, revision: int, viewer: Viewer, at: datetime) -> Decision:
    """後閲とする: pass over the reviewer at `seat`, who is away and reads it afterwards."""
    return _the_one(decision_id, Kind.READ_LATER, seat, "", revision=revision, viewer=viewer, at=at)


def read(decision_id: int, *, seat: Seat, revision: int, viewer: Viewer, at: datetime) -> Decision:
    """Say that it has been read (後閲・供覧), as the holder of `seat`."""
    return _the_one(decision_id, Kind.READ, seat, "", revision=revision, viewer=viewer, at=at)


def pull_up(
    decision_id: int, *, seat: Seat, revision: int, viewer: Viewer, at: datetime, comment: str = ""
) -> Decision:
    """引上げ as the holder of `seat`: whom it passes over is marked, and reads it afterwards."""
    return _the_one(decision_id, Kind.PULL_UP, seat, comment, revision=revision, viewer=viewer, at=at)


def remand(
    decision_id: int, *, seat: Seat, level: int, comment: str, revision: int, viewer: Viewer, at: datetime
) -> Decision:
    """差戻し as the holder of `seat`, to an earlier level, or to the drafter (`TO_DRAFTER`). Needs a reason."""
    act = Act(Kind.REMAND, seat, seat, level)
    return perform(decision_id, act, comment=comment, revision=revision, viewer=viewer, at=at)


def withdraw(decision_id: int, *, comment: str, revision: int, viewer: Viewer, at: datetime) -> Decision:
    """取下げ: the drafter takes the paper back to the desk. Needs a reason."""
    return _the_one(decision_id, Kind.WITHDRAW, "", comment, revision=revision, viewer=viewer, at=at)


def drop(decision_id: int, *, comment: str, revision: int, viewer: Viewer, at: datetime, seat: Seat = "") -> Decision:
    """廃案, by the drafter or, as the holder of `seat`, by the decider. Needs a reason; it is over for good."""
    return _the_one(decision_id, Kind.DROP, seat, comment, revision=revision, viewer=viewer, at=at)


def _the_one(
    decision_id: int, kind: Kind, seat: Seat, comment: str, *, revision: int, viewer: Viewer, at: datetime
) -> Decision:
    wanted = (frozenset({kind}), seat)
    return perform(decision_id, wanted, comment=comment, revision=revision, viewer=viewer, at=at)


def hold(decision_id: int, revision: int) -> Decision:
    """The paper, locked until the end of the transaction. Raises Stale where it has changed since."""
    decision = held(decision_id)
    if decision.revision != revision:
        raise Stale
    return decision


def held(decision_id: int) -> Decision:
    """The paper, locked until the end of the transaction."""
    found = Decision.objects.select_for_update(of=("self",)).select_related(
        "route_version__route", "drafter__section", "drafter__post", "drafter__staff__account"
    )
    return found.get(pk=decision_id)


@transaction.atomic
def perform(
    decision_id: int,
    act: Act | tuple[frozenset[Kind], Seat],
    *,
    revision: int,
    viewer: Viewer,
    at: datetime,
    comment: str = "",
) -> Decision:
    """Do an act, or the one of these kinds at a seat; a second click on the same button does nothing more.

    Raises NotAllowed, Stale, NotOpenNow, CommentMissing, NobodyThere.
    """
    decision = held(decision_id)
    if not (viewer.may(MARK) or viewer.may(DRAFT)):
        raise NotAllowed
    # Reading changes nothing that others look at, so it neither waits for them nor makes them look again.
    reads = not isinstance(act, Act) and act[0] == {Kind.READ}
    if decision.revision != revision and not reads:
        if _was_done(decision, act, viewer, revision=revision):
            return decision
        raise Stale
    matter = matter_of(decision)
    office = organisation(in_japan(at).date()).office(decision)
    person = viewer.account_id or 0
    if reads and _was_done(decision, act, viewer, round=decision.round):
        return decision
    wanted = _chosen(act, matter.acts_for(person, office))
    if wanted.kind in NEEDS_WORDS and not comment.strip():
        raise CommentMissing
    paper = settled(matter.route, matter.paper, person, wanted, _next_number(decision))
    if wanted.kind in (Kind.SUBMIT, Kind.AMEND) and paper.phase is Phase.CIRCULATING:
        _begin_round(decision, at)
    row = _write_mark(decision, wanted, comment, viewer, at)
    _settle(decision, wanted, paper, at)
    if wanted.kind is Kind.READ:
        _note_read(decision, wanted, viewer, at)
    _sync_tasks(decision, matter.paper, paper, at)
    open_steps(decision)
    _tell(decision, wanted, row, viewer)
    return decision


def _chosen(act: Act | tuple[frozenset[Kind], Seat], open_acts: frozenset[Act]) -> Act:
    if isinstance(act, Act):
        found = [each for each in open_acts if each == act]
    else:
        kinds, seat = act
        at_seat = [each for each in open_acts if each.kind in kinds and each.seat == seat]
        found = sorted(at_seat, key=lambda each: each.as_seat)
    if not found:
        raise NotOpenNow
    return found[0]


def _was_done(decision: Decision, act: Act | tuple[frozenset[Kind], Seat], viewer: Viewer, **when: int) -> bool:
    """Whether this very click came before: the same person, the same act, at the same state of the paper."""
    kinds, seat = (frozenset({act.kind}), act.seat) if isinstance(act, Act) else act
    for row in decision.marks.filter(by=viewer.account_id, kind__in=sorted(kinds), **when):
        if (seat_of(row.section.key, row.post.key) if row.section and row.post else "") == seat:
            return True
    return False


def _next_number(decision: Decision) -> int:
    latest: int | None = decision.marks.aggregate(latest=Max("number"))["latest"]
    return (latest or 0) + 1


def _parts(seat: Seat) -> dict[str, Any]:
    if not seat:
        return {"section": None, "post": None}
    section, post = seat.split("/")
    return {"section": Section.objects.get(key=section), "post": Post.objects.get(key=post)}


def _write_mark(decision: Decision, act: Act, comment: str, viewer: Viewer, at: datetime) -> Mark:
    by = _parts(act.as_seat)
    level = act.level if act.kind in (Kind.REMAND, Kind.PULL_UP) else decision.level
    return Mark.objects.create(
        decision=decision,
        number=_next_number(decision),
        round=decision.round,
        content=decision.content,
        revision=decision.revision,
        kind=act.kind,
        level=level,
        **_parts(act.seat),
        by_id=viewer.account_id or 0,
        as_section=by["section"],
        as_post=by["post"],
        comment=comment.strip()[:COMMENT_CHARACTERS_MAX],
        made_at=at,
    )


def _settle(decision: Decision, act: Act, paper: Paper, at: datetime) -> None:
    decision.phase = paper.phase
    decision.level = paper.level
    decision.revision += act.kind is not Kind.READ
    if act.kind is Kind.SUBMIT:
        decision.submitted_at = at
    if paper.phase is Phase.DECIDED and act.kind in DECIDING:
        decision.decided_at = at
    if paper.phase is Phase.DROPPED:
        decision.dropped_at = decision.dropped_at or at
    decision.save()


def _begin_round(decision: Decision, at: datetime) -> None:
    """Find the way from the facts, and lay out its steps."""
    plan = plan_of(decision.route_version)
    content = decision.contents.get(number=decision.content)
    facts = {key: value_of_fact(name, content.facts.get(key)) for key, name in plan.facts.items()}
    section = decision.drafter.section
    today = in_japan(at).date()
    try:
        way = way_for(
            plan,
            facts,
            sections={"drafter": section.key, "drafter.parent": (section.parent or section).key},
            exists=_seats_there(),
            drafter=seat_of(section.key, decision.drafter.post.key),
            today=today,
        )
    except NoSuchSeat as missing:
        raise NobodyThere(missing.seat) from missing
    decision.round += 1
    steps = []
    for number, level in enumerate(way.levels):
        for place, seat in enumerate(level.seats):
            steps.append(
                Step(
                    decision=decision,
                    round=decision.round,
                    level=number,
                    place=place,
                    level_key=level.key,
                    function=level.function,
                    need=level.need,
                    in_order=level.in_order,
                    is_deciding=level.is_deciding,
                    **_parts(seat),
                )
            )
    for place, seat in enumerate(way.readers):
        steps.append(
            Step(
                decision=decision,
                round=decision.round,
                level=len(way.levels),
                place=place,
                level_key="readers",
                function=READ,
                **_parts(seat),
            )
        )
    Step.objects.bulk_create(steps)


def _seats_there() -> frozenset[Seat]:
    """Every post that a section has or had: one that is vacant today is still there."""
    pairs = Posting.objects.values_list("section__key", "post__key").distinct()
    return frozenset(seat_of(section, post) for section, post in pairs)


def open_steps(decision: Decision) -> None:
    """Keep the rows for the boxes in step with the rules."""
    Step.objects.filter(decision=decision, is_open=True).update(is_open=False)
    if decision.phase != Phase.CIRCULATING:
        return
    matter = matter_of(decision)
    waited = open_seats(matter.route, matter.paper)
    keys = [
        step.pk
        for step in matter.steps
        if step.function != READ and step.level == decision.level and seat_of(step.section.key, step.post.key) in waited
    ]
    Step.objects.filter(pk__in=keys).update(is_open=True)


def _sync_tasks(decision: Decision, before: Paper, now: Paper, at: datetime) -> None:
    standing = {(task.seat, task.reading, task.level) for task in now.tasks}
    opened = [task for task in now.tasks if (task.seat, task.reading, task.level) not in _keys(before)]
    gone = [key for key in _keys(before) if key not in standing]
    rows = ReadingTask.objects.filter(decision=decision, read_at=None, lapsed_at=None)
    for seat, reading, level in gone:
        parts = _parts(seat)
        rows.filter(reading=reading, level=level, **parts).update(lapsed_at=at)
    for task in sorted(opened, key=lambda each: (each.level, each.seat)):
        parts = _parts(task.seat)
        ReadingTask.objects.create(
            decision=decision, round=decision.round, level=task.level, reading=task.reading, opened_at=at, **parts
        )
        announce(ReadingDue(decision.pk, parts["section"].key, parts["post"].key, task.reading))


def _keys(paper: Paper) -> set[tuple[Any, ...]]:
    return {(task.seat, task.reading, task.level) for task in paper.tasks}


def _note_read(decision: Decision, act: Act, viewer: Viewer, at: datetime) -> None:
    ReadingTask.objects.filter(decision=decision, read_at=None, lapsed_at=None, **_parts(act.seat)).update(
        read_at=at, read_by=viewer.account_id
    )


def _tell(decision: Decision, act: Act, row: Mark, viewer: Viewer) -> None:
    subject = (decision.subject_type, decision.subject_key)
    after = {"number": row.number, "phase": decision.phase, "level": decision.level, "content": decision.content}
    if act.seat:
        after["seat"] = act.seat
    if act.as_seat != act.seat:
        after["as_seat"] = act.as_seat
    record(f"decisions.{act.kind.value}", on=("decisions.decision", decision.pk), by=viewer, after=after)
    if act.kind in DECIDING:
        announce(Decided(decision.pk, subject))
    elif act.kind is Kind.REMAND:
        announce(Remanded(decision.pk, subject, to_drafter=act.level == TO_DRAFTER))
    elif act.kind is Kind.DROP:
        announce(Dropped(decision.pk, subject))
