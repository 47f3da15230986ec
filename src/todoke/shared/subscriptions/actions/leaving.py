"""Leaving: with one click, with a way back for a while, and without a trace afterwards."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.rounds.errands import Errand
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import address_of
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.models import Child, Consent, LineEvent, Place, Request

# So long somebody who left finds their choices again; then they are forgotten.
WAY_BACK = timedelta(days=30)
# So long a request counts for the brake on letters, and tells that it was confirmed.
REQUESTS_KEPT = timedelta(days=30)
BATCH = 500
FORGET = Errand("subscriptions.forget", _("登録をやめた人の情報を消す"))


def leave(contact: Contact, *, at: datetime) -> bool:
    """End everything for this contact, at its owner's word; False when it had ended already."""
    return contacts.end(contact.pk, at=at)


@transaction.atomic
def come_back(contact: Contact, *, at: datetime) -> Contact:
    """Take up an ended subscription again, with the choices it had; its links are new ones from then on.

    Raises a messaging ContactRefused when the channel is not there any more.
    """
    if contact.state != ContactState.ENDED:
        return contact
    again, _is_new = contacts.register(contact.channel, address_of(contact), language=contact.language, at=at)
    return again


@transaction.atomic
def erase(contact_id: int, *, at: datetime) -> bool:
    """Forget the person: choices, children, requests, and in messaging the address itself. True, for it is done."""
    Place.objects.filter(contact=contact_id).delete()
    Child.objects.filter(contact=contact_id).delete()
    Consent.objects.filter(contact=contact_id).delete()
    Request.objects.filter(contact=contact_id).delete()
    contacts.erase(contact_id, at=at)
    return True


def tidy(*, at: datetime) -> int:
    """Forget who left a month ago, and requests that nobody confirmed; how many people were forgotten."""
    Request.objects.filter(expires_at__lte=at, contact=None).exclude(sealed=b"").update(sealed=b"")
    Request.objects.filter(created_at__lt=at - REQUESTS_KEPT).delete()
    LineEvent.objects.filter(heard_at__lt=at - REQUESTS_KEPT).delete()
    left = Contact.objects.filter(state=ContactState.ENDED, changed_at__lt=at - WAY_BACK).order_by("pk")
    return FORGET.each(left, lambda contact: erase(contact.pk, at=at), limit=BATCH)
