"""Staff look somebody up, hand over what is kept, or erase it: always with a reason, always on record."""

from datetime import datetime

from django.db import transaction

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions.contacts import BadAddress, mass_channel
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import contact_at
from todoke.shared.subscriptions.actions import leaving
from todoke.shared.subscriptions.queries.subscribers import everything_about

NOBODY = ("subscriptions.contact", "none")


@transaction.atomic
def look_up(channel: str, address: str, *, by: Viewer, why: str) -> Contact | None:
    """The contact of this address, if there is one; the look is recorded, found or not, without the address.

    Raises a messaging ContactRefused for an address that cannot be one.
    """
    kind = mass_channel(channel)
    if trouble := kind.trouble_with_contact(address):
        raise BadAddress(trouble)
    contact = contact_at(channel, kind.normal(address))
    record("subscriptions.looked-up", on=contact or NOBODY, by=by, why=why)
    return contact


@transaction.atomic
def hand_over(contact: Contact, *, by: Viewer, why: str, at: datetime) -> bytes:
    """Everything kept about this person, to be given to them; recorded."""
    record("subscriptions.handed-over", on=contact, by=by, why=why)
    return everything_about(contact, at)


@transaction.atomic
def erase(contact: Contact, *, by: Viewer, why: str, at: datetime) -> None:
    """Forget this person for good; recorded under the number alone."""
    record("subscriptions.erased", on=contact, by=by, before={"state": contact.state}, why=why)
    leaving.erase(contact.pk, at=at)
