"""What one subscriber has chosen. Asked by the owner of a link, and by staff whose look is recorded by the caller."""

import json
from datetime import datetime, timedelta

from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import address_of
from todoke.shared.messaging.queries.mailings import told
from todoke.shared.subscriptions.models import Child, Consent, Place, Topic
from todoke.shared.subscriptions.types import Choices, PlaceChoice

LOOKED_BACK = timedelta(days=366)


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


def everything_about(contact: Contact, at: datetime) -> bytes:
    """All that is kept about this person, as JSON, for themselves or at their request."""
    consent = Consent.objects.filter(contact=contact).first()
    told_so_far = [
        {
            "title": each.edition.frozen().title(contact.language),
            "planned_at": each.planned_at.isoformat(),
            "state": each.state.name.lower(),
        }
        for each in told(contact.pk, since=at - LOOKED_BACK)
    ]
    everything = {
        "channel": contact.channel,
        "address": address_of(contact),
        "state": contact.state,
        "registered_at": contact.created_at.isoformat(),
        "changed_at": contact.changed_at.isoformat(),
        "choices": choices_of(contact).as_json(),
        "consent": consent and {"way": consent.way, "basis": consent.basis, "given_on": consent.given_on.isoformat()},
        "messages": told_so_far,
    }
    return json.dumps(everything, ensure_ascii=False, indent=1).encode()
