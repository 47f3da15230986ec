"""Going through a tree: beginning a round, ticking a call, and what the clock brings."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.calling.models import Call, Round, RoundState, Seat, Tree
from todoke.shared.calling.queries import OPERATE
from todoke.shared.calling.rules import CallState, lines_of, needed_of, next_step
from todoke.shared.messaging.actions.seen import confirm_seen, report_unseen
from todoke.shared.messaging.models import Delivery

BATCH = 100


class CallRefused(Exception):
    """The tick was not taken. The text is fit for the screen."""

    says: str | Promise = _("この操作はできません。")

    def __str__(self) -> str:
        return str(self.says)


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
def begin(key: str, *, edition: str, destination: str, tree_key: str, at: datetime) -> Round:
    """Begin the round of a delivery, once: the same key gives the same round. Raises NoSuchTree.

    Rounds of earlier editions of the message through the same destination end here: nobody reads out what no longer
    holds.
    """
    tree = Tree.objects.filter(key=tree_key, is_active=True).first()
    if tree is None or not tree.seats.filter(is_active=True).exists():
        raise NoSuchTree
    delivery = Delivery.objects.get(edition__identifier=edition, destination__key=destination)
    round_, is_new = Round.objects.get_or_create(key=key, defaults={"delivery": delivery, "tree": tree, "began_at": at})
    if not is_new:
        return round_
    earlier = Round.objects.select_for_update().filter(
        delivery__message=delivery.message_id,
        delivery__destination=delivery.destination_id,
        delivery__number__lt=delivery.number,
    )
    for other in earlier.exclude(state=RoundState.OVERTAKEN):
        _end(other, RoundState.OVERTAKEN, at)
    record("calling.round-began", on=round_, by="calling", after={"tree": tree.key, "edition": edition})
    return _stepped(Round.objects.select_for_update().get(pk=round_.pk), at)


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
    unreported = Q(reported_at=None, state__in=(RoundState.MET, RoundState.MISSED))
    # A worker that died between beginning a round and ringing anybody leaves none behind: both are one transaction.
    found = list(Round.objects.filter(due | unreported).distinct().values_list("pk", flat=True)[:BATCH])
    return sum(_advanced(pk, at) for pk in found)


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
    due_at = at + timedelta(minutes=tree.minutes)
    Call.objects.bulk_create(Call(round=round_, seat_id=seat, opened_at=at, due_at=due_at) for seat in step.ring)
    if step.is_out_of_reach and round_.state == RoundState.CALLING:
        _escalate(round_, calls.get(None), due_at, at)


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
