"""Making deliveries: claim, hand over, settle; and the sweep that finds what was left lying.

Every step is one short transaction on one delivery, and every step checks that the lease is still its own: whoever
comes too late changes nothing. Between `hand_over` and `settle` the bytes leave, and no transaction is open.
"""

import hashlib
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext_lazy as _

from todoke.base import events
from todoke.shared.messaging.events import DeliverySettled, FollowUpOpened
from todoke.shared.messaging.guarding import guards
from todoke.shared.messaging.models import Attempt, Delivery, FollowUp
from todoke.shared.messaging.registry import Channel, channels
from todoke.shared.messaging.rules import delivery_key, next_try_at
from todoke.shared.messaging.types import (
    Address,
    DeliveryState,
    FollowUpReason,
    FrozenEdition,
    Never,
    Outcome,
    Parcel,
    Receipt,
    TryLater,
)

# How much longer than the channel's own time-out a lease lasts: commit, a busy machine, a paused process.
LEASE_MARGIN = timedelta(seconds=10)
SWEEP_BATCH = 500

NO_ANSWER = _("時間内に応答がありませんでした。")
OVERTAKEN = _("新しい版が出たため、この版の送信を終えました。")
TIME_IS_UP = _("有効期限までに届けられませんでした。")
RETIRED = _("この配信手段は現在使われていません。")


@dataclass(frozen=True)
class Claim:
    """One worker's hold on one delivery."""

    delivery_id: int
    lease: uuid.UUID


@dataclass(frozen=True)
class Errand:
    """Everything needed to make one attempt, without touching the database again."""

    delivery_id: int
    lease: uuid.UUID
    attempt_id: int
    edition: FrozenEdition
    address: Address
    parcel: Parcel
    key: str


# One statement claims, so that two workers never hold the same delivery. An earlier edition still on its way to the
# same destination must end first: what arrives last must be what is right. (A mailing that was stopped no longer holds
# its successor up as a whole; there the bundles wait for each other.)
# The choice is materialized: as a mere subquery a plan may run it again for each row, and its LIMIT holds no more.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT d.id FROM messaging_delivery d
    WHERE d.state = 'planned' AND d.lane = %(lane)s AND d.channel = %(channel)s
      AND d.due_at <= %(at)s AND d.expires_at > %(at)s
      AND NOT EXISTS (
        SELECT 1 FROM messaging_delivery e
        LEFT JOIN messaging_mailing m ON m.delivery_id = e.id
        WHERE e.message_id = d.message_id AND e.destination_id = d.destination_id AND e.number < d.number
          AND e.state IN ('leased', 'handed_over') AND m.stopped_at IS NULL)
    ORDER BY d.due_at, d.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE messaging_delivery SET state = 'leased', lease = gen_random_uuid(), leased_until = %(until)s
FROM due WHERE messaging_delivery.id = due.id
RETURNING messaging_delivery.id, lease
"""


def channels_due(lane: str, *, at: datetime) -> list[str]:
    """The channels of this lane that have something to send now."""
    return list(
        Delivery.objects.filter(lane=lane, state=DeliveryState.PLANNED, due_at__lte=at, expires_at__gt=at)
        .values_list("channel", flat=True)
        .distinct()
        .order_by("channel")
    )


def claim(lane: str, channel: str, *, limit: int, at: datetime) -> list[Claim]:
    """Take up to `limit` deliveries that are due, for as long as the channel may need."""
    kind = channels.find(channel)
    seconds = kind.facts.timeout_seconds if kind else 0
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "until": at + timedelta(seconds=seconds) + LEASE_MARGIN,
                "lane": lane,
                "channel": channel,
                "at": at,
                "limit": limit,
            },
        )
        return [Claim(delivery_id, lease) for delivery_id, lease in cursor.fetchall()]


@transaction.atomic
def hand_over(claimed: Claim, *, worker: str, at: datetime, until: datetime | None = None) -> Errand | None:
    """Prepare the parcel and write down that it is about to leave; None when the claim no longer holds.

    A text that the channel can never carry ends the delivery here, before anything has left. The lease then lasts
    `until`, or as long as one call of the channel may take.
    """
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("edition__message", "destination")
        .filter(pk=claimed.delivery_id, lease=claimed.lease, state=DeliveryState.LEASED)
        .first()
    )
    if delivery is None:
        return None
    if delivery.expires_at <= at:
        end(delivery, DeliveryState.EXPIRED, str(TIME_IS_UP), at)
        return None
    if objection := _objection(delivery, at):
        end(delivery, DeliveryState.FAILED, objection, at)
        return None

    channel = channels.find(delivery.channel)
    edition, address = delivery.edition.frozen(), delivery.destination.as_address()
    try:
        if channel is None:
            raise Never(str(RETIRED))
        parcel = channel.prepare(edition, address)
    except Never as never:
        end(delivery, DeliveryState.FAILED, never.says, at)
        return None

    key = delivery_key(edition.identifier, address.key)
    delivery.state = DeliveryState.HANDED_OVER
    delivery.attempts_made += 1
    delivery.handed_over_at = delivery.handed_over_at or at
    delivery.leased_until = until or at + timedelta(seconds=channel.facts.timeout_seconds) + LEASE_MARGIN
    delivery.save(update_fields=["state", "attempts_made", "handed_over_at", "leased_until"])
    attempt = Attempt.objects.create(
        delivery=delivery,
        number=delivery.attempts_made,
        key=key,
        parcel_sha256=hashlib.sha256(parcel.body).hexdigest(),
        worker=worker,
        started_at=at,
    )
    return Errand(delivery.pk, claimed.lease, attempt.pk, edition, address, parcel, key)


def _objection(delivery: Delivery, at: datetime) -> str | None:
    """Why some room will not have this leave now; None where none minds."""
    said = (guard.before_leaving(delivery, at=at) for guard in guards)
    return next((words for words in said if words), None)


def send(errand: Errand, channel_key: str) -> Receipt | Exception:
    """Make the attempt. Whatever the channel raises comes back as a value: it is the attempt's outcome, not ours."""
    try:
        return cast(Channel, channels[channel_key]).send(errand.parcel, errand.edition, errand.address, key=errand.key)
    except Exception as trouble:
        return trouble


@transaction.atomic
def settle(errand: Errand, outcome: Receipt | Exception, *, at: datetime, chance: float | None = None) -> bool:
    """Write down how an attempt ended and what follows. False when the lease had lapsed: the attempt is still kept.

    `chance` in [0, 1) spreads the next try; drawn here when absent.
    """
    attempt = Attempt.objects.select_for_update().get(pk=errand.attempt_id)
    delivery = Delivery.objects.select_for_update().get(pk=errand.delivery_id)
    held = delivery.lease == errand.lease and delivery.state == DeliveryState.HANDED_OVER
    result, says = _result(outcome)
    if not attempt.outcome:
        attempt.outcome, attempt.says, attempt.ended_at = result, says[:2000], at
        attempt.reference = outcome.reference[:200] if isinstance(outcome, Receipt) else ""
        attempt.save(update_fields=["outcome", "says", "ended_at", "reference"])
    if not held:
        return False

    if isinstance(outcome, Receipt):
        end(delivery, DeliveryState.CONFIRMED if outcome.confirmed else DeliveryState.ACCEPTED, says, at)
    elif isinstance(outcome, Never):
        end(delivery, DeliveryState.FAILED, says, at)
    else:
        asked = outcome.after_seconds if isinstance(outcome, TryLater) else None
        safe = isinstance(outcome, TryLater) and not outcome.may_have_left
        _try_again_or_ask(delivery, says, at, safe=safe, chance=chance, asked_seconds=asked)
    return True


def _result(outcome: Receipt | Exception) -> tuple[Outcome, str]:
    if isinstance(outcome, Receipt):
        return (Outcome.CONFIRMED if outcome.confirmed else Outcome.ACCEPTED), outcome.says
    if isinstance(outcome, Never):
        return Outcome.NEVER, outcome.says
    if isinstance(outcome, TryLater):
        return (Outcome.UNCLEAR if outcome.may_have_left else Outcome.LATER), outcome.says
    # A fault of the channel's programme: its class is enough for the ledger, the rest stands in the log.
    return Outcome.UNCLEAR, f"{type(outcome).__name__}: {outcome}"


def _try_again_or_ask(
    delivery: Delivery,
    says: str,
    at: datetime,
    *,
    safe: bool,
    at_once: bool = False,
    chance: float | None = None,
    asked_seconds: float | None = None,
) -> None:
    """After a try that did not succeed: again later where that is safe and still in time, else end it."""
    channel = channels.find(delivery.channel)
    repeatable = safe or (channel is not None and channel.facts.idempotency_key is not None)
    if _is_overtaken(delivery):
        end(delivery, DeliveryState.WITHDRAWN, f"{says} {OVERTAKEN}", at)
        return
    if not repeatable:
        end(delivery, DeliveryState.UNKNOWN, says, at)
        return
    due_at = at
    if not at_once:
        due_at = next_try_at(
            at,
            delivery.attempts_made,
            chance=random.random() if chance is None else chance,  # noqa: S311 - spreads load, keeps no secret
            asked_seconds=asked_seconds,
        )
    if due_at >= delivery.expires_at:
        end(delivery, DeliveryState.EXPIRED, f"{says} {TIME_IS_UP}", at)
        return
    _move(delivery, DeliveryState.PLANNED, says)
    delivery.due_at = due_at
    delivery.save(update_fields=["state", "reason", "lease", "leased_until", "due_at"])


def _is_overtaken(delivery: Delivery) -> bool:
    newest = Delivery.objects.filter(message=delivery.message_id, destination=delivery.destination_id).aggregate(
        newest=Max("number")
    )["newest"]
    return newest is not None and newest > delivery.number


def _move(delivery: Delivery, state: DeliveryState, reason: str) -> None:
    delivery.state = state
    delivery.reason = reason[:500]
    delivery.lease = None
    delivery.leased_until = None


def end(delivery: Delivery, state: DeliveryState, reason: str, at: datetime) -> None:
    """Bring a delivery to an end, tell it, and ask a person where the end is not a good one. The caller holds its
    row."""
    _move(delivery, state, reason)
    delivery.settled_at = at
    delivery.save(update_fields=["state", "reason", "lease", "leased_until", "settled_at"])
    events.announce(DeliverySettled(delivery_id=delivery.pk, edition_id=delivery.edition_id, state=state))
    if state in ASKS_A_PERSON:
        ask_a_person(delivery, ASKS_A_PERSON[state], at)


ASKS_A_PERSON = {
    DeliveryState.FAILED: FollowUpReason.FAILED,
    DeliveryState.UNKNOWN: FollowUpReason.UNKNOWN,
    DeliveryState.EXPIRED: FollowUpReason.EXPIRED,
}


def ask_a_person(delivery: Delivery, reason: FollowUpReason, at: datetime) -> None:
    """Open a follow-up, once for a delivery at a time."""
    follow_up, opened = FollowUp.objects.get_or_create(
        delivery=delivery, closed_at=None, defaults={"reason": reason, "opened_at": at}
    )
    if opened:
        events.announce(
            FollowUpOpened(
                follow_up_id=follow_up.pk,
                edition_id=delivery.edition_id,
                origin=delivery.message.origin,
                reason=reason,
            )
        )


def sweep(*, at: datetime) -> int:
    """Find what was left lying: leases that lapsed with their worker, and deliveries whose time is over.

    Bounded to SWEEP_BATCH deliveries a call; returns how many it moved. Safe to run anywhere, any number of times.
    """
    return _sweep_lapsed(at) + _sweep_expired(at)


@transaction.atomic
def _sweep_lapsed(at: datetime) -> int:
    lapsed = _held(
        Delivery.objects.filter(
            state__in=(DeliveryState.LEASED, DeliveryState.HANDED_OVER), leased_until__lt=at
        ).order_by("leased_until")
    )
    for delivery in lapsed:
        if delivery.state == DeliveryState.LEASED:
            # The worker died before anything left.
            _move(delivery, DeliveryState.PLANNED, "")
            delivery.save(update_fields=["state", "reason", "lease", "leased_until"])
            continue
        Attempt.objects.filter(delivery=delivery, outcome="").update(
            outcome=Outcome.LAPSED, says=str(NO_ANSWER), ended_at=at
        )
        # The ladder is for the other side's trouble; a worker of ours that died is no reason to wait longer still.
        _try_again_or_ask(delivery, str(NO_ANSWER), at, safe=False, at_once=True)
    return len(lapsed)


@transaction.atomic
def _sweep_expired(at: datetime) -> int:
    expired = _held(Delivery.objects.filter(state=DeliveryState.PLANNED, expires_at__lte=at).order_by(F("expires_at")))
    for delivery in expired:
        end(delivery, DeliveryState.EXPIRED, str(TIME_IS_UP), at)
    return len(expired)


def _held(deliveries: QuerySet[Delivery]) -> list[Delivery]:
    # Rows that somebody else holds are being settled at this moment: the next sweep sees what became of them.
    return list(deliveries.select_related("message").select_for_update(of=("self",), skip_locked=True)[:SWEEP_BATCH])
