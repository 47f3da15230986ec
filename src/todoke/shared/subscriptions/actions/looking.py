"""Staff look somebody up, hand over what is kept, or erase it: always with a reason, always on record."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions.contacts import BadAddress, mass_channel
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import contact_at, contact_by_token
from todoke.shared.subscriptions.actions import leaving
from todoke.shared.subscriptions.queries.subscribers import everything_about

NOBODY = ("subscriptions.contact", "none")
# Nobody knows their number at LINE, or their browser's subscription; the link to their own page they have.
BY_LINK = "link"
LINK = re.compile(r"(?:^|/)([A-Za-z2-7]{32})(?:/|$)")
NO_LINK = _("リンクとして読めません。本人のページのリンクを、最後まで写してください。")


@transaction.atomic
def look_up(channel: str, address: str, *, by: Viewer, why: str) -> Contact | None:
    """The contact of this address, if there is one; the look is recorded, found or not, without the address.

    With BY_LINK for a channel, `address` is the link to the person's own page. Raises a messaging ContactRefused for an
    address that cannot be one.
    """
    contact = _by_link(address) if channel == BY_LINK else _by_address(channel, address)
    record("subscriptions.looked-up", on=contact or NOBODY, by=by, why=why)
    return contact


def _by_link(link: str) -> Contact | None:
    found = LINK.search(link.strip())
    if found is None:
        raise BadAddress(str(NO_LINK))
    return contact_by_token(found[1])


def _by_address(channel: str, address: str) -> Contact | None:
    kind = mass_channel(channel)
    if trouble := kind.trouble_with_contact(address):
        raise BadAddress(trouble)
    return contact_at(channel, kind.normal(address))


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
