"""不在 and its taking back; handing a post's papers over when the organisation changes."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Post, Posting, Section
from todoke.ground.people.rules import Viewer
from todoke.shared.decisions.actions.marking import held, open_steps
from todoke.shared.decisions.models import Absence, Decision, DeputyRule, ReadingTask, Step
from todoke.shared.decisions.queries import MANAGE, MARK, matter_of, my_postings, seat_of
from todoke.shared.decisions.refusals import BadDays, NotAllowed
from todoke.shared.decisions.rules.values import Phase, Seat


@transaction.atomic
def enter_absence(
    posting_id: int, *, start_date: date, end_date: date, reason: str, viewer: Viewer, at: datetime
) -> Absence:
    """Enter one's own absence, or, with the right to manage, somebody's. Raises NotAllowed, BadDays."""
    mine = {posting.pk for posting in my_postings(viewer, in_japan(at).date())}
    if not (viewer.may(MANAGE) or (posting_id in mine and viewer.may(MARK))):
        raise NotAllowed
    if end_date < start_date:
        raise BadDays
    absence = Absence.objects.create(
        posting=Posting.objects.get(pk=posting_id),
        start_date=start_date,
        end_date=end_date,
        reason=reason,
        entered_by_id=viewer.account_id or 0,
        entered_at=at,
    )
    record(
        "decisions.absence-entered",
        on=absence,
        by=viewer,
        after={"posting": posting_id, "start_date": start_date, "end_date": end_date},
    )
    return absence


@transaction.atomic
def take_back_absence(absence_id: int, *, viewer: Viewer, at: datetime) -> Absence:
    """End an absence early, or take back one that was wrong; what was decided meanwhile stands. Raises NotAllowed."""
    absence = Absence.objects.select_for_update().get(pk=absence_id)
    mine = {posting.pk for posting in my_postings(viewer, in_japan(at).date())}
    if not (viewer.may(MANAGE) or (absence.posting_id in mine and viewer.may(MARK))):
        raise NotAllowed
    if absence.taken_back_at is None:
        absence.taken_back_at = at
        absence.save(update_fields=["taken_back_at"])
        record("decisions.absence-taken-back", on=absence, by=viewer)
    return absence


@transaction.atomic
def hand_over(source: Seat, target: Seat, *, viewer: Viewer, at: datetime, why: str) -> int:
    """Let the papers and readings that wait for one seat, and its deputies, follow to another; how many papers.

    For a section that was merged or renamed, or a post that is no more. What has been marked keeps the post it was
    marked as. Raises NotAllowed.
    """
    if not viewer.may(MANAGE):
        raise NotAllowed
    old, new = _parts(source), _parts(target)
    waiting = (Phase.DRAFTING, Phase.CIRCULATING)
    decisions = set(Step.objects.filter(decision__phase__in=waiting, **old).values_list("decision", flat=True))
    moved = 0
    for pk in sorted(decisions):
        if _hand_over_in(held(pk), source, old, new):
            moved += 1
            record(
                "decisions.handed-over",
                on=("decisions.decision", pk),
                by=viewer,
                before={"seat": source},
                after={"seat": target},
                why=why,
            )
    ReadingTask.objects.filter(read_at=None, lapsed_at=None, **old).update(**new)
    _deputies_follow(old, new)
    record(
        "decisions.seat-handed-over",
        on=("decisions.seat", source),
        by=viewer,
        after={"seat": target, "papers": moved, "at": at},
        why=why,
    )
    return moved


def hand_over_draft(decision_id: int, posting_id: int, *, viewer: Viewer, at: datetime, why: str) -> Decision:
    """Give a paper whose drafter's post is no more to another posting. Raises NotAllowed."""
    if not viewer.may(MANAGE):
        raise NotAllowed
    with transaction.atomic():
        decision = held(decision_id)
        target = Posting.objects.select_related("section", "post").get(pk=posting_id)
        before = seat_of(decision.drafter.section.key, decision.drafter.post.key)
        decision.drafter = target
        decision.revision += 1
        decision.save(update_fields=["drafter", "revision"])
        record(
            "decisions.draft-handed-over",
            on=("decisions.decision", decision_id),
            by=viewer,
            before={"seat": before},
            after={"seat": seat_of(target.section.key, target.post.key), "at": at},
            why=why,
        )
        return decision


def _hand_over_in(decision: Decision, source: Seat, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a step of this paper has moved. Two seats of one level that become one mark once."""
    matter = matter_of(decision)
    marked = {mark.level for mark in matter.paper.marks if mark.seat == source}
    steps = list(Step.objects.filter(decision=decision, round=decision.round, **old))
    waiting = [step for step in steps if step.level not in marked]
    for step in waiting:
        level = Step.objects.filter(decision=decision, round=decision.round, level=step.level)
        if level.filter(**new).exists():
            step.delete()
            level.update(need=min(step.need, level.count()))
        else:
            Step.objects.filter(pk=step.pk).update(**new)
    if waiting:
        decision.revision += 1
        decision.level = matter_of(decision).paper.level
        decision.save(update_fields=["revision", "level"])
        open_steps(decision)
    return bool(waiting)


def _parts(seat: Seat) -> dict[str, Any]:
    section, post = seat.split("/")
    return {"section": Section.objects.get(key=section), "post": Post.objects.get(key=post)}


def _deputies_follow(old: dict[str, Any], new: dict[str, Any]) -> None:
    for rule in DeputyRule.objects.filter(**old):
        if not DeputyRule.objects.filter(order=rule.order, **new).exclude(pk=rule.pk).exists():
            DeputyRule.objects.filter(pk=rule.pk).update(**new)
    DeputyRule.objects.filter(deputy_section=old["section"], deputy_post=old["post"]).exclude(**new).update(
        deputy_section=new["section"], deputy_post=new["post"]
    )
