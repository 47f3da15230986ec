"""Asking: what we gave, what we were given, for whom we speak, and what was said for us."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from todoke.base.sealing import open_sealed
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City
from todoke.ground.places.queries import the_city
from todoke.shared.delegation.keyring import DOCUMENT
from todoke.shared.delegation.models import (
    Grant,
    HouseKeys,
    Mandate,
    MandateState,
    Partner,
    PartnerPlace,
    Speech,
    SpokenForUs,
)
from todoke.shared.delegation.rules import is_in_time, trouble_with
from todoke.shared.delegation.terms import Terms
from todoke.shared.messaging.models import Destination, Edition
from todoke.shared.messaging.phrasebook import BOOKS, LANGUAGES

READ = "delegation.read"
GIVE = "delegation.give"
SPEAK = "delegation.speak"
SHOWN_MAX = 200


def may_see(viewer: Viewer) -> bool:
    """Whether this viewer may look into the room at all."""
    return any(viewer.may(right) for right in (READ, GIVE, SPEAK))


def keys_for(viewer: Viewer) -> HouseKeys | None:
    """The keys with which this house signs now."""
    return HouseKeys.objects.first() if may_see(viewer) else None


def partners_for(viewer: Viewer) -> QuerySet[Partner]:
    """Every city whose card we have."""
    found = Partner.objects.select_related("added_by", "checked_by")
    return found if may_see(viewer) else found.none()


def grants_for(viewer: Viewer) -> QuerySet[Grant]:
    """What we gave, newest first."""
    found = Grant.objects.select_related("partner", "written_by", "issued_by", "ended_by").defer("file")
    return found if may_see(viewer) else found.none()


def mandates_for(viewer: Viewer) -> QuerySet[Mandate]:
    """What we were given, newest first."""
    found = Mandate.objects.select_related("partner", "asked_by", "confirmed_by", "ended_by").defer("sealed")
    return found if may_see(viewer) else found.none()


def spoken_for_us(viewer: Viewer) -> QuerySet[SpokenForUs]:
    """What a partner sent in our name, newest first."""
    found = SpokenForUs.objects.select_related("grant__partner")
    return found if may_see(viewer) or viewer.may("said.read") else found.none()


def terms_of(mandate: Mandate) -> Terms:
    """The whole delegation, out of its seal; costs a query where the row was fetched without it."""
    return Terms.from_body(json.loads(open_sealed(bytes(mandate.sealed), context=DOCUMENT)))


def active_mandates(at: datetime) -> list[Mandate]:
    """Those under which somebody may speak at this instant."""
    found = Mandate.objects.filter(
        state=MandateState.ACTIVE, valid_from__lte=at, valid_until__gt=at, revoked_at=None
    ).defer("sealed")
    return list(found)


def is_active(mandate: Mandate, at: datetime) -> bool:
    """Whether anything may be said under it at this instant."""
    return (
        mandate.state == MandateState.ACTIVE
        and mandate.revoked_at is None
        and is_in_time(mandate.valid_from, mandate.valid_until, at)
    )


def city_of(mandate: Mandate) -> City:
    """The city for which we speak, as a value: its row stands in its own house."""
    ours = the_city()
    facts: Mapping[str, str] = mandate.city
    return City(
        name=facts["name"],
        reading=facts.get("reading", ""),
        name_en=facts.get("name_en", ""),
        name_easy=facts.get("name_easy", ""),
        code=facts["code"],
        prefecture=facts.get("prefecture", ""),
        # Who speaks answers the questions: nobody lifts the telephone in a town hall under water.
        telephone=ours.telephone if ours else "",
        sender_name=(ours.sender_name or ours.name) if ours else "",
        cap_sender=ours.cap_sender if ours else "",
    )


def areas_of(mandate: Mandate, keys: Iterable[str]) -> dict[str, Area]:
    """The delegated areas with these keys, by key."""
    return {area.key: area for area in mandate.areas.filter(key__in=list(keys))}


def places_for(mandate: Mandate, areas: Sequence[Area]) -> list[Destination]:
    """The destinations of the delegation that serve one of these areas, or the whole city; its public page always."""
    wanted = {area.pk for area in areas}
    parents = dict(Area.everywhere.filter(partner=mandate.code).values_list("pk", "parent_id"))
    family = wanted | {above for pk in wanted for above in _above(pk, parents)}
    family |= {pk for pk in parents if wanted & set(_above(pk, parents))}
    found = Destination.objects.filter(
        pk__in=PartnerPlace.objects.filter(mandate=mandate).values("destination"), is_active=True
    ).prefetch_related("areas")
    return [place for place in found if not (own := {area.pk for area in place.areas.all()}) or own & family]


def _above(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    line, parent = [], parents.get(pk)
    while parent is not None:
        line.append(parent)
        parent = parents.get(parent)
    return line


def mandate_of_message(message_id: int) -> Mandate | None:
    """The delegation under which a message was sent; None where we spoke for ourselves."""
    speech = Speech.objects.filter(message=message_id).select_related("mandate").first()
    return speech.mandate if speech else None


def said_under(mandate: Mandate) -> list[Edition]:
    """Every edition that was sent under a delegation, newest first."""
    messages = Speech.objects.filter(mandate=mandate).values("message")
    return list(Edition.objects.filter(message__in=messages).select_related("message").order_by("-released_at", "-pk"))


def said_for(mandate: Mandate) -> dict[str, str]:
    """The sentence that says who speaks for whom, by language."""
    ours = the_city()
    return {
        language: BOOKS[language]
        .text("said.on-behalf")
        .format(city=_called(language, city_of(mandate)), speaker=_called(language, ours))
        for language in LANGUAGES
    }


def named_in(mandate: Mandate, language: str) -> str:
    """How the city is named on an edition in this language, with who speaks."""
    text = BOOKS[language].text("said.on-behalf-name")
    return text.format(city=_called(language, city_of(mandate)), speaker=_called(language, the_city()))


def trouble_with_speech(
    mandate: Mandate, *, kind: str, hazard: str, area_keys: Iterable[str], expires_at: datetime, at: datetime
) -> str | None:
    """Why this may not be said under the delegation, in a sentence for the screen; None where it may.

    Asked when it is written, when it is released, and of its time again when it leaves.
    """
    if not is_active(mandate, at):
        return str(_("この代行は始まっていないか、終わっています。期限が過ぎたものは使えません。"))
    strangers = sorted(set(area_keys) - set(areas_of(mandate, area_keys)))
    return trouble_with(
        kind,
        hazard,
        kinds=mandate.kinds,
        hazards=mandate.hazards,
        has_strange_areas=bool(strangers),
        expires_at=expires_at,
        valid_until=mandate.valid_until,
    )


def _called(language: str, city: City | None) -> str:
    if city is None:
        return ""
    return {"ja": "", "ja-easy": city.name_easy}.get(language, city.name_en) or city.name
