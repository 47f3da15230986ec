"""Taking a file that came from another city: looking into it first, then keeping it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from todoke.base.sealing import seal
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.delegation.actions.handing_back import editions_in, grant_of, take_record
from todoke.shared.delegation.actions.keys import add_partner, card_in
from todoke.shared.delegation.actions.speaking import end_because_revoked
from todoke.shared.delegation.keyring import DOCUMENT, our_keys
from todoke.shared.delegation.models import Mandate, Partner, RevokedHere
from todoke.shared.delegation.queries import GIVE, SPEAK
from todoke.shared.delegation.rules import CLOCKS_APART
from todoke.shared.delegation.sealed_file import FILE_BYTES_MAX, Document, Kind, read_file
from todoke.shared.delegation.terms import Terms, instant
from todoke.shared.delegation.trouble import (
    AnotherOfTheSameName,
    DelegationRefused,
    Expired,
    FromTheFuture,
    NotAllowed,
    NoTodokeFile,
    Revoked,
    Tampered,
    UnknownSender,
)
from todoke.shared.messaging.registry import channels


@dataclass(frozen=True)
class Look:
    """What a file is, before anything is kept. `unusable` names the destinations that this house cannot serve."""

    document: Document
    partner: Partner | None
    card: dict[str, str] | None = None
    terms: Terms | None = None
    unusable: tuple[str, ...] = ()
    revoked: tuple[UUID, ...] = ()
    said: tuple[dict[str, Any], ...] = ()
    is_known: bool = False


def look_into(content: bytes, *, viewer: Viewer, at: datetime) -> Look:
    """Say what a file is and whether it may be kept; changes nothing.

    Raises the refusal that fits: no such file, for another city, tampered with, from a stranger, expired, revoked, made
    later than now. A card needs no known sender: that is how one becomes known.
    """
    _may_receive(viewer)
    if len(content) > FILE_BYTES_MAX:
        raise NoTodokeFile
    document = read_file(content, our_keys())
    if document.kind is Kind.CARD:
        card = card_in(document)
        known = Partner.objects.filter(sign_public=document.signer).first()
        return Look(document, known, card=card, is_known=known is not None)
    partner = Partner.objects.filter(sign_public=document.signer, checked_at__isnull=False).first()
    if partner is None:
        raise UnknownSender
    if document.kind is Kind.REVOCATIONS:
        keys = tuple(key for key, _at in _revocations_in(document, partner))
        known_keys = set(RevokedHere.objects.filter(key__in=keys).values_list("key", flat=True))
        return Look(document, partner, revoked=keys, is_known=set(keys) <= known_keys)
    if document.kind is Kind.HANDBACK:
        grant_of(document)
        return Look(document, partner, said=tuple(editions_in(document)))
    return _look_into_delegation(document, partner, at)


def _look_into_delegation(document: Document, partner: Partner, at: datetime) -> Look:
    terms = Terms.from_body(document.body)
    if terms.city.code != partner.code:
        raise Tampered
    if terms.made_at > at + CLOCKS_APART:
        raise FromTheFuture
    if RevokedHere.objects.filter(key=terms.key, partner__code=partner.code).exists():
        raise Revoked
    kept = Mandate.objects.filter(key=terms.key).only("sha256").first()
    if kept is not None and kept.sha256 != document.sha256:
        raise AnotherOfTheSameName
    if terms.valid_until <= at:
        raise Expired
    return Look(document, partner, terms=terms, unusable=tuple(unusable_in(terms)), is_known=kept is not None)


def unusable_in(terms: Terms) -> list[str]:
    """The names of destinations that this house cannot serve: it has no such channel, or cannot read the address."""
    found = []
    for place in terms.places:
        channel = channels.find(place.channel)
        if channel is None or channel.trouble_with(place.address):
            found.append(place.name)
    return found


@transaction.atomic
def keep_file(content: bytes, *, viewer: Viewer, at: datetime) -> tuple[Look, int | None]:
    """Keep what `look_into` showed; returns it with the number of the record that it became.

    The same file twice changes nothing.
    """
    look = look_into(content, viewer=viewer, at=at)
    match look.document.kind:
        case Kind.CARD:
            return look, add_partner(look.document, viewer=viewer, at=at).pk
        case Kind.REVOCATIONS if look.partner is not None:
            learn_revocations(look.document, look.partner, viewer=viewer, at=at)
            return look, None
        case Kind.DELEGATION if look.partner is not None and look.terms is not None:
            return look, _keep_mandate(look.document, look.terms, look.partner, viewer, at).pk
        case Kind.HANDBACK:
            take_record(look.document, viewer=viewer, at=at)
            return look, None
    raise DelegationRefused


def _keep_mandate(document: Document, terms: Terms, partner: Partner, viewer: Viewer, at: datetime) -> Mandate:
    if not viewer.may(SPEAK):
        raise NotAllowed
    city = {
        name: getattr(terms.city, name)
        for name in ("name", "code", "name_en", "name_easy", "reading", "prefecture", "telephone")
    }
    mandate, is_new = Mandate.objects.get_or_create(
        key=terms.key,
        defaults={
            "partner": partner,
            "sha256": document.sha256,
            "city": city,
            "agreement": terms.agreement,
            "agreement_date": terms.agreement_date,
            "kinds": list(terms.kinds),
            "hazards": list(terms.hazards),
            "rule": terms.rule,
            "code_salt": terms.code_salt,
            "code_hash": terms.code_hash,
            "valid_from": terms.valid_from,
            "valid_until": terms.valid_until,
            "sealed": seal(json.dumps(document.body, ensure_ascii=False).encode(), context=DOCUMENT),
            "imported_by_id": viewer.account_id or 0,
            "imported_at": at,
        },
    )
    if is_new:
        record(
            "delegation.mandate-kept",
            on=mandate,
            by=viewer,
            after={
                "key": str(mandate.key),
                "city": mandate.city_name,
                "sha256": mandate.sha256,
                "valid_until": mandate.valid_until,
            },
        )
    return mandate


def learn_revocations(document: Document, partner: Partner, *, viewer: Viewer, at: datetime) -> int:
    """Take over what a partner has revoked; what was begun under it ends now. Nothing on an older list comes back."""
    learnt = 0
    for key, revoked_at in _revocations_in(document, partner):
        held = Mandate.objects.filter(key=key).first()
        if held is not None and held.partner.code != partner.code:
            # Nobody revokes what another city gave.
            continue
        _row, is_new = RevokedHere.objects.get_or_create(
            key=key, defaults={"partner": partner, "revoked_at": revoked_at, "learnt_at": at}
        )
        learnt += is_new
        if held is not None:
            end_because_revoked(held.pk, revoked_at=revoked_at, by=viewer, at=at)
    record("delegation.revocations-learnt", on=partner, by=viewer, after={"new": learnt})
    return learnt


def _revocations_in(document: Document, partner: Partner) -> Sequence[tuple[UUID, datetime]]:
    try:
        if document.body["code"] != partner.code:
            raise Tampered
        return [(UUID(each["key"]), instant(each["revoked_at"])) for each in document.body["revoked"]]
    except (KeyError, TypeError, ValueError) as trouble:
        raise Tampered from trouble


def _may_receive(viewer: Viewer) -> None:
    if not (viewer.may(GIVE) or viewer.may(SPEAK)):
        raise NotAllowed
