"""引き継ぎ: telling the city what was said in its name, and keeping what another city said in ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.queries import the_city
from todoke.shared.delegation.keyring import newest_keys
from todoke.shared.delegation.models import Grant, GrantState, Mandate, Partner, PartnerPlace, Speech, SpokenForUs
from todoke.shared.delegation.queries import GIVE, SPEAK
from todoke.shared.delegation.rules import CLOCKS_APART
from todoke.shared.delegation.sealed_file import Document, Kind, seal_file
from todoke.shared.delegation.terms import instant
from todoke.shared.delegation.trouble import (
    FromTheFuture,
    NoKeys,
    NotActive,
    NotAllowed,
    Tampered,
    UnknownSender,
)
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.types import Content, DeliveryState, EditionKind


def hand_back(mandate_id: int, *, viewer: Viewer, at: datetime) -> bytes:
    """The file with everything that was sent under a delegation, as it stands now, sealed for the city.

    It may be made as often as wanted, also while we still speak; a later one brings an earlier one up to date.
    """
    if not viewer.may(SPEAK):
        raise NotAllowed
    mandate = Mandate.objects.select_related("partner").get(pk=mandate_id)
    if mandate.begun_at is None:
        raise NotActive
    city = the_city()
    if city is None:
        raise NoKeys
    editions = _editions_of(mandate)
    body = {
        "delegation": str(mandate.key),
        "by": {"name": city.name, "code": city.code},
        "made_at": at.isoformat(),
        "begun_at": mandate.begun_at.isoformat(),
        "ended_at": mandate.ended_at.isoformat() if mandate.ended_at else "",
        "why": mandate.asked_why,
        "editions": editions,
    }
    record("delegation.handed-back", on=mandate, by=viewer, after={"editions": len(editions)})
    return seal_file(Kind.HANDBACK, body, keys=newest_keys(), reader=bytes(mandate.partner.box_public))


def _editions_of(mandate: Mandate) -> list[dict[str, Any]]:
    messages = Speech.objects.filter(mandate=mandate).values("message")
    their_keys = dict(PartnerPlace.objects.filter(mandate=mandate).values_list("destination", "their_key"))
    found = Edition.objects.filter(message__in=messages).select_related("message").order_by("released_at", "pk")
    return [_edition(edition, their_keys, mandate.code) for edition in found]


def _edition(edition: Edition, their_keys: Mapping[int, str], code: str) -> dict[str, Any]:
    deliveries = Delivery.objects.filter(edition=edition).select_related("destination").order_by("channel", "pk")
    return {
        "identifier": edition.identifier,
        "message": str(edition.message.key),
        "number": edition.number,
        "kind": edition.kind,
        "content": _with_their_keys(edition.content, code),
        "note": edition.note,
        "sent_at": edition.sent_at.isoformat(),
        "expires_at": edition.expires_at.isoformat(),
        "results": [
            {
                "destination": their_keys.get(delivery.destination_id, ""),
                "name": delivery.destination.name,
                "channel": delivery.channel,
                "state": delivery.state,
                "at": (delivery.settled_at or delivery.handed_over_at or edition.released_at).isoformat(),
                "reason": delivery.reason,
            }
            for delivery in deliveries
        ],
    }


def _with_their_keys(content: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The areas under the keys that they have at home."""
    areas = [{**area, "key": area["key"].removeprefix(f"{code}.")} for area in content["areas"]]
    return {**content, "areas": areas}


@transaction.atomic
def take_record(document: Document, *, viewer: Viewer, at: datetime) -> list[SpokenForUs]:
    """Keep what a partner said in our name. The same file twice changes nothing; an older one changes no results.

    Raises UnknownSender where we never gave this partner such a delegation, Tampered where the file makes no sense.
    """
    if not (viewer.may(GIVE) or viewer.may(SPEAK)):
        raise NotAllowed
    grant = grant_of(document)
    made_at = _made_at(document)
    if made_at > at + CLOCKS_APART:
        raise FromTheFuture
    kept = [_keep(grant, entry, made_at, viewer, at) for entry in editions_in(document)]
    record(
        "delegation.record-taken",
        on=grant,
        by=viewer,
        after={"editions": [each.identifier for each in kept], "by": grant.partner.name},
    )
    return kept


def grant_of(document: Document) -> Grant:
    """The delegation that a hand-back is about, if we gave it to whoever signed the file. Raises UnknownSender."""
    try:
        key = UUID(document.body["delegation"])
    except (KeyError, TypeError, ValueError) as trouble:
        raise Tampered from trouble
    given = Grant.objects.filter(key=key, state__in=(GrantState.ISSUED, GrantState.REVOKED))
    grant = given.select_related("partner").first()
    signer = Partner.objects.filter(sign_public=document.signer, checked_at__isnull=False).first()
    # By the city of the key, not by the very key: one that has made new keys in the meantime still speaks for itself.
    if grant is None or signer is None or signer.code != grant.partner.code:
        raise UnknownSender
    return grant


def editions_in(document: Document) -> list[dict[str, Any]]:
    """The editions of a hand-back, each of them whole. Raises Tampered."""
    try:
        return [_entry(each) for each in document.body["editions"]]
    except (KeyError, TypeError, ValueError) as trouble:
        raise Tampered from trouble


def _made_at(document: Document) -> datetime:
    try:
        return instant(document.body["made_at"])
    except (KeyError, TypeError, ValueError) as trouble:
        raise Tampered from trouble


def _entry(told: Mapping[str, Any]) -> dict[str, Any]:
    Content.from_json(told["content"])
    return {
        "identifier": str(told["identifier"])[:120],
        "message_key": UUID(told["message"]),
        "number": int(told["number"]),
        "kind": EditionKind(told["kind"]),
        "content": told["content"],
        "note": str(told["note"]),
        "sent_at": instant(told["sent_at"]),
        "expires_at": instant(told["expires_at"]),
        "results": [
            {
                "destination": str(result["destination"]),
                "name": str(result["name"]),
                "channel": str(result["channel"]),
                "state": DeliveryState(result["state"]).value,
                "at": instant(result["at"]).isoformat(),
                "reason": str(result["reason"]),
            }
            for result in told["results"]
        ],
    }


def _keep(grant: Grant, entry: Mapping[str, Any], made_at: datetime, viewer: Viewer, at: datetime) -> SpokenForUs:
    kept, is_new = SpokenForUs.objects.get_or_create(
        identifier=entry["identifier"],
        defaults={
            **{name: value for name, value in entry.items() if name != "identifier"},
            "grant": grant,
            "handed_back_at": made_at,
            "imported_by_id": viewer.account_id or 0,
            "imported_at": at,
        },
    )
    if kept.grant_id != grant.pk:
        raise Tampered
    if not is_new and made_at > kept.handed_back_at:
        kept.results = entry["results"]
        kept.handed_back_at = made_at
        kept.save(update_fields=["results", "handed_back_at"])
    return kept
