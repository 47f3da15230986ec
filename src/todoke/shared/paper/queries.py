"""What there is to print, and what was done by hand."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.types import DeliveryState, FrozenEdition, Mode
from todoke.shared.paper.courier import KEY, places_from
from todoke.shared.paper.papers import Place

PRINT = "paper.print"
# What a person may have done by other means while the machine could not.
LEFT_TO_PEOPLE = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)


def printable(viewer: Viewer) -> QuerySet[Edition]:
    """The latest edition of every message, newest first."""
    if not viewer.may(PRINT):
        return Edition.objects.none()
    # Whoever may print may see what is printed; the ledger's own right is for its deliveries.
    newest = Edition.objects.order_by("message", "-number").distinct("message").values("pk")
    return Edition.objects.filter(pk__in=newest).select_related("message").order_by("-released_at")


def edition_for(viewer: Viewer, pk: int) -> Edition | None:
    """One edition, or None where there is none or the viewer may not print."""
    if not viewer.may(PRINT):
        return None
    return Edition.objects.select_related("message").filter(pk=pk).first()


def edition_named(name: str, mode: Mode) -> FrozenEdition | None:
    """The edition with this identifier, the newest one of the message with this key, or, for `latest`, the newest of
    this mode. For the command line: it asks no viewer."""
    found = Edition.objects.select_related("message").order_by("-released_at", "-number")
    if name == "latest":
        found = found.filter(mode=mode)
    elif _is_key(name):
        found = found.filter(message__key=name)
    else:
        found = found.filter(identifier=name)
    edition = found.first()
    return edition.frozen() if edition else None


def _is_key(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def places_for(edition: FrozenEdition) -> list[Place]:
    """Where the papers of an edition go: those places it was released to, or else all that take its mode."""
    chosen = Destination.objects.filter(channel=KEY, deliveries__edition__identifier=edition.identifier)
    if not chosen.exists():
        chosen = Destination.objects.filter(channel=KEY, is_active=True)
    rows = [(place.name, place.address) for place in chosen.order_by("key") if place.takes(edition.mode)]
    return [place for is_drill in (False, True) for place in places_from(rows, is_drill=is_drill)]


@dataclass(frozen=True)
class ByHand:
    """A delivery that a person can tick: what it is, and whether it has been ticked."""

    delivery: Delivery
    is_done: bool


def done_by_hand(viewer: Viewer, edition_id: int) -> list[ByHand]:
    """The places on the courier's list, and whatever of this edition the machine did not bring about."""
    if not viewer.may(PRINT):
        return []
    found = Delivery.objects.filter(edition=edition_id).select_related("destination")
    chosen = found.filter(channel=KEY) | found.filter(state__in=LEFT_TO_PEOPLE)
    return [
        ByHand(delivery, delivery.state == DeliveryState.CONFIRMED)
        for delivery in chosen.order_by("channel", "destination__name")
    ]
