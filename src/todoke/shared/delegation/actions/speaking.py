"""代行: asking to begin, beginning as a second person, and ending."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base import geo
from todoke.ground.audit.actions import Person, record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area
from todoke.shared.delegation.models import Mandate, MandateState, PartnerPlace, RevokedHere, Speech
from todoke.shared.delegation.queries import SPEAK, terms_of
from todoke.shared.delegation.rules import PAGE_CHANNEL, PORTABLE, Rule, is_code
from todoke.shared.delegation.terms import AreaFacts, PlaceFacts, Terms
from todoke.shared.delegation.trouble import (
    DecidedAlready,
    Expired,
    NotAllowed,
    NotYet,
    ReasonMissing,
    Revoked,
    SamePerson,
    WrongCode,
)
from todoke.shared.messaging.actions.release import withdraw
from todoke.shared.messaging.models import Delivery, Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import DeliveryState, Reach

ENDED_HERE = _("代行を終えたため、送信をとりやめました。")
REVOKED_THERE = _("委任が取り消されたため")


@transaction.atomic
def ask_to_begin(mandate_id: int, *, reason: str, code: str = "", viewer: Viewer, at: datetime) -> Mandate:
    """Ask to speak for the other city, with the reason. Under the rule `AT_ONCE` this begins it.

    Raises NotAllowed, ReasonMissing, NotYet, Expired, Revoked, WrongCode, DecidedAlready.
    """
    if not viewer.may(SPEAK):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    mandate = _held(mandate_id)
    if mandate.state != MandateState.KEPT:
        raise DecidedAlready
    _must_hold(mandate, at)
    if mandate.rule == Rule.CODE and not is_code(code, mandate.code_salt, mandate.code_hash):
        record("delegation.wrong-code", on=mandate, by=viewer)
        raise WrongCode
    mandate.state = MandateState.ASKED
    mandate.asked_by_id = viewer.account_id
    mandate.asked_at = at
    mandate.asked_why = reason.strip()[:500]
    mandate.save(update_fields=["state", "asked_by", "asked_at", "asked_why"])
    record("delegation.asked-to-begin", on=mandate, by=viewer, why=mandate.asked_why)
    if mandate.rule == Rule.AT_ONCE:
        _begin(mandate, viewer, at)
    return mandate


@transaction.atomic
def confirm_beginning(mandate_id: int, *, viewer: Viewer, at: datetime) -> Mandate:
    """The second person's word: from now on one may write and release in the other city's name. Raises SamePerson."""
    if not viewer.may(SPEAK):
        raise NotAllowed
    mandate = _held(mandate_id)
    if mandate.state != MandateState.ASKED:
        raise DecidedAlready
    if mandate.asked_by_id == viewer.account_id:
        raise SamePerson
    _must_hold(mandate, at)
    mandate.confirmed_by_id = viewer.account_id
    _begin(mandate, viewer, at)
    return mandate


@transaction.atomic
def decline_beginning(mandate_id: int, *, viewer: Viewer) -> Mandate:
    """Do not begin: the delegation is kept as before, for another day. Either of the two people may say so."""
    if not viewer.may(SPEAK):
        raise NotAllowed
    mandate = _held(mandate_id)
    if mandate.state != MandateState.ASKED:
        raise DecidedAlready
    record("delegation.beginning-declined", on=mandate, by=viewer, before={"asked_why": mandate.asked_why})
    mandate.state = MandateState.KEPT
    mandate.asked_by_id = None
    mandate.asked_at = None
    mandate.asked_why = ""
    mandate.save(update_fields=["state", "asked_by", "asked_at", "asked_why"])
    return mandate


@transaction.atomic
def end_mandate(mandate_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Mandate:
    """Stop speaking for the other city. What has not left stays here; what is out holds until its own end."""
    if not viewer.may(SPEAK):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    mandate = _held(mandate_id)
    if mandate.state == MandateState.ENDED:
        raise DecidedAlready
    _end(mandate, reason.strip()[:500], by=viewer, at=at)
    return mandate


@transaction.atomic
def end_because_revoked(mandate_id: int, *, revoked_at: datetime, by: Person, at: datetime) -> None:
    """End what the other city took back, whatever stage it is at."""
    mandate = _held(mandate_id)
    if mandate.revoked_at is not None:
        return
    mandate.revoked_at = revoked_at
    if mandate.state == MandateState.ENDED:
        mandate.save(update_fields=["revoked_at"])
        return
    _end(mandate, str(REVOKED_THERE), by=by, at=at)


def _held(mandate_id: int) -> Mandate:
    return Mandate.objects.select_for_update(of=("self",)).get(pk=mandate_id)


def _must_hold(mandate: Mandate, at: datetime) -> None:
    if (
        mandate.revoked_at is not None
        or RevokedHere.objects.filter(key=mandate.key, partner__code=mandate.code).exists()
    ):
        raise Revoked
    if at >= mandate.valid_until:
        raise Expired
    if at < mandate.valid_from:
        raise NotYet


def _begin(mandate: Mandate, viewer: Viewer, at: datetime) -> None:
    terms = terms_of(mandate)
    areas = _bring_areas(terms)
    mandate.areas.set(areas.values())
    _bring_places(mandate, terms, areas, viewer, at)
    mandate.state = MandateState.ACTIVE
    mandate.begun_at = at
    mandate.save(update_fields=["state", "begun_at", "confirmed_by"])
    record(
        "delegation.begun",
        on=mandate,
        by=viewer,
        after={"city": mandate.city_name, "valid_until": mandate.valid_until},
        why=mandate.asked_why,
    )


def area_key(code: str, key: str) -> str:
    """The key of a partner's area here. A point stands in no key of our own, so it never meets one."""
    whole = f"{code}.{key}"
    return whole if len(whole) <= 60 else f"{code}.{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _bring_areas(terms: Terms) -> dict[str, Area]:
    """The areas of the delegation as rows that are nobody's own, by their key at home; parents first."""
    here: dict[str, Area] = {}
    for order, facts in enumerate(_parents_first(terms.areas)):
        edges = _edges(facts)
        # A municipality of ours may bear the same code where a prefecture speaks for one: the name tells enough.
        code = "" if Area.everywhere.exclude(partner=terms.city.code).filter(code=facts.code).exists() else facts.code
        here[facts.key], _is_new = Area.everywhere.update_or_create(
            key=area_key(terms.city.code, facts.key),
            defaults={
                "partner": terms.city.code,
                "kind": facts.kind,
                "parent": here.get(facts.parent),
                "code": code,
                "name": facts.name,
                "reading": facts.reading,
                "name_en": facts.name_en,
                "name_easy": facts.name_easy,
                "households": facts.households,
                "population": facts.population,
                "polygon": facts.polygon,
                "west": edges[0],
                "south": edges[1],
                "east": edges[2],
                "north": edges[3],
                "order": order,
            },
        )
    return here


def _edges(facts: AreaFacts) -> tuple[float | None, float | None, float | None, float | None]:
    if not facts.polygon:
        return None, None, None, None
    west, south, east, north = (round(edge, geo.DECIMALS) for edge in geo.polygon_of(facts.polygon).bounds)
    return west, south, east, north


def _parents_first(areas: tuple[AreaFacts, ...]) -> list[AreaFacts]:
    waiting, placed = list(areas), {""}
    found: list[AreaFacts] = []
    while waiting:
        ready = [area for area in waiting if area.parent in placed]
        if not ready:
            # A circle of parents, from a file that another programme wrote: each then stands for itself.
            return found + waiting
        found += ready
        placed |= {area.key for area in ready}
        waiting = [area for area in waiting if area.parent not in placed]
    return found


def _bring_places(mandate: Mandate, terms: Terms, areas: dict[str, Area], viewer: Viewer, at: datetime) -> None:
    """The destinations that this house can serve, and the page on which we speak for the other city."""
    page = PlaceFacts("page", PAGE_CHANNEL, mandate.city_name, mandate.code)
    PartnerPlace.objects.create(mandate=mandate, destination=_place(mandate, page, viewer, at), their_key="")
    for facts in terms.places:
        channel = channels.find(facts.channel)
        if facts.channel not in PORTABLE or channel is None or channel.trouble_with(facts.address):
            continue
        place = _place(mandate, facts, viewer, at)
        place.areas.set(areas[key] for key in facts.areas if key in areas)
        PartnerPlace.objects.create(mandate=mandate, destination=place, their_key=facts.key)


def _place(mandate: Mandate, facts: PlaceFacts, viewer: Viewer, at: datetime) -> Destination:
    """A row that is never among the permanent ones: it has somebody who brought it, and an end."""
    named = hashlib.sha256(f"{mandate.key} {facts.channel} {facts.key}".encode()).hexdigest()[:24]
    return Destination.objects.create(
        key=f"for-{mandate.code}-{named}",
        channel=facts.channel,
        name=f"{facts.name}（{mandate.city_name}）"[:200],
        address=facts.address[:500],
        reach=Reach.PUBLIC,
        language=facts.language,
        purpose=facts.purpose[:500],
        expires_at=mandate.valid_until,
        added_by_id=mandate.asked_by_id or viewer.account_id,
        created_at=at,
    )


def _end(mandate: Mandate, reason: str, *, by: Person, at: datetime) -> None:
    mandate.state = MandateState.ENDED
    mandate.ended_at = at
    mandate.ended_by_id = by.account_id
    mandate.end_reason = reason
    mandate.save(update_fields=["state", "ended_at", "ended_by", "end_reason", "revoked_at"])
    messages = Speech.objects.filter(mandate=mandate).values("message")
    waiting = Delivery.objects.select_for_update().filter(
        message__in=messages, state__in=(DeliveryState.PLANNED, DeliveryState.LEASED)
    )
    for delivery in waiting.order_by("pk"):
        withdraw(delivery, str(ENDED_HERE), at)
    places = PartnerPlace.objects.filter(mandate=mandate).values("destination")
    Destination.objects.filter(pk__in=places).update(is_active=False)
    record("delegation.ended", on=mandate, by=by, why=reason)
