"""「届きましたか」: a person asks, and staff look for them; every look is recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions.contacts import BadAddress, ContactRefused, mass_channel
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import contact_at
from todoke.shared.messaging.queries.mailings import Told, told

LOOK_UP = "messaging.look-up"
LOOKED_BACK = timedelta(days=365)


class MayNotLook(ContactRefused):
    """The viewer may not ask about a person."""

    says = _("配信状況を照会する権限がありません。")


@dataclass(frozen=True)
class Found:
    """The contact of an address (None: nobody registered it), and what became of each edition, newest first."""

    contact: Contact | None
    told: list[Told]


@transaction.atomic
def look_up(channel: str, address: str, *, viewer: Viewer, why: str, at: datetime) -> Found:
    """What reached the person at this address within a year. The record names the contact and the reason, never the
    address; a look that finds nobody is recorded too. Raises a ContactRefused."""
    if not viewer.may(LOOK_UP):
        raise MayNotLook
    kind = mass_channel(channel)
    if trouble := kind.trouble_with_contact(address):
        raise BadAddress(trouble)
    contact = contact_at(channel, kind.normal(address))
    record(
        "messaging.looked-up",
        on=contact or ("messaging.contact", "none"),
        by=viewer,
        after={"found": contact is not None},
        why=why,
    )
    return Found(contact, told(contact.pk, since=at - LOOKED_BACK) if contact else [])
