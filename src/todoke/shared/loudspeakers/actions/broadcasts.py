"""A broadcast from its beginning to what became of it at each unit."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from todoke.shared.loudspeakers.models import Broadcast, BroadcastState, Sounding, SoundingState, Unit
from todoke.shared.loudspeakers.protocol import Progress, Told
from todoke.shared.loudspeakers.queries import states_of
from todoke.shared.loudspeakers.rules import Wave, seconds_for_all, tally
from todoke.shared.messaging.actions.seen import confirm_seen, report_unseen
from todoke.shared.messaging.models import Attempt
from todoke.shared.messaging.types import Address, DeliveryState, FrozenEdition, Mode

# How long one worker may take to ask the station; then another one asks.
ASK_SECONDS = 20
NAMED_MAX = 5
ENDED = (SoundingState.SOUNDED, SoundingState.FAILED, SoundingState.STOPPED)
LEAVING = (DeliveryState.PLANNED, DeliveryState.LEASED, DeliveryState.HANDED_OVER)


@transaction.atomic
def begin(
    edition: FrozenEdition,
    address: Address,
    *,
    key: str,
    text: str,
    sound: str,
    seconds: float,
    waves: Sequence[Wave],
    at: datetime,
) -> Broadcast:
    """Write down that this is about to be said, by which units; another try of the same key finds its row."""
    attempt = Attempt.objects.filter(key=key).order_by("-number").first()
    broadcast, _is_new = Broadcast.objects.get_or_create(
        key=key,
        defaults={
            "delivery_id": attempt.delivery_id if attempt else None,
            "message_key": edition.message_key,
            "edition": edition.identifier,
            "edition_number": edition.number,
            "edition_kind": edition.kind.value,
            "mode": edition.mode.value,
            "address": address.address,
            "title": edition.title()[:300],
            "text": text,
            "sound": sound,
            "seconds": seconds,
            "began_at": at,
            "deadline_at": at + timedelta(seconds=seconds_for_all(waves, seconds)),
        },
    )
    by_unit = {unit: wave.number for wave in waves for unit in wave.units}
    Sounding.objects.bulk_create(
        [
            Sounding(broadcast=broadcast, unit=unit, wave=by_unit[unit.key])
            for unit in Unit.objects.filter(key__in=by_unit)
        ],
        ignore_conflicts=True,
    )
    return broadcast


@transaction.atomic
def handed_over(broadcast: Broadcast, *, waves: Sequence[Wave], start_after: float, at: datetime) -> None:
    """The station has taken it: from now on it is asked what becomes of it."""
    Broadcast.objects.filter(pk=broadcast.pk, state=BroadcastState.HANDING).update(
        state=BroadcastState.SOUNDING,
        deadline_at=at + timedelta(seconds=start_after + seconds_for_all(waves, broadcast.seconds)),
    )


@transaction.atomic
def claim_one(*, at: datetime) -> Broadcast | None:
    """A broadcast that sounds and that nobody else is asking about, held for twenty seconds."""
    free = Q(asked_until__isnull=True) | Q(asked_until__lt=at)
    broadcast = (
        Broadcast.objects.select_for_update(skip_locked=True)
        .filter(free, state=BroadcastState.SOUNDING)
        .order_by(F("asked_until").asc(nulls_first=True), "pk")
        .first()
    )
    if broadcast is not None:
        broadcast.asked_until = at + timedelta(seconds=ASK_SECONDS)
        broadcast.save(update_fields=["asked_until"])
    return broadcast


@transaction.atomic
def take_in(
    broadcast_id: int, progress: Progress | None, *, at: datetime, pause_seconds: float, says: str = ""
) -> None:
    """Keep what the station said of a broadcast, and settle it when it is over, or when its time is.

    `progress` None: the station said nothing that can be used, and `says` why.
    """
    broadcast = Broadcast.objects.select_for_update().get(pk=broadcast_id)
    if broadcast.state != BroadcastState.SOUNDING:
        return
    if progress is not None:
        for sounding in broadcast.soundings.select_related("unit", "broadcast"):
            told = progress.units.get(sounding.unit.key)
            if told is not None:
                _note(sounding, told, at)
    is_over = progress is not None and progress.is_over
    if is_over or at > broadcast.deadline_at:
        _settle(broadcast, is_over=is_over, says=says, at=at)
        return
    broadcast.asked_until = at + timedelta(seconds=pause_seconds)
    broadcast.save(update_fields=["asked_until"])


def _note(sounding: Sounding, told: Told, at: datetime) -> None:
    if (sounding.state, sounding.says) == (told.state, told.says):
        return
    sounding.state, sounding.says, sounding.at = told.state, told.says, at
    sounding.save(update_fields=["state", "says", "at"])
    if Mode(sounding.broadcast.mode).is_drill:
        # What a simulator has broken for a drill is not broken on its pole.
        return
    unit = sounding.unit
    if told.state is SoundingState.SOUNDED:
        Unit.objects.filter(pk=unit.pk).update(heard_at=at, trouble="", trouble_at=None)
    elif told.state is SoundingState.FAILED and not unit.trouble:
        Unit.objects.filter(pk=unit.pk).update(trouble=told.says, trouble_at=at)


def _settle(broadcast: Broadcast, *, is_over: bool, says: str, at: datetime) -> None:
    delivery = broadcast.delivery
    if delivery is not None and delivery.state in LEAVING:
        # The dispatcher has not yet written down that it was accepted: the ledger would refuse our word.
        broadcast.asked_until = at + timedelta(seconds=1)
        broadcast.save(update_fields=["asked_until"])
        return
    broadcast.soundings.exclude(state__in=ENDED).update(
        state=SoundingState.UNKNOWN, says="時間内に結果が届きませんでした", at=at
    )
    states = states_of(broadcast)
    all_sounded = set(states) <= {SoundingState.SOUNDED.value}
    was_stopped = SoundingState.STOPPED.value in states
    silent = list(
        broadcast.soundings.exclude(state=SoundingState.SOUNDED).values_list("unit__name", flat=True)[:NAMED_MAX]
    )
    word = f"屋外スピーカー：{tally(states)}"
    if silent:
        others = " ほか" if sum(states.values()) - states.get("sounded", 0) > NAMED_MAX else ""
        word += f"（{'、'.join(silent)}{others}）"
    if not is_over:
        word = f"{word}。操作卓から、終わったという返事がありません。{says}"
    broadcast.state = (
        BroadcastState.STOPPED
        if was_stopped
        else BroadcastState.LOST
        if not is_over
        else BroadcastState.DONE
        if all_sounded
        else BroadcastState.PARTLY
    )
    broadcast.ended_at, broadcast.says = at, word[:500]
    broadcast.save(update_fields=["state", "ended_at", "says"])
    if delivery is not None and broadcast.state == BroadcastState.DONE:
        confirm_seen(delivery.pk, says=word, at=at)
    elif delivery is not None and not was_stopped:
        # Nobody need say by other means what was wrong: the edition that stopped it is told everywhere itself.
        report_unseen(delivery.pk, says=f"{word}。ほかの手段で伝えてください。", at=at)
