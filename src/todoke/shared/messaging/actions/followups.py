"""A person's part: ticking the telephone list, deciding what nobody knows, sending again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base import events
from todoke.base.jobs import Lane, enqueue
from todoke.base.refusals import Refusal
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.events import DeliverySettled
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.rules import may_move
from todoke.shared.messaging.types import DeliveryState, FollowUpReason

OPERATE = "messaging.operate"


class FollowUpRefused(Refusal):
    """A person's decision could not be carried out. The text is fit for the screen."""

    says = _("この操作はできません。")


class NotAllowed(FollowUpRefused):
    """The viewer may not work on deliveries."""

    says = _("この操作をする権限がありません。")


class DecidedAlready(FollowUpRefused):
    """Somebody else, or a late answer, settled it in the meantime."""

    says = _("この配信の状態はすでに変わっています。画面を新しくして確かめてください。")


class TooLateToSend(FollowUpRefused):
    """The edition has expired or a newer one is out: sending it now would mislead."""

    says = _("期限を過ぎたか、新しい版が出ているため、この版は送れません。")


@transaction.atomic
def confirm_by_hand(delivery_id: int, *, viewer: Viewer, note: str, at: datetime) -> Delivery:
    """Tick a delivery as done by a person: told by telephone, posted by hand, seen on the other side."""
    delivery = _held(delivery_id, viewer)
    if delivery.state == DeliveryState.CONFIRMED and _is_waiting(delivery):
        # Confirmed when it was sent, and not found there afterwards: a person has looked.
        _close(delivery, viewer, note, at)
        record("messaging.seen-by-hand", on=delivery, by=viewer, why=note)
        return delivery
    _settle(delivery, DeliveryState.CONFIRMED, note, viewer, at)
    return delivery


@transaction.atomic
def give_up(delivery_id: int, *, viewer: Viewer, note: str, at: datetime) -> Delivery:
    """Say that this destination was not reached and that nothing more is to be tried; needs a reason."""
    delivery = _held(delivery_id, viewer)
    if delivery.state == DeliveryState.FAILED:
        _close(delivery, viewer, note, at)
        return delivery
    _settle(delivery, DeliveryState.FAILED, note, viewer, at)
    return delivery


@transaction.atomic
def take_note(delivery_id: int, *, viewer: Viewer, note: str, at: datetime) -> Delivery:
    """Close what asked only for a look: refusals that came back for our sake. The delivery stays as it is."""
    delivery = _held(delivery_id, viewer)
    if not FollowUp.objects.filter(delivery=delivery, closed_at=None, reason=FollowUpReason.POLICY).exists():
        raise DecidedAlready
    _close(delivery, viewer, note, at)
    record("messaging.noted", on=delivery, by=viewer, why=note)
    return delivery


@transaction.atomic
def send_again(delivery_id: int, *, viewer: Viewer, note: str, at: datetime) -> Delivery:
    """Have the same edition sent once more, with the same key."""
    delivery = _held(delivery_id, viewer)
    if delivery.expires_at <= at or _has_newer(delivery):
        raise TooLateToSend
    if not may_move(DeliveryState(delivery.state), DeliveryState.PLANNED):
        raise DecidedAlready
    before = delivery.state
    delivery.state = DeliveryState.PLANNED
    delivery.reason = note[:500]
    delivery.due_at = at
    delivery.settled_at = None
    delivery.save(update_fields=["state", "reason", "due_at", "settled_at"])
    _close(delivery, viewer, note, at)
    record(
        "messaging.sent-again", on=delivery, by=viewer, before={"state": before}, after={"state": "planned"}, why=note
    )
    enqueue("messaging.dispatch", lane=Lane(delivery.lane), once=f"messaging.dispatch-{delivery.lane}")
    return delivery


def _held(delivery_id: int, viewer: Viewer) -> Delivery:
    if not viewer.may(OPERATE):
        raise NotAllowed
    return Delivery.objects.select_for_update().get(pk=delivery_id)


def _has_newer(delivery: Delivery) -> bool:
    return Delivery.objects.filter(
        message=delivery.message_id, destination=delivery.destination_id, number__gt=delivery.number
    ).exists()


def _is_waiting(delivery: Delivery) -> bool:
    return FollowUp.objects.filter(delivery=delivery, closed_at=None).exists()


def _settle(delivery: Delivery, state: DeliveryState, note: str, viewer: Viewer, at: datetime) -> None:
    if delivery.state == state or not may_move(DeliveryState(delivery.state), state):
        raise DecidedAlready
    before = delivery.state
    delivery.state = state
    delivery.reason = note[:500]
    delivery.settled_at = at
    delivery.save(update_fields=["state", "reason", "settled_at"])
    _close(delivery, viewer, note, at)
    record(
        "messaging.settled-by-hand", on=delivery, by=viewer, before={"state": before}, after={"state": state}, why=note
    )
    events.announce(DeliverySettled(delivery_id=delivery.pk, edition_id=delivery.edition_id, state=state))


def _close(delivery: Delivery, viewer: Viewer, note: str, at: datetime) -> None:
    FollowUp.objects.filter(delivery=delivery, closed_at=None).update(
        closed_at=at, closed_by=viewer.account_id, closing_note=note[:500]
    )
