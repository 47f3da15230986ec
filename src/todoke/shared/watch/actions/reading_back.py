"""Reading back: what was delivered is looked for as a stranger would, until it is seen or three minutes are over.

The ledger says what there is to look for, so nothing is lost with a worker; every row is claimed with `SKIP LOCKED`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.actions.seen import confirm_seen, report_unseen
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.types import Address, DeliveryState, FrozenEdition, Never, TryLater
from todoke.shared.watch.models import ReadBack, ReadBackState
from todoke.shared.watch.registry import Reader, Sighting, readers
from todoke.shared.watch.rules import READ_BACK_WITHIN, READ_BACKS_PER_CHANNEL_MAX, next_look_at

CLAIM_LASTS = timedelta(seconds=20)
# The editions in which something may still come to rest: these many, of a day at most. In quiet times that is none.
EDITIONS_LOOKED_AT = 100
ON_THE_WAY_FOR = timedelta(days=1)
# So long the watch may have been away and still looks for what came to rest in the meantime.
LATELY = timedelta(minutes=15)
BATCH = 200

CAN_BE_SEEN = (DeliveryState.ACCEPTED, DeliveryState.CONFIRMED, DeliveryState.UNKNOWN)

OVERTAKEN = _("新しい版が出たため、この版の確認をやめました。")
EXPIRED = _("期限を過ぎたため、確認をやめました。")
NOBODY_LOOKS = _("確認する仕組みがなくなったため、確認をやめました。")
NOT_SEEN = _("3分以内に確認できませんでした。%(says)s")


@dataclass(frozen=True)
class Errand:
    """One look at one delivery, with all that it needs."""

    read_back_id: int
    until: datetime
    edition: FrozenEdition
    address: Address


def plan(*, at: datetime) -> int:
    """Note every delivery that came to rest lately and can be looked for. Returns how many were added; safe to run
    anywhere, any number of times. The ledger is asked, not the news, so that a mass of deliveries costs one query."""
    by_channel = {reader.channel: reader for reader in readers}
    settled = Delivery.objects.filter(channel__in=by_channel, state__in=CAN_BE_SEEN, expires_at__gt=at)
    settled = settled.filter(settled_at__gt=at - LATELY)
    newest = Edition.objects.order_by("-id").values_list("id", "released_at")[:EDITIONS_LOOKED_AT]
    settled = settled.filter(edition__in=[pk for pk, released_at in newest if released_at > at - ON_THE_WAY_FOR])
    known = ReadBack.objects.filter(delivery__in=settled).values_list("delivery", flat=True)
    # The newest first: what is beyond the bound of an older edition may come round again, and stands in nobody's way.
    fresh = settled.exclude(pk__in=list(known)).select_related("destination").order_by("-id")[:BATCH]
    wanted = [delivery for delivery in fresh if by_channel[delivery.channel].can_see(delivery.destination.as_address())]
    return len(ReadBack.objects.bulk_create(_within_bounds(wanted, at), ignore_conflicts=True))


def _within_bounds(deliveries: list[Delivery], at: datetime) -> list[ReadBack]:
    counts: dict[tuple[int, str], int] = {}
    for edition, channel in ReadBack.objects.filter(
        edition__in={delivery.edition_id for delivery in deliveries}
    ).values_list("edition", "channel"):
        counts[edition, channel] = counts.get((edition, channel), 0) + 1
    chosen = []
    for delivery in deliveries:
        place = (delivery.edition_id, delivery.channel)
        counts[place] = counts.get(place, 0) + 1
        if counts[place] <= READ_BACKS_PER_CHANNEL_MAX:
            chosen.append(
                ReadBack(
                    delivery=delivery,
                    edition_id=delivery.edition_id,
                    channel=delivery.channel,
                    began_at=at,
                    # Where nobody could look in time, at least one look is still made.
                    deadline_at=max((delivery.settled_at or at) + READ_BACK_WITHIN, at + timedelta(seconds=10)),
                    due_at=at,
                )
            )
    return chosen


@transaction.atomic
def claim_due(channel: str, *, limit: int, at: datetime) -> list[Errand]:
    """Take up to `limit` looks that are due on this channel, so that nobody else makes them."""
    due = list(
        ReadBack.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=at), channel=channel, due_at__lte=at)
        .filter(state=ReadBackState.WAITING)
        .select_related("delivery__destination", "edition__message")
        .order_by("due_at", "id")
        .select_for_update(of=("self",), skip_locked=True)[:limit]
    )
    until = at + CLAIM_LASTS
    ReadBack.objects.filter(pk__in=[one.pk for one in due]).update(claimed_until=until)
    return [Errand(one.pk, until, one.edition.frozen(), one.delivery.destination.as_address()) for one in due]


def look(errand: Errand, reader: Reader) -> Sighting:
    """Look once. Whatever a reader raises means that it has seen nothing."""
    try:
        return reader.look(errand.edition, errand.address)
    except (TryLater, Never) as trouble:
        return Sighting(False, trouble.says)
    except Exception as error:
        # The class alone: what a library says may name addresses.
        return Sighting(False, type(error).__name__)


@transaction.atomic
def write_down(errand: Errand, sighting: Sighting, *, at: datetime) -> bool:
    """Keep what was seen, and end the read-back or look again. False when the claim had lapsed."""
    one = (
        ReadBack.objects.select_for_update(of=("self",))
        .select_related("delivery")
        .filter(pk=errand.read_back_id, claimed_until=errand.until, state=ReadBackState.WAITING)
        .first()
    )
    if one is None:
        return False
    one.looks += 1
    one.claimed_until = None
    if sighting.seen:
        _end(one, ReadBackState.SEEN, sighting.says, at)
        confirm_seen(one.delivery_id, says=sighting.says, at=at)
    elif needless := _needless(one.delivery, at):
        _end(one, ReadBackState.DROPPED, needless, at)
    elif (again_at := next_look_at(at, one.looks, one.deadline_at)) is not None:
        one.says, one.due_at = sighting.says[:500], again_at
        one.save(update_fields=["says", "due_at", "looks", "claimed_until"])
    else:
        says = str(NOT_SEEN) % {"says": sighting.says}
        _end(one, ReadBackState.MISSED, says, at)
        report_unseen(one.delivery_id, says=says, at=at)
    return True


@transaction.atomic
def drop_without_reader(*, at: datetime) -> int:
    """End the looks for which there is no reader any more: a room was switched off."""
    channels = [reader.channel for reader in readers]
    orphans = ReadBack.objects.filter(state=ReadBackState.WAITING, deadline_at__lt=at).exclude(channel__in=channels)
    return orphans.update(state=ReadBackState.DROPPED, ended_at=at, claimed_until=None, says=str(NOBODY_LOOKS))


def _needless(delivery: Delivery, at: datetime) -> str:
    """Why there is nothing to look for any more, or nothing."""
    if delivery.expires_at <= at:
        return str(EXPIRED)
    newer = Edition.objects.filter(message=delivery.message_id, number__gt=delivery.number)
    return str(OVERTAKEN) if newer.exists() else ""


def _end(one: ReadBack, state: ReadBackState, says: str, at: datetime) -> None:
    one.state, one.says, one.ended_at = state, says[:500], at
    one.save(update_fields=["state", "says", "ended_at", "looks", "claimed_until"])
