"""A person's address on a mass channel: made with their consent, changed, rested, ended, erased."""

import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.base.sealing import seal
from todoke.shared.messaging.channels.routes import trouble_with_contact_reach
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import SEALED_AS, lookup_of
from todoke.shared.messaging.registry import MassChannel, channels
from todoke.shared.messaging.types import ContactState, Reach

# So many soft bounces in a row, on different days, and the contact rests like one that bounced hard.
SOFT_BOUNCES_MAX = 5
# A server never tells that a mail arrived; so long without a bounce, and whatever was wrong is over.
LADDER_FORGOTTEN_AFTER = timedelta(days=60)

LEFT = _("本人が登録を解除しました。")


class ContactRefused(Refusal):
    """The contact could not be made. The text is fit for the person at the screen."""

    says = _("この連絡先は登録できません。")


class NoSuchChannel(ContactRefused):
    """The channel serves no single people, or is not there any more."""

    says = _("この受け取り方は、現在使われていません。ほかの受け取り方を選んでください。")


class BadAddress(ContactRefused):
    """The channel cannot read the address; its own words say what is wrong and how to write it."""


def mass_channel(key: str) -> MassChannel:
    """The mass channel of this key. Raises NoSuchChannel."""
    channel = channels.find(key)
    if not isinstance(channel, MassChannel):
        raise NoSuchChannel
    return channel


@transaction.atomic
def register(
    channel: str, address: str, *, language: str, at: datetime, reach: Reach = Reach.PUBLIC
) -> tuple[Contact, bool]:
    """The contact of this address, and whether it is a new one; the caller has seen its owner's consent.

    One that was ended or rested is active again, with its old links worthless only if it had been ended: whoever
    confirms anew has shown that mail arrives. Raises a ContactRefused.
    """
    kind = mass_channel(channel)
    if trouble := kind.trouble_with_contact(address):
        raise BadAddress(trouble)
    normal = kind.normal(address)
    if trouble := trouble_with_contact_reach(normal, reach):
        raise BadAddress(trouble)
    contact, is_new = Contact.objects.select_for_update().get_or_create(
        channel=channel,
        lookup=lookup_of(channel, normal),
        defaults={
            "address": seal(normal.encode(), context=SEALED_AS),
            "language": language,
            "reach": reach,
            "created_at": at,
            "changed_at": at,
        },
    )
    if is_new:
        return contact, True
    if contact.state == ContactState.ENDED:
        contact.generation = F("generation") + 1
    contact.state, contact.reason = ContactState.ACTIVE, ""
    contact.soft_bounces, contact.latest_bounce_at = 0, None
    contact.language, contact.changed_at = language, at
    contact.save()
    contact.refresh_from_db()
    return contact, False


@transaction.atomic
def register_new(channel: str, people: Sequence[tuple[str, str]], *, at: datetime) -> list[int | None]:
    """The contacts of these (address in normal form, language), for a list whose owner has their consent.

    One number each, None for an address that is known already, whatever became of it: nobody who left or came back as
    undeliverable is written to again by a list. The addresses are all different. Raises NoSuchChannel.
    """
    mass_channel(channel)
    lookups = [lookup_of(channel, address) for address, _language in people]
    found = Contact.objects.filter(channel=channel, lookup__in=lookups).values_list("lookup", flat=True)
    known = {bytes(lookup) for lookup in found}
    new = [(lookup, *person) for lookup, person in zip(lookups, people, strict=True) if lookup not in known]
    made = Contact.objects.bulk_create(
        Contact(
            channel=channel,
            lookup=lookup,
            address=seal(address.encode(), context=SEALED_AS),
            language=language,
            created_at=at,
            changed_at=at,
        )
        for lookup, address, language in new
    )
    numbers = {lookup: contact.pk for (lookup, _address, _language), contact in zip(new, made, strict=True)}
    return [numbers.get(lookup) for lookup in lookups]


def change(contact_id: int, *, language: str, quiet_from: time | None, quiet_until: time | None, at: datetime) -> None:
    """Language and quiet hours (Japanese clock; both or neither) as the person wants them now."""
    Contact.objects.filter(pk=contact_id).exclude(state=ContactState.ERASED).update(
        language=language, quiet_from=quiet_from, quiet_until=quiet_until, changed_at=at
    )


def end(contact_id: int, *, at: datetime) -> bool:
    """End it at the person's word; False when it had ended already. What is planned for it is skipped."""
    return bool(
        Contact.objects.filter(pk=contact_id, state__in=(ContactState.ACTIVE, ContactState.SUPPRESSED)).update(
            state=ContactState.ENDED, reason=str(LEFT), changed_at=at
        )
    )


def suppress(contact_ids: list[int], *, reason: str, at: datetime) -> int:
    """Write to these no more: nobody lives there, or they complained. `reason` holds no address."""
    return Contact.objects.filter(pk__in=contact_ids, state=ContactState.ACTIVE).update(
        state=ContactState.SUPPRESSED, reason=reason[:200], latest_bounce_at=at, changed_at=at
    )


@transaction.atomic
def bounce_softly(contact_id: int, *, reason: str, at: datetime) -> bool:
    """One rung down the ladder, at most once a day; True when the contact rests from now on. Two months without a
    bounce, and the ladder begins anew."""
    contact = Contact.objects.select_for_update().filter(pk=contact_id, state=ContactState.ACTIVE).first()
    if contact is None or (contact.latest_bounce_at and (at - contact.latest_bounce_at).days < 1):
        return False
    if contact.latest_bounce_at and at - contact.latest_bounce_at > LADDER_FORGOTTEN_AFTER:
        contact.soft_bounces = 0
    contact.soft_bounces += 1
    contact.latest_bounce_at = at
    if contact.soft_bounces >= SOFT_BOUNCES_MAX:
        contact.state, contact.reason, contact.changed_at = ContactState.SUPPRESSED, reason[:200], at
    contact.save()
    return contact.state == ContactState.SUPPRESSED


@transaction.atomic
def erase(contact_id: int, *, at: datetime) -> None:
    """Forget the person: address, look-up and settings. The number remains, for the counts, and leads to nobody."""
    Contact.objects.filter(pk=contact_id).update(
        address=b"",
        lookup=secrets.token_bytes(16),
        language="",
        quiet_from=None,
        quiet_until=None,
        reason="",
        generation=F("generation") + 1,
        state=ContactState.ERASED,
        changed_at=at,
    )
