"""Entering the city's own state: shelters opened, full or closed, the headquarters set up or dissolved.

Each entry is the full state. It becomes a draft, which takes the way of every other: a second person approves it, and
every channel gets its own wording of it. A room that runs shelters takes the place of the first of the two entries by
sending messages of the same kind with the same facts (`shared/messaging/shelters.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from todoke.civic.emergency.actions.drafts import fill_from, follow_edition, saved, set_areas, snapshot
from todoke.civic.emergency.actions.refusals import (
    EnteredMeanwhile,
    IncidentIsClosed,
    NotAllowed,
    TextMissing,
    UnknownShelter,
    WaitsForApproval,
)
from todoke.civic.emergency.models import Draft, DraftState, Incident
from todoke.civic.emergency.queries.states import (
    Entered,
    entered,
    places_that_refuse,
    shelters_of_the_city,
    whole_city,
)
from todoke.civic.emergency.rules.notices import NoticeKind
from todoke.civic.emergency.rules.rights import DRAFT
from todoke.civic.emergency.rules.states import NamedShelter, headquarters_facts, shelter_facts
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Facility
from todoke.ground.places.queries import the_city
from todoke.shared.messaging.shelters import ShelterEntry
from todoke.shared.messaging.types import EditionKind

# A state that nobody has looked at for so long is not shown to anybody any more.
VALID = {NoticeKind.SHELTER: timedelta(days=3), NoticeKind.HEADQUARTERS: timedelta(days=7)}


@transaction.atomic
def enter_shelters(
    incident_id: int, entries: Sequence[ShelterEntry], *, seen: str, viewer: Viewer, at: datetime
) -> Draft:
    """Enter which shelters are open, full, closed or not opened: a draft of the full state.

    Raises NotAllowed, IncidentIsClosed, UnknownShelter, EnteredMeanwhile where the state is no longer the one that was
    `seen`, WaitsForApproval where the last entry is being read by an approver.
    """
    places = {place.key: place for place in shelters_of_the_city()}
    if unknown := sorted({entry.key for entry in entries} - places.keys()):
        raise UnknownShelter(keys="、".join(unknown))
    named = [_named(entry, places[entry.key]) for entry in entries]
    facts = shelter_facts(named, city=_city())
    return _enter(incident_id, NoticeKind.SHELTER, facts, seen=seen, viewer=viewer, at=at)


@transaction.atomic
def enter_headquarters(
    incident_id: int,
    *,
    name: str,
    status: str,
    since: datetime,
    place: str,
    seen: str,
    viewer: Viewer,
    at: datetime,
) -> Draft:
    """Enter that the headquarters was set up or dissolved: a draft. Raises as `enter_shelters`, and TextMissing."""
    if not name.strip():
        raise TextMissing(field="名称")
    facts = headquarters_facts(name=name.strip(), status=status, at=since, place=place.strip(), city=_city())
    return _enter(incident_id, NoticeKind.HEADQUARTERS, facts, seen=seen, viewer=viewer, at=at)


def _city() -> str:
    city = the_city()
    return city.name if city else ""


def _named(entry: ShelterEntry, place: Facility) -> NamedShelter:
    return NamedShelter(replace(entry, name=place.name), _names(place), place.reading)


def _names(place: Facility) -> dict[str, str]:
    easy = f"{place.name}（{place.reading}）" if place.reading else place.name
    # Whoever reads neither Japanese nor English has to find the place by the sign at its gate.
    abroad = f"{place.name_en} ({place.name})" if place.name_en else place.name
    return {"ja": place.name, "ja-easy": easy, **dict.fromkeys(("en", "vi", "pt", "tl", "ne", "ko"), abroad)}


def _enter(
    incident_id: int, kind: NoticeKind, facts: Mapping[str, str], *, seen: str, viewer: Viewer, at: datetime
) -> Draft:
    if not viewer.may(DRAFT):
        raise NotAllowed
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if incident.closed_at is not None:
        raise IncidentIsClosed
    last = entered(incident, kind, at)
    if last.seen != seen:
        raise EnteredMeanwhile(name=last.by)
    draft, before = _draft_for(last, incident, kind, viewer, at)
    # What the state before said in any language must not stand behind this one.
    draft.facts = {**facts, "reported_at": at.isoformat()}
    draft.expires_at = at + VALID[kind]
    draft.last_editor_id = viewer.account_id
    set_areas(draft, {area.key: (None, False) for area in whole_city()})
    fill_from(draft, None, at=at)
    if before is None:
        draft.excluded = places_that_refuse(draft, at)
    saved(draft, at)
    act = "emergency.draft-started" if before is None else "emergency.draft-edited"
    record(act, on=draft, by=viewer, before=before, after=snapshot(draft))
    return draft


def _draft_for(
    last: Entered, incident: Incident, kind: NoticeKind, viewer: Viewer, at: datetime
) -> tuple[Draft, dict[str, object] | None]:
    """The draft that holds the entry, and what it held before; None of one that begins here."""
    if last.live is not None:
        if last.live.state == DraftState.SUBMITTED:
            raise WaitsForApproval
        return last.live, snapshot(last.live)
    if last.goes_on and last.released is not None and last.released.message is not None:
        key = str(last.released.message.key)
        draft = follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=viewer, at=at)
        return draft, snapshot(draft)
    draft = Draft.objects.create(
        incident=incident,
        mode=incident.mode,
        kind=kind,
        # One draft of a state at a time: the database refuses a second one.
        source=f"state.{kind.value}",
        expires_at=at + VALID[kind],
        created_at=at,
        edited_at=at,
        author_id=viewer.account_id,
        last_editor_id=viewer.account_id,
    )
    return draft, None
