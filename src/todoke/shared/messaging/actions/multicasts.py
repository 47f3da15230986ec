"""Requests to many at once, remembered so that a repeat names the same people under the same key.

A service that knows a repeat by its key (LINE) says of one that it has been accepted; it does not say for whom. So a
key must never name anybody who was not in the first request: the answer would pass for theirs, and they would get
nothing. And whoever was in it must not be named under another key, or they get it twice. What may change between two
tries:

- somebody left, or was erased: the repeat names fewer people. That is safe whatever the answer.
- somebody was added, because their quiet hours ended or they chose another language: they go in a request of their own.
- somebody is left out for a while by their quiet hours: the record is narrowed to those who are named before the repeat
  leaves; whoever comes back later goes in a request of their own. If the first request had been accepted, this one
  person has it twice. No emergency knows quiet hours, so this never happens to an alert.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from todoke.shared.messaging.models import Multicast

KEPT_AFTER_EXPIRY = timedelta(hours=1)
FORGOTTEN_AT_ONCE = 100


@dataclass(frozen=True)
class Round:
    """One request to many: its key, the language of its text, and the contacts it names."""

    key: uuid.UUID
    language: str
    contact_ids: frozenset[int]
    begun_at: datetime


def begun(edition: str, contact_ids: Collection[int]) -> list[Round]:
    """The requests of this edition in which some of these people stand already, oldest first."""
    if not contact_ids:
        return []
    rows = Multicast.objects.filter(edition=edition, first__lte=max(contact_ids), last__gte=min(contact_ids))
    wanted = set(contact_ids)
    return [_round(row) for row in rows.order_by("begun_at", "key") if wanted & set(row.contacts)]


@transaction.atomic
def begin(edition: str, language: str, contact_ids: Collection[int], *, at: datetime, expires_at: datetime) -> Round:
    """Write down a request before it leaves. For the same edition, language and people the key is always the same."""
    contacts = sorted(contact_ids)
    row, _new = Multicast.objects.get_or_create(
        key=key_of(edition, language, contacts),
        defaults={
            "edition": edition,
            "language": language,
            "contacts": contacts,
            "first": contacts[0],
            "last": contacts[-1],
            "begun_at": at,
            "forget_at": max(expires_at, at) + KEPT_AFTER_EXPIRY,
        },
    )
    return _round(row)


def narrow(repeat: Round, contact_ids: Collection[int]) -> Round:
    """Name only these in a repeat, all of whom stand in it already; written down before it leaves."""
    contacts = sorted(repeat.contact_ids.intersection(contact_ids))
    if len(contacts) < len(repeat.contact_ids):
        Multicast.objects.filter(key=repeat.key).update(contacts=contacts, first=contacts[0], last=contacts[-1])
    return Round(repeat.key, repeat.language, frozenset(contacts), repeat.begun_at)


def undo(refused: Round) -> None:
    """Strike out a request that the other side certainly did not take: its people are free for another one."""
    Multicast.objects.filter(key=refused.key).delete()


def forget(*, at: datetime) -> int:
    """Strike out some requests of editions that are over; how many."""
    over = Multicast.objects.filter(forget_at__lte=at).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]
    return Multicast.objects.filter(pk__in=list(over)).delete()[0]


def key_of(edition: str, language: str, contacts: list[int]) -> uuid.UUID:
    """A UUID (version 5 layout over SHA-256), as `rules.delivery_key` makes them."""
    named = "\x1f".join((edition, language, ",".join(map(str, contacts))))
    return uuid.UUID(bytes=sha256(named.encode()).digest()[:16], version=5)


def _round(row: Multicast) -> Round:
    return Round(row.key, row.language, frozenset(row.contacts), row.begun_at)
