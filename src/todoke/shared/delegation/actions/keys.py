"""Keys and cards: who we are to another city, and who another city is to us."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.queries import the_city
from todoke.shared.delegation.keyring import newest_keys, sealed_private
from todoke.shared.delegation.models import HouseKeys, Partner
from todoke.shared.delegation.queries import GIVE, SPEAK
from todoke.shared.delegation.sealed_file import Document, Kind, make_keys, sign_file
from todoke.shared.delegation.terms import CODE
from todoke.shared.delegation.trouble import (
    DecidedAlready,
    DelegationRefused,
    NoKeys,
    NotAllowed,
    NoTodokeFile,
    SamePerson,
    Tampered,
)


def _may_manage(viewer: Viewer) -> None:
    if not (viewer.may(GIVE) or viewer.may(SPEAK)):
        raise NotAllowed


@transaction.atomic
def make_house_keys(*, viewer: Viewer, at: datetime) -> HouseKeys:
    """Make this house's keys, or new ones beside the old: cards are then given anew. Raises NotAllowed."""
    _may_manage(viewer)
    keys = make_keys()
    row = HouseKeys.objects.create(
        sign_public=keys.sign_public,
        box_public=keys.box_public,
        sealed_private=sealed_private(keys),
        made_by_id=viewer.account_id or 0,
        made_at=at,
    )
    record("delegation.keys-made", on=row, by=viewer, after={"fingerprint": row.fingerprint})
    return row


def our_card(*, viewer: Viewer) -> bytes:
    """The file with our name and public keys, for other cities. Raises NotAllowed, NoKeys."""
    _may_manage(viewer)
    keys, city = newest_keys(), the_city()
    if city is None:
        raise NoKeys
    body = {
        "name": city.name,
        "code": city.code,
        "sign": keys.sign_public.hex(),
        "box": keys.box_public.hex(),
    }
    return sign_file(Kind.CARD, body, keys=keys)


def card_in(document: Document) -> dict[str, str]:
    """Name, code and keys on a card. Raises NoTodokeFile, and Tampered where it was signed by another key."""
    if document.kind is not Kind.CARD:
        raise NoTodokeFile
    try:
        card = {name: str(document.body[name]) for name in ("name", "code", "sign", "box")}
        is_whole = len(bytes.fromhex(card["sign"])) == 32 and len(bytes.fromhex(card["box"])) == 32
    except (KeyError, ValueError) as trouble:
        raise Tampered from trouble
    if not is_whole or bytes.fromhex(card["sign"]) != document.signer or not CODE.fullmatch(card["code"]):
        raise Tampered
    return {**card, "name": card["name"][:60]}


@transaction.atomic
def add_partner(document: Document, *, viewer: Viewer, at: datetime) -> Partner:
    """Take another city's card, to be checked by somebody else. The same card twice is one partner."""
    _may_manage(viewer)
    card = card_in(document)
    ours = the_city()
    if (
        ours is not None
        and card["code"] == ours.code
        and HouseKeys.objects.filter(sign_public=document.signer).exists()
    ):
        raise DelegationRefused(_("この市の鍵のファイルです。相手の市から受け取ったファイルを選んでください。"))
    partner, is_new = Partner.objects.get_or_create(
        sign_public=bytes.fromhex(card["sign"]),
        defaults={
            "box_public": bytes.fromhex(card["box"]),
            "name": card["name"],
            "code": card["code"],
            "added_by_id": viewer.account_id or 0,
            "added_at": at,
        },
    )
    if is_new:
        record(
            "delegation.partner-added",
            on=partner,
            by=viewer,
            after={"name": partner.name, "code": partner.code, "fingerprint": partner.fingerprint},
        )
    return partner


@transaction.atomic
def check_partner(partner_id: int, *, viewer: Viewer, at: datetime) -> Partner:
    """The second pair of eyes: the fingerprint is the one that the other city reads out. Raises SamePerson."""
    _may_manage(viewer)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    if partner.checked_by_id is not None:
        raise DecidedAlready
    if partner.added_by_id == viewer.account_id:
        raise SamePerson
    partner.checked_by_id = viewer.account_id
    partner.checked_at = at
    partner.save(update_fields=["checked_by", "checked_at"])
    record("delegation.partner-checked", on=partner, by=viewer, after={"fingerprint": partner.fingerprint})
    return partner
