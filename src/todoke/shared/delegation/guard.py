"""What stands in the ledger's way: a city's words under a delegation that holds, at the places of that city alone."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from todoke.shared.delegation.models import Mandate, PartnerPlace, Speech
from todoke.shared.delegation.queries import is_active, mandate_of_message, trouble_with_speech
from todoke.shared.messaging.actions.release import ReleaseRefused
from todoke.shared.messaging.guarding import Wanted
from todoke.shared.messaging.models import Delivery, Destination, Message

OVER = "委任の期間が終わったか、取り消されたため、送りませんでした。"


class NotOurPlaces(ReleaseRefused):
    """A destination of another city beside our own words, or one of ours beside another city's."""

    says = _("代行している市の送り先と、この市の送り先が混ざっています。")


class AnotherCity(ReleaseRefused):
    """The message was begun for another city, or for ourselves."""

    says = _("このお知らせは、別の市の名前で始められています。新しいお知らせとして作り直してください。")


class OutsideTheDelegation(ReleaseRefused):
    """The delegation does not cover it, or no longer: it says what."""


class StaysWithItsCity:
    """The guard that the ledger asks; see `todoke.shared.messaging.guarding.Guard`."""

    key = "delegation.stays-with-its-city"

    def before_release(self, message: Message, wanted: Wanted, *, at: datetime) -> None:
        """Write down for whom a new message speaks, and refuse what the delegation does not cover."""
        named = wanted.on_behalf.key if wanted.on_behalf else None
        if wanted.is_first and named:
            mandate: Mandate | None = _begun(message, named)
        else:
            mandate = None if wanted.is_first else mandate_of_message(message.pk)
        if (str(mandate.key) if mandate else None) != named:
            raise AnotherCity
        _refuse_strange_places(mandate, wanted.destination_ids)
        if mandate is None:
            return
        # Held until the release is through: an end or a revocation comes before it or after it, never in between.
        mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
        facts = wanted.content.facts
        trouble = trouble_with_speech(
            mandate,
            kind=facts.get("kind", ""),
            hazard=facts.get("hazard", ""),
            area_keys=[area.key for area in wanted.content.areas],
            expires_at=wanted.expires_at,
            at=at,
        )
        if trouble:
            raise OutsideTheDelegation(trouble)

    def before_joining(self, message: Message, places: Sequence[Destination]) -> None:
        """A place that somebody adds to what is out: none that the delegating city did not name."""
        _refuse_strange_places(mandate_of_message(message.pk), frozenset(place.pk for place in places))

    def before_leaving(self, delivery: Delivery, *, at: datetime) -> str | None:
        """Whether the delegation still holds as the bytes are about to leave."""
        # The permanent places of this city, which are nearly all, cost no query.
        if delivery.destination.added_by_id is None:
            return None
        place = PartnerPlace.objects.filter(destination=delivery.destination_id).select_related("mandate").first()
        return OVER if place is not None and not is_active(place.mandate, at) else None


def _begun(message: Message, key: str) -> Mandate:
    mandate = Mandate.objects.get(key=key)
    Speech.objects.create(message=message, mandate=mandate)
    return mandate


def _refuse_strange_places(mandate: Mandate | None, places: frozenset[int]) -> None:
    known = dict(PartnerPlace.objects.filter(destination__in=places).values_list("destination", "mandate"))
    if any(known.get(place) != (mandate.pk if mandate else None) for place in places):
        raise NotOurPlaces
