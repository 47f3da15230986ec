"""The rings that are to be ordered, asked about or taken back. Each step is one short transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from todoke.shared.calling.actions import note_ring
from todoke.shared.calling.automatic.gateway import Fate, Word
from todoke.shared.calling.models import Ring, RoundState
from todoke.shared.calling.rules import RingState

# How long after its order a call is asked about or taken back; a call of minutes is over by then in any case.
REMEMBERED = timedelta(minutes=30)
ASK_SECONDS = 4


@transaction.atomic
def take_to_order(
    round_id: int, *, repeatable: bool, at: datetime, limit: int, but: Collection[int] = ()
) -> list[Ring]:
    """The rings of a round that are to be ordered now, in their order, marked as leaving; nobody else gets them.

    `but` are left alone. What is in doubt is among them where the provider knows our key: it is the same try, with the
    same key.
    """
    wanted = Q(state=RingState.PLANNED, due_at__lte=at)
    if repeatable:
        wanted |= Q(state=RingState.LEAVING)
    found = list(
        Ring.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("seat")
        .filter(wanted, round=round_id, round__state=RoundState.CALLING, round__rings_ended_at=None)
        .exclude(pk__in=but)
        .order_by("place")[:limit]
    )
    for ring in found:
        if ring.state == RingState.PLANNED:
            ring.tries += 1
        ring.state, ring.ordered_at, ring.reference = RingState.LEAVING, at, ""
    Ring.objects.bulk_update(found, ["state", "tries", "ordered_at", "reference"])
    return found


@transaction.atomic
def stayed(rings: Sequence[Ring], *, again_at: datetime, says: str) -> None:
    """The provider certainly took none of these: the same try is made again."""
    Ring.objects.filter(pk__in=[ring.pk for ring in rings], state=RingState.LEAVING).update(
        state=RingState.PLANNED, tries=F("tries") - 1, due_at=again_at, says=says[:300]
    )


def settle(rings: Sequence[Ring], words: Mapping[int, Word], *, at: datetime) -> None:
    """Write down the provider's word on each; who has none stays in doubt."""
    for ring in rings:
        word = words.get(ring.place)
        if word is None:
            continue
        if word.fate is Fate.REFUSED:
            failed(ring, says=word.says, at=at)
        elif word.fate is Fate.LATER:
            stayed([ring], again_at=at, says=word.says)
        else:
            # A call-back may have been quicker than the answer: its word stands.
            Ring.objects.filter(pk=ring.pk, state=RingState.LEAVING).update(
                state=RingState.ORDERED, reference=word.reference, says=word.says[:300]
            )


def failed(ring: Ring, *, says: str, at: datetime) -> None:
    """This person cannot be rung by the machine."""
    note_ring(ring.pk, RingState.FAILED, says=says, at=at)


def rounds_to_ring_again(*, at: datetime) -> list[int]:
    """The rounds in which somebody is due to be rung once more."""
    due = Ring.objects.filter(
        state=RingState.PLANNED,
        due_at__lte=at,
        tries__gte=1,
        round__state=RoundState.CALLING,
        round__rings_ended_at=None,
        round__rings_until__gt=at,
    )
    return list(due.order_by("round").values_list("round", flat=True).distinct()[:20])


@transaction.atomic
def take_to_ask(*, at: datetime, limit: int) -> list[Ring]:
    """The calls about which the provider is to be asked now, also of rounds that are over: who heard the wrong one?"""
    due = Q(asked_at=None) | Q(asked_at__lte=at - timedelta(seconds=ASK_SECONDS))
    found = list(
        Ring.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("round__delivery__destination")
        .filter(due, state=RingState.ORDERED, ordered_at__gt=at - REMEMBERED)
        .exclude(reference="")
        .order_by(F("asked_at").asc(nulls_first=True), "pk")[:limit]
    )
    Ring.objects.filter(pk__in=[ring.pk for ring in found]).update(asked_at=at)
    return found


@transaction.atomic
def take_to_take_back(*, at: datetime, limit: int) -> list[Ring]:
    """The calls that nobody should get any more: the round is over, or people ring now. Marked as asked for."""
    over = ~Q(round__state=RoundState.CALLING) | Q(round__rings_ended_at__isnull=False)
    found = list(
        Ring.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("round__delivery__destination")
        .filter(over, state=RingState.ORDERED, cancel_asked_at=None, ordered_at__gt=at - REMEMBERED)
        .exclude(reference="")
        .order_by("-place")[:limit]
    )
    Ring.objects.filter(pk__in=[ring.pk for ring in found]).update(cancel_asked_at=at)
    return found


def ask_again_to_take_back(ring: Ring) -> None:
    """The provider did not answer: the next look asks again."""
    Ring.objects.filter(pk=ring.pk).update(cancel_asked_at=None)


@transaction.atomic
def taken_back(ring: Ring, *, at: datetime) -> bool:
    """The provider leaves this call; False where it had ended meanwhile."""
    return bool(Ring.objects.filter(pk=ring.pk, state=RingState.ORDERED).update(state=RingState.WITHDRAWN, ended_at=at))
