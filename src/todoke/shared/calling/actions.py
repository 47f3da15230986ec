"""Going through a tree: beginning a round, ticking a call, and what the clock brings."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.base.rounds.errands import Errand
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.calling.models import Call, Ring, Round, RoundState, Seat, Tree
from todoke.shared.calling.queries import OPERATE
from todoke.shared.calling.rules import (
    HEARD_IT,
    MAY_BE_HEARING_IT,
    UNDER_WAY,
    WORTH_TRYING_AGAIN,
    CallState,
    RingState,
    lines_of,
    needed_of,
    next_step,
)
from todoke.shared.messaging.actions.seen import confirm_seen, report_unseen
from todoke.shared.messaging.models import Delivery

BATCH = 100
ADVANCE = Errand("calling.advance", _("電話連絡を次の人に進める"), pause_minutes_max=1)


class CallRefused(Refusal):
    """The tick was not taken. The text is fit for the screen."""

    says = _("この操作はできません。")


class NotAllowed(CallRefused):
    """The viewer may not tick calls."""

    says = _("この操作をする権限がありません。")


class RoundIsOver(CallRefused):
    """A newer edition is out: what was to be said no longer holds."""

    says = _("新しい版が出ています。この内容は伝えないでください。画面を新しくして確かめてください。")


class NoSuchTree(CallRefused):
    """The tree has been taken out of use, or has nobody in it."""

    says = _("この連絡網は使われていないか、だれも登録されていません。")


@transaction.atomic
def begin(
    key: str, *, edition: str, destination: str, tree_key: str, at: datetime, ring_for: timedelta | None = None
) -> Round:
    """Begin the round of a delivery, once: the same key gives the same round. Raises NoSuchTree.

    Rounds of earlier editions of the message through the same destination end here: nobody reads out what no longer
    holds. With `ring_for` a machine has so long to ring the people whose turn it is, before others ring.
    """
    tree = Tree.objects.filter(key=tree_key, is_active=True).first()
    if tree is None or not tree.seats.filter(is_active=True).exists():
        raise NoSuchTree
    delivery = Delivery.objects.get(edition__identifier=edition, destination__key=destination)
    values = {"delivery": delivery, "tree": tree, "began_at": at, "rings_until": at + ring_for if ring_for else None}
    round_, is_new = Round.objects.get_or_create(key=key, defaults=values)
    if not is_new:
        return round_
    earlier = Round.objects.select_for_update().filter(
        delivery__message=delivery.message_id,
        delivery__destination=delivery.destination_id,
        delivery__number__lt=delivery.number,
    )
    for other in earlier.exclude(state=RoundState.OVERTAKEN):
        _end(other, RoundState.OVERTAKEN, at)
    if ring_for:
        _plan_rings(round_, list(earlier.values_list("pk", flat=True)), at)
    record("calling.round-began", on=round_, by="calling", after={"tree": tree.key, "edition": edition})
    return _stepped(Round.objects.select_for_update().get(pk=round_.pk), at)


def _plan_rings(round_: Round, earlier: list[int], at: datetime) -> None:
    """One ring for each main person; who heard an earlier edition, which may be the wrong one, comes first, then those
    who may be hearing it now."""
    seats = list(round_.tree.seats.filter(is_active=True).order_by("number"))
    lines = lines_of([(seat.pk, seat.stands_in_for_id) for seat in seats])
    rung = Ring.objects.filter(round__in=earlier)
    heard = {
        *rung.filter(Q(state__in=HEARD_IT) | Q(heard_at__isnull=False)).values_list("seat", flat=True),
        *Call.objects.filter(round__in=earlier, state=CallState.TOLD).values_list("seat", flat=True),
    }
    hearing = set(rung.filter(state__in=MAY_BE_HEARING_IT).values_list("seat", flat=True))
    # Sorting keeps the tree's order among those who are alike.
    mains = sorted((line[0] for line in lines), key=lambda seat: (seat not in heard, seat not in hearing))
    Ring.objects.bulk_create(
        Ring(round=round_, seat_id=seat, place=place, due_at=at) for place, seat in enumerate(mains, start=1)
    )


@transaction.atomic
def note_ring(
    ring_id: int, state: RingState, *, says: str = "", again_at: datetime | None = None, at: datetime
) -> Ring | None:
    """The machine's word on one person. Said twice it changes nothing; who pressed the key has confirmed for good.

    With `again_at` a busy line, or one that nobody answers, is rung again then, while the machine has time. None where
    there is no such ring.
    """
    found = Ring.objects.filter(pk=ring_id).values_list("round_id", flat=True).first()
    if found is None:
        return None
    round_ = _locked(found)
    ring = Ring.objects.get(pk=ring_id)
    if state in UNDER_WAY or ring.tries == 0 or ring.state in (RingState.CONFIRMED, state):
        return ring
    at_it = round_.state == RoundState.CALLING and round_.rings_ended_at is None
    if state in WORTH_TRYING_AGAIN and again_at is not None and at_it and again_at < (round_.rings_until or again_at):
        ring.state, ring.due_at, ring.outcome = RingState.PLANNED, again_at, state
    else:
        ring.state, ring.ended_at = state, at
    if state in (RingState.CONFIRMED, RingState.HEARD):
        ring.heard_at = ring.heard_at or at
    ring.says = says[:300]
    ring.save(update_fields=["state", "outcome", "due_at", "ended_at", "heard_at", "says"])
    if round_.state == RoundState.OVERTAKEN:
        return ring
    if state == RingState.CONFIRMED:
        _told_by_machine(round_, ring, at)
    _stepped(round_, at)
    return ring


def _told_by_machine(round_: Round, ring: Ring, at: datetime) -> None:
    told = {"state": CallState.TOLD, "by_machine": True, "ended_at": at}
    call = Call.objects.filter(round=round_, seat=ring.seat_id).first()
    if call is None:
        call = Call(round=round_, seat_id=ring.seat_id, opened_at=ring.ordered_at or at, due_at=at)
    elif call.state == CallState.TOLD:
        return
    for name, value in told.items():
        setattr(call, name, value)
    call.save()
    record("calling.confirmed-by-machine", on=call, by="calling", after={"state": CallState.TOLD})


@transaction.atomic
def hand_over_to_people(round_id: int, *, why: str, at: datetime) -> None:
    """The machine cannot do it: people ring from now on. Done twice it changes nothing."""
    round_ = _locked(round_id)
    if round_.state == RoundState.CALLING and round_.rings_ended_at is None:
        _end_rings(round_, why, at)
        _stepped(round_, at)


@transaction.atomic
def hurry_rings(round_id: int, *, until: datetime) -> None:
    """The machine did not answer: it has until then to come back, and no longer."""
    Round.objects.filter(pk=round_id, rings_until__gt=until).update(rings_until=until)


def give_rings_time(round_id: int, whole: timedelta) -> None:
    """The machine has come back: it has its whole time again, unless people have begun."""
    Round.objects.filter(pk=round_id, state=RoundState.CALLING, rings_ended_at=None).update(
        rings_until=F("began_at") + whole
    )


def tell(call_id: int, *, viewer: Viewer | None, note: str = "", at: datetime) -> Call:
    """Tick a call: the person was told and repeated it. A late one counts, a second one changes nothing.

    `viewer` is None when it was ticked by the call's own link. Raises NotAllowed, RoundIsOver.
    """
    return _tick(call_id, CallState.TOLD, viewer, note, at)


def could_not_reach(call_id: int, *, viewer: Viewer | None, note: str = "", at: datetime) -> Call:
    """Say that nobody answers: the next person's turn comes at once. Raises NotAllowed, RoundIsOver."""
    return _tick(call_id, CallState.UNREACHED, viewer, note, at)


@transaction.atomic
def _tick(call_id: int, state: CallState, viewer: Viewer | None, note: str, at: datetime) -> Call:
    if viewer is not None and not viewer.may(OPERATE):
        raise NotAllowed
    round_ = _locked(Call.objects.values_list("round_id", flat=True).get(pk=call_id))
    call = Call.objects.select_related("seat", "round__tree").get(pk=call_id)
    if round_.state == RoundState.OVERTAKEN:
        raise RoundIsOver
    if call.state in (state, CallState.TOLD):
        return call
    if state == CallState.UNREACHED and call.state != CallState.OPEN:
        return call
    before = call.state
    call.state = state
    call.ended_at = at
    call.ticked_by_id = viewer.account_id if viewer else None
    call.by_link = viewer is None
    call.note = note.strip()[:300]
    call.save(update_fields=["state", "ended_at", "ticked_by", "by_link", "note"])
    record(
        "calling.ticked",
        on=call,
        by=viewer or "link",
        before={"state": before},
        after={"state": state},
    )
    _stepped(round_, at)
    return call


def advance(*, at: datetime) -> int:
    """Whatever the clock brings: calls whose time is over lapse, the next people are rung, the ledger is told.

    Each round is one short transaction; rounds that somebody else holds are left to them. Returns how many it moved.
    """
    due = Q(state=RoundState.CALLING, calls__state=CallState.OPEN, calls__due_at__lte=at)
    rung_out = Q(state=RoundState.CALLING, rings_ended_at=None, rings_until__lte=at)
    unreported = Q(reported_at=None, state__in=(RoundState.MET, RoundState.MISSED))
    # A worker that died between beginning a round and ringing anybody leaves none behind: both are one transaction.
    found = Round.objects.filter(due | rung_out | unreported).distinct()
    return ADVANCE.each(found, lambda round_: _advanced(round_.pk, at), limit=BATCH)


@transaction.atomic
def _advanced(round_id: int, at: datetime) -> bool:
    round_ = Round.objects.select_for_update(skip_locked=True).filter(pk=round_id).first()
    if round_ is None:
        return False
    Call.objects.filter(round=round_, state=CallState.OPEN, due_at__lte=at).update(state=CallState.LAPSED, ended_at=at)
    _stepped(round_, at)
    return True


def _locked(round_id: int) -> Round:
    return Round.objects.select_for_update().get(pk=round_id)


def _stepped(round_: Round, at: datetime) -> Round:
    """Bring a round to where its rows say that it is. The caller holds its row."""
    if round_.state == RoundState.OVERTAKEN:
        return round_
    if round_.state != RoundState.MET:
        _go_on(round_, at)
    _report(round_, at)
    return round_


def _go_on(round_: Round, at: datetime) -> None:
    tree = round_.tree
    calls = {call.seat_id: call for call in round_.calls.all()}
    # Who was rung stays in their line, also if the city's file no longer names them.
    seats = Seat.objects.filter(Q(is_active=True) | Q(pk__in=[pk for pk in calls if pk]), tree=tree)
    lines = lines_of(list(seats.order_by("number").values_list("pk", "stands_in_for_id")))
    states = {pk: CallState(call.state) for pk, call in calls.items() if pk is not None}
    step = next_step(needed_of(tree.rule, tree.needed, len(lines)), lines, states)
    if step.is_met:
        _end(round_, RoundState.MET, at)
        return
    if _machine_is_at_it(round_, at):
        return
    due_at = at + timedelta(minutes=tree.minutes)
    Call.objects.bulk_create(Call(round=round_, seat_id=seat, opened_at=at, due_at=due_at) for seat in step.ring)
    if step.is_out_of_reach and round_.state == RoundState.CALLING:
        _escalate(round_, calls.get(None), due_at, at)


def _machine_is_at_it(round_: Round, at: datetime) -> bool:
    """Whether people need not ring yet. Once the machine is through, or its time is over, they do."""
    if round_.rings_until is None or round_.rings_ended_at is not None:
        return False
    if at < round_.rings_until and round_.rings.filter(state__in=UNDER_WAY).exists():
        return True
    _end_rings(round_, "自動電話が終わったか、時間になりました。", at)
    return False


def _end_rings(round_: Round, why: str, at: datetime) -> None:
    round_.rings_ended_at = at
    round_.save(update_fields=["rings_ended_at"])
    _leave_planned(round_, at)
    record("calling.people-ring", on=round_, by="calling", why=why)


def _leave_planned(round_: Round, at: datetime) -> None:
    """What has not been ordered is not ordered any more; what has been, the listener takes back from the provider."""
    planned = round_.rings.filter(state=RingState.PLANNED)
    # Whoever rings next wants to know that the line was busy, more than that it is not tried again.
    planned.exclude(outcome="").update(state=F("outcome"), ended_at=at)
    planned.update(state=RingState.WITHDRAWN, ended_at=at)


def _escalate(round_: Round, post: Call | None, due_at: datetime, at: datetime) -> None:
    """The tree cannot meet its rule by itself any more: ring the named post; when that was done too, say so."""
    if post is None and round_.tree.post_telephone:
        Call.objects.create(round=round_, seat=None, opened_at=at, due_at=due_at)
        round_.escalated_at = at
        round_.save(update_fields=["escalated_at"])
        record("calling.escalated", on=round_, by="calling", after={"post": round_.tree.post_name})
        return
    if post is not None and post.state == CallState.OPEN:
        return
    if not round_.calls.filter(state=CallState.OPEN).exists():
        _end(round_, RoundState.MISSED, at)


def _end(round_: Round, state: RoundState, at: datetime) -> None:
    round_.state = state
    round_.ended_at = at
    round_.reported_at = None
    round_.save(update_fields=["state", "ended_at", "reported_at"])
    _leave_planned(round_, at)
    if state != RoundState.MISSED:
        round_.calls.filter(state=CallState.OPEN).update(state=CallState.NEEDLESS, ended_at=at)
    record("calling.round-ended", on=round_, by="calling", after={"state": state})


def _report(round_: Round, at: datetime) -> None:
    """Tell the ledger. While its own dispatcher still holds the delivery it takes no word, and is asked again."""
    if round_.reported_at is not None or round_.state not in (RoundState.MET, RoundState.MISSED):
        return
    told = round_.calls.filter(state=CallState.TOLD).count()
    if round_.state == RoundState.MET:
        heard = confirm_seen(round_.delivery_id, says=f"連絡網で{told}人に伝わりました。", at=at)
    else:
        heard = report_unseen(
            round_.delivery_id, says=f"連絡網の決まりを満たせませんでした（{told}人に伝わりました）。", at=at
        )
    if heard:
        round_.reported_at = at
        round_.save(update_fields=["reported_at"])
