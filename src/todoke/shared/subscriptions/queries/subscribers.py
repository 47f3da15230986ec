"""What one subscriber has chosen. Asked by the owner of a link, and by staff whose look is recorded by the caller."""

from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Contact
from todoke.shared.subscriptions.models import Child, Place, Topic
from todoke.shared.subscriptions.types import Choices, PlaceChoice


def choices_of(contact: Contact) -> Choices:
    """The choices of this contact, places in their order."""
    places = list(Place.objects.filter(contact=contact).order_by("number"))
    areas = dict(Area.objects.filter(pk__in=[place.area_id for place in places]).values_list("pk", "key"))
    topics = dict(Topic.objects.values_list("pk", "key"))
    return Choices(
        language=contact.language,
        places=tuple(
            PlaceChoice(
                place.label,
                areas[place.area_id] if place.area_id else "",
                tuple(topics[number] for number in place.topics if number in topics),
            )
            for place in places
        ),
        quiet_from=contact.quiet_from,
        quiet_until=contact.quiet_until,
        birth_months=tuple(
            Child.objects.filter(contact=contact).order_by("birth_month").values_list("birth_month", flat=True)
        ),
    )
