"""What is frozen beside an edition: read from the ledger and the city, once, at release."""

import json
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import connection

from todoke.ground.places.models import Facility
from todoke.ground.places.queries import the_city
from todoke.shared.lalert.rules import ORDERS, SORTS, orders_something, standing
from todoke.shared.lalert.types import AreaOrder, Frozen, Office, ShelterState
from todoke.shared.messaging.queries import artefact_bytes, editions_in_force, editions_of, recent_editions
from todoke.shared.messaging.registry import Artefact
from todoke.shared.messaging.shelters import SHELTERS as SHELTER_FACT
from todoke.shared.messaging.shelters import Opening, ShelterEntry, entries_in
from todoke.shared.messaging.types import ON_BEHALF, EditionKind, FrozenEdition

NAME = "lalert.json"
HISTORY = timedelta(days=30)
HISTORY_MAX = 500
# Any number will do, as long as no other lock of the house has it: “lalert” on a telephone's keys.
LOCK = 525378
SHELTERS = (Facility.Kind.SHELTER, Facility.Kind.SHELTER_EMERGENCY)


def frozen_beside(edition: FrozenEdition) -> Frozen:
    """What was frozen at release; for a draft that is only being looked at, what would be frozen now."""
    kept = artefact_bytes(edition.identifier, NAME)
    return Frozen.from_json(json.loads(kept)) if kept is not None else gather(edition)


def gather(edition: FrozenEdition) -> Frozen:
    """The office, the standing over all messages with this edition as the latest of its own, and the shelters."""
    about_orders = speaks_of_orders(edition)
    return Frozen(
        office=_office(edition),
        is_order=about_orders and orders_something((*editions_of(edition.message_key), edition)),
        orders=_standing_with(edition) if about_orders else (),
        shelters=_shelters(edition) if edition.content.facts.get("kind") == "shelter" else (),
    )


def speaks_of_orders(edition: FrozenEdition) -> bool:
    """Whether this edition may order an evacuation, lift one, or take one back."""
    kind = edition.content.facts.get("kind", "")
    return kind in ("evacuation", "lifting") or any(area.notice in ORDERS for area in edition.content.areas)


def render(edition: FrozenEdition) -> bytes:
    """The artefact, made within the transaction of the release.

    Two orders that are approved at the same moment must know of each other, or the later document would silently lift
    the earlier one's areas: the second release waits here until the first one is committed.
    """
    if speaks_of_orders(edition) and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    told = json.dumps(gather(edition).as_json(), ensure_ascii=False, sort_keys=True, indent=1)
    return told.encode("utf-8", "replace")


ARTEFACT = Artefact(key="lalert.frozen", name=NAME, media_type="application/json", render=render)


def _standing_with(edition: FrozenEdition) -> tuple[AreaOrder, ...]:
    at = edition.sent_at
    # Our own orders alone: what we say for another city stands in that city's documents, not in ours.
    recent = _our_own(recent_editions(edition.mode, at - HISTORY, limit=HISTORY_MAX))
    in_force = _our_own(editions_in_force(edition.mode, at))
    # An order of six weeks ago that still holds: its message is read whole, however old its editions are.
    keys = {found.message_key for found in in_force if speaks_of_orders(found)} | {edition.message_key}
    known = {found.identifier: found for found in recent if speaks_of_orders(found)}
    for key in sorted(keys):
        known |= {found.identifier: found for found in editions_of(key)}
    known[edition.identifier] = edition
    # Also those whose clock was a little ahead of ours: what counts is that they were released before.
    return standing(known.values(), at)


def _our_own(editions: list[FrozenEdition]) -> list[FrozenEdition]:
    return [edition for edition in editions if not edition.content.facts.get(ON_BEHALF)]


def _office(edition: FrozenEdition) -> Office:
    city = the_city()
    if city is None:
        return Office(code="", name=edition.city)
    return Office(
        code=city.code,
        name=city.name,
        reading=city.reading,
        prefecture=city.prefecture,
        section=settings.LALERT_OFFICE or city.sender_name,
        telephone=city.telephone,
        mail=city.sender_mail,
    )


def _shelters(edition: FrozenEdition) -> tuple[ShelterState, ...]:
    """The shelters of the city: as the edition says, otherwise 不明."""
    # What a cancellation takes back holds no more, and nobody has said what does.
    fact = "" if edition.kind is EditionKind.CANCEL else edition.content.facts.get(SHELTER_FACT, "")
    known = {entry.key: entry for entry in entries_in(fact)}
    return tuple(
        _state(place, known.get(place.key)) for place in Facility.objects.filter(kind__in=SHELTERS).order_by("key")
    )


def _state(place: Facility, entry: ShelterEntry | None) -> ShelterState:
    state = ShelterState(place.key, place.name, place.address, place.longitude, place.latitude, "不明")
    if entry is None:
        return state
    return replace(
        state,
        sort=SORTS[entry.state],
        at=entry.at,
        capacity=entry.capacity,
        people=entry.people,
        is_full=entry.state is Opening.FULL,
    )
