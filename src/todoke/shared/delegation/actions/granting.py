"""委任: writing one, issuing it as a second person, taking it back, and the list of what was taken back."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City
from todoke.ground.places.queries import areas_below, areas_by_key, the_city
from todoke.shared.delegation.keyring import newest_keys
from todoke.shared.delegation.models import Grant, GrantState, Partner
from todoke.shared.delegation.queries import GIVE
from todoke.shared.delegation.revocations import write_revocations
from todoke.shared.delegation.rules import LASTS_MAX, PORTABLE, Rule, code_hash, new_code
from todoke.shared.delegation.sealed_file import Kind, body_sha256, seal_file
from todoke.shared.delegation.terms import AreaFacts, CityFacts, PlaceFacts, Terms
from todoke.shared.delegation.trouble import (
    DecidedAlready,
    DelegationRefused,
    Expired,
    NoKeys,
    NotAllowed,
    ReasonMissing,
    SamePerson,
)
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach


@dataclass(frozen=True)
class Entry:
    """What somebody entered: to whom, under which agreement, for what, where, by which destinations, from, until."""

    partner_id: int
    agreement: str
    agreement_date: date
    kinds: Sequence[str]
    hazards: Sequence[str]
    areas: Sequence[str]
    destinations: Sequence[str]
    rule: Rule
    valid_from: datetime
    valid_until: datetime


@transaction.atomic
def write_grant(entry: Entry, *, viewer: Viewer, at: datetime) -> tuple[Grant, str]:
    """Write a delegation down, to be issued by somebody else. Returns it with its code, which is shown this once.

    Raises NotAllowed, NoKeys, Expired, DelegationRefused with the field that is wrong.
    """
    if not viewer.may(GIVE):
        raise NotAllowed
    newest_keys()
    if the_city() is None:
        raise NoKeys
    if entry.valid_until <= at:
        raise _wrong("valid_until", _("終わりの時刻が過ぎています。"))
    if not entry.valid_from < entry.valid_until <= entry.valid_from + LASTS_MAX:
        raise _wrong("valid_until", _("終わりは、始まりより後、1年以内にしてください。"))
    partner = Partner.objects.get(pk=entry.partner_id)
    if partner.checked_by_id is None:
        raise _wrong("partner", _("相手の市の鍵を、まだ2人目が確かめていません。"))
    areas = areas_by_key(entry.areas)
    if not areas:
        raise _wrong("areas", _("地域を一つ以上選んでください。"))
    if not entry.kinds:
        raise _wrong("kinds", _("お知らせの種類を一つ以上選んでください。"))
    code = new_code() if entry.rule is Rule.CODE else ""
    salt = secrets.token_hex(8) if code else ""
    grant = Grant.objects.create(
        partner=partner,
        agreement=entry.agreement.strip()[:200],
        agreement_date=entry.agreement_date,
        kinds=sorted(entry.kinds),
        hazards=sorted(entry.hazards),
        rule=entry.rule,
        code_salt=salt,
        code_hash=code_hash(code, salt) if code else "",
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        written_by_id=viewer.account_id or 0,
        written_at=at,
    )
    grant.areas.set(areas.values())
    grant.destinations.set(places_to_hand_over().filter(key__in=entry.destinations))
    record("delegation.grant-written", on=grant, by=viewer, after=_said(grant))
    return grant, code


def _wrong(field: str, says: str) -> DelegationRefused:
    refusal = DelegationRefused(says)
    refusal.field = field
    return refusal


def places_to_hand_over() -> QuerySet[Destination]:
    """Destinations that can be reached from another city: permanent, in use, and portable."""
    return Destination.objects.filter(
        channel__in=PORTABLE, is_active=True, added_by=None, reach__in=(Reach.PUBLIC, Reach.STAFF)
    )


@transaction.atomic
def issue_grant(grant_id: int, *, viewer: Viewer, at: datetime) -> Grant:
    """The second person's word: the file is made, signed and sealed. Raises NotAllowed, SamePerson, Expired."""
    if not viewer.may(GIVE):
        raise NotAllowed
    grant = Grant.objects.select_for_update(of=("self",)).select_related("partner").get(pk=grant_id)
    if grant.state != GrantState.WRITTEN:
        raise DecidedAlready
    if grant.written_by_id == viewer.account_id:
        raise SamePerson
    if grant.valid_until <= at:
        raise Expired
    city = the_city()
    if city is None:
        raise NoKeys
    body = _terms_of(grant, city, at).as_body()
    grant.file = seal_file(Kind.DELEGATION, body, keys=newest_keys(), reader=bytes(grant.partner.box_public))
    grant.sha256 = body_sha256(body)
    grant.state = GrantState.ISSUED
    grant.issued_by_id = viewer.account_id
    grant.issued_at = at
    grant.save(update_fields=["file", "sha256", "state", "issued_by", "issued_at"])
    record("delegation.grant-issued", on=grant, by=viewer, after={**_said(grant), "sha256": grant.sha256})
    return grant


def grant_file(grant_id: int, *, viewer: Viewer) -> bytes:
    """The sealed file of a delegation that stands; taking it out is in the record."""
    if not viewer.may(GIVE):
        raise NotAllowed
    grant = Grant.objects.get(pk=grant_id)
    if grant.state != GrantState.ISSUED or grant.file is None:
        raise DecidedAlready
    record("delegation.grant-taken-out", on=grant, by=viewer, after={"sha256": grant.sha256})
    return bytes(grant.file)


@transaction.atomic
def take_back_grant(grant_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Grant:
    """Revoke what was issued, or drop what was not. One person is enough: it takes power away, and gives none.

    The list of revocations in the public folder is written after the commit; it also goes as a file.
    """
    if not viewer.may(GIVE):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    grant = Grant.objects.select_for_update(of=("self",)).get(pk=grant_id)
    if grant.state not in (GrantState.WRITTEN, GrantState.ISSUED):
        raise DecidedAlready
    was_issued = grant.state == GrantState.ISSUED
    grant.state = GrantState.REVOKED if was_issued else GrantState.DROPPED
    grant.ended_by_id = viewer.account_id
    grant.ended_at = at
    grant.end_reason = reason.strip()[:500]
    grant.save(update_fields=["state", "ended_by", "ended_at", "end_reason"])
    record(f"delegation.grant-{grant.state}", on=grant, by=viewer, why=grant.end_reason)
    if was_issued:
        transaction.on_commit(write_revocations, robust=True)
    return grant


def _said(grant: Grant) -> dict[str, object]:
    return {
        "key": str(grant.key),
        "partner": grant.partner.name,
        "agreement": grant.agreement,
        "kinds": grant.kinds,
        "hazards": grant.hazards,
        "areas": sorted(grant.areas.values_list("key", flat=True)),
        "destinations": sorted(grant.destinations.values_list("key", flat=True)),
        "rule": str(grant.rule),
        "valid_from": grant.valid_from,
        "valid_until": grant.valid_until,
    }


def _terms_of(grant: Grant, city: City, at: datetime) -> Terms:
    areas = _with_all_below(list(grant.areas.all()))
    keys = {area.key for area in areas}
    by_pk = {area.pk: area.key for area in areas}
    places = grant.destinations.prefetch_related("areas")
    return Terms(
        key=grant.key,
        city=CityFacts(
            name=city.name,
            code=city.code,
            name_en=city.name_en,
            name_easy=city.name_easy,
            reading=city.reading,
            prefecture=city.prefecture,
            telephone=city.telephone,
            sender_name=city.sender_name,
        ),
        to_code=grant.partner.code,
        agreement=grant.agreement,
        agreement_date=grant.agreement_date,
        kinds=tuple(grant.kinds),
        hazards=tuple(grant.hazards),
        rule=Rule(grant.rule),
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        made_at=at,
        areas=tuple(_area_facts(area, by_pk) for area in areas),
        places=tuple(place for each in places if (place := _place_facts(each, keys)) is not None),
        code_salt=grant.code_salt,
        code_hash=grant.code_hash,
    )


def _with_all_below(areas: list[Area]) -> list[Area]:
    found = {area.pk: area for area in areas}
    for area in areas:
        found |= {below.pk: below for below in areas_below(area)}
    return list(found.values())


def _area_facts(area: Area, by_pk: dict[int, str]) -> AreaFacts:
    return AreaFacts(
        key=area.key,
        kind=area.kind,
        name=area.name,
        parent=by_pk.get(area.parent_id or 0, ""),
        code=area.code,
        reading=area.reading,
        name_en=area.name_en,
        name_easy=area.name_easy,
        households=area.households,
        population=area.population,
        polygon=area.polygon,
    )


def _place_facts(place: Destination, keys: set[str]) -> PlaceFacts | None:
    """The destination as far as the delegation reaches; None for one that serves other areas alone."""
    own = [area.key for area in place.areas.all()]
    kept = tuple(sorted(set(own) & keys))
    if own and not kept:
        return None
    return PlaceFacts(place.key, place.channel, place.name, place.address, place.language, kept, place.purpose)
