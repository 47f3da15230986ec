"""Sending an edition that is already out to one more place: somebody nobody had thought of."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.jobs import Lane, enqueue
from todoke.ground.audit.actions import Person, record
from todoke.shared.messaging.actions.release import ReleaseRefused, TooLate, WrongLane, WrongPlace
from todoke.shared.messaging.guarding import guards
from todoke.shared.messaging.models import Delivery, Destination, Edition, Message
from todoke.shared.messaging.queries import takes_lane
from todoke.shared.messaging.types import EditionKind, Mode


class NothingInForce(ReleaseRefused):
    """The message has been cancelled, or has no edition: there is nothing to tell a newcomer."""

    says = _("このお知らせは取り消されています。新しく伝える内容はありません。")


@transaction.atomic
def also_to(message_id: int, places: Sequence[Destination], *, by: Person, at: datetime) -> list[Delivery]:
    """Plan a delivery of the latest edition of a message for each of these places that has none, and wake the lane.

    The edition stays as it was frozen. Who is added hears every later edition too, as whoever was told does. Raises
    NothingInForce, TooLate, WrongPlace, WrongLane; nothing leaves before the surrounding transaction commits.
    """
    # The same lock as a release takes: no newer edition comes between the choice of the edition and its delivery.
    message = Message.objects.select_for_update().get(pk=message_id)
    edition = message.editions.order_by("number").last()
    if edition is None or edition.kind == EditionKind.CANCEL:
        raise NothingInForce
    if edition.expires_at <= at:
        raise TooLate
    if strangers := [place.name for place in places if not place.takes(Mode(message.mode))]:
        raise WrongPlace(strangers)
    if misplaced := [place.name for place in places if not takes_lane(place, message.lane)]:
        raise WrongLane(misplaced)
    for guard in guards:
        guard.before_joining(message, places)
    return _planned(edition, places, by, at)


def _planned(edition: Edition, places: Sequence[Destination], by: Person, at: datetime) -> list[Delivery]:
    known = set(Delivery.objects.filter(edition=edition).values_list("destination_id", flat=True))
    made = [
        Delivery.objects.create(edition=edition, destination=place, due_at=at)
        for place in places
        if place.pk not in known
    ]
    if made:
        record(
            "messaging.also-sent",
            on=edition,
            by=by,
            after={"destinations": [delivery.destination.key for delivery in made]},
        )
        lane = edition.message.lane
        enqueue("messaging.dispatch", lane=Lane(lane), once=f"messaging.dispatch-{lane}")
    return made
