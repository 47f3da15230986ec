"""What an independent reader found: the machine's word on whether a delivery can be seen where it should be."""

from datetime import datetime

from django.db import transaction

from todoke.base import events
from todoke.ground.audit.actions import record
from todoke.shared.messaging.actions.dispatch import ask_a_person
from todoke.shared.messaging.events import DeliverySettled
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.rules import may_move
from todoke.shared.messaging.types import DeliveryState, FollowUpReason

READER = "reader"
# Where a reader's word counts: what has not left, or is leaving at this moment, is the dispatcher's.
SETTLED_SOMEHOW = (
    DeliveryState.ACCEPTED,
    DeliveryState.CONFIRMED,
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED,
    DeliveryState.EXPIRED,
)


@transaction.atomic
def confirm_seen(delivery_id: int, *, says: str, at: datetime) -> bool:
    """A reader saw this delivery at its destination: it is confirmed, and nobody need be asked about it any more.

    `says` tells where it was seen. False when the delivery is not in a state in which that changes or adds anything.
    """
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.state not in SETTLED_SOMEHOW:
        return False
    if FollowUp.objects.filter(delivery=delivery, closed_at=None).update(closed_at=at, closing_note=says[:500]):
        record("messaging.seen-by-reader", on=delivery, by=READER, why=says)
    if may_move(DeliveryState(delivery.state), DeliveryState.CONFIRMED):
        delivery.state = DeliveryState.CONFIRMED
        delivery.reason = says[:500]
        delivery.settled_at = at
        delivery.save(update_fields=["state", "reason", "settled_at"])
        events.announce(
            DeliverySettled(delivery_id=delivery.pk, edition_id=delivery.edition_id, state=DeliveryState.CONFIRMED)
        )
    return True


@transaction.atomic
def report_unseen(delivery_id: int, *, says: str, at: datetime) -> bool:
    """A reader looked for this delivery until its time was over and did not see it: whether it arrived is for a person.

    The state stays what the other side's word made it; the follow-up says what was looked for. False when the delivery
    is not in a state in which a reader's word counts.
    """
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("message").get(pk=delivery_id)
    if delivery.state not in SETTLED_SOMEHOW:
        return False
    delivery.reason = says[:500]
    delivery.save(update_fields=["reason"])
    ask_a_person(delivery, FollowUpReason.UNKNOWN, at)
    return True
