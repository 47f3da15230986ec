"""Storing what a person has chosen."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.ground.places.queries import areas_by_key
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.models import Contact
from todoke.shared.subscriptions.models import Child, Place, Topic
from todoke.shared.subscriptions.types import Choices


class ChoicesRefused(Refusal):
    """The choices cannot be stored. The text is fit for the person at the screen."""

    says = _("選んだ地域か分野が、いまは使われていません。もう一度選んでください。")


@transaction.atomic
def store(contact_id: int, choices: Choices, *, at: datetime) -> None:
    """Let this contact have these choices and no others; doing it twice changes nothing.

    A topic or an area that has vanished since it was chosen is left out. Raises ChoicesRefused when nothing remains.
    """
    # Two windows of the same person: the later one wins as a whole.
    Contact.objects.select_for_update().get(pk=contact_id)
    areas = areas_by_key(place.area for place in choices.places)
    numbers = dict(Topic.objects.values_list("key", "pk"))
    chosen = [
        (place, sorted(numbers[key] for key in set(place.topics) if key in numbers))
        for place in choices.places
        if not place.area or place.area in areas
    ]
    kept = [(place, topics) for place, topics in chosen if topics]
    if not kept:
        raise ChoicesRefused
    Place.objects.filter(contact=contact_id).delete()
    # The rows learn the contact's language when they are made, so the contact goes first.
    contacts.change(
        contact_id, language=choices.language, quiet_from=choices.quiet_from, quiet_until=choices.quiet_until, at=at
    )
    Place.objects.bulk_create(
        Place(
            contact_id=contact_id,
            label=place.label,
            area=areas.get(place.area),
            topics=topics,
            number=number,
            siblings=len(kept) - 1,
        )
        for number, (place, topics) in enumerate(kept)
    )
    Child.objects.filter(contact=contact_id).delete()
    Child.objects.bulk_create(
        Child(contact_id=contact_id, birth_month=month) for month in sorted(set(choices.birth_months))
    )
