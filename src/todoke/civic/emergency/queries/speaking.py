"""For whom the desk speaks: our own city, or one that has delegated it to us, whose areas and places are kept apart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from todoke.civic.emergency.models import Draft, Incident
from todoke.ground.places.models import Area, City
from todoke.ground.places.queries import AreaNode, area_tree, areas_by_key, the_city
from todoke.shared.delegation.models import Mandate
from todoke.shared.delegation.queries import (
    areas_of,
    city_of,
    named_in,
    places_for,
    said_for,
    trouble_with_speech,
)
from todoke.shared.messaging.guarding import OnBehalf
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import ON_BEHALF, EditionKind


def mandate_of(incident: Incident) -> Mandate | None:
    """The delegation under which an incident is spoken of; None for our own."""
    if incident.on_behalf_id is None:
        return None
    return Mandate.objects.select_related("partner").defer("sealed").get(pk=incident.on_behalf_id)


def speaking_city(incident: Incident) -> City | None:
    """The city in whose name an incident is spoken of."""
    mandate = mandate_of(incident)
    return city_of(mandate) if mandate else the_city()


def areas_known(incident: Incident, keys: Iterable[str]) -> dict[str, Area]:
    """The areas with these keys that may be named in an incident, by key."""
    mandate = mandate_of(incident)
    return areas_of(mandate, keys) if mandate else areas_by_key(keys)


def areas_offered(incident: Incident | None) -> tuple[AreaNode, ...]:
    """The areas among which one chooses in an incident, as trees."""
    mandate = mandate_of(incident) if incident else None
    return area_tree(mandate.code) if mandate else area_tree()


def places_of_another(draft: Draft, areas: Sequence[Area]) -> list[Destination] | None:
    """The destinations of the city for which a draft speaks; None for our own."""
    mandate = mandate_of(draft.incident)
    return places_for(mandate, areas) if mandate else None


def name_on_edition(incident: Incident) -> str:
    """The city that an edition of this incident bears."""
    mandate = mandate_of(incident)
    city = the_city()
    return named_in(mandate, "ja") if mandate else city.name if city else ""


def on_behalf_of(incident: Incident) -> OnBehalf | None:
    """What the ledger is told about an incident that is not our own."""
    mandate = mandate_of(incident)
    return OnBehalf(key=str(mandate.key), city=named_in(mandate, "ja")) if mandate else None


def facts_on_behalf(incident: Incident) -> dict[str, str]:
    """What the content of an edition says about who speaks for whom; nothing for our own."""
    mandate = mandate_of(incident)
    if mandate is None:
        return {}
    city = the_city()
    return {
        ON_BEHALF: city.name if city else "",
        "on_behalf_note": said_for(mandate)["ja"],
        "for_code": mandate.code,
        "for_name": mandate.city_name,
        "city_en": named_in(mandate, "en"),
    }


def with_who_speaks(incident: Incident, texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The texts with the sentence that says who speaks for whom, in every language: before the body, behind the short
    text, and behind whatever was written for one register. The system puts it there, never a hand."""
    mandate = mandate_of(incident)
    if mandate is None:
        return {language: dict(text) for language, text in texts.items()}
    sentences = said_for(mandate)
    return {language: _said(text, sentences[language]) for language, text in texts.items()}


def _said(text: Mapping[str, str], sentence: str) -> dict[str, str]:
    said = {}
    for part, words in text.items():
        if part in ("title", "urgent-title") or not words.strip() or sentence in words:
            said[part] = words
        elif part == "body":
            said[part] = f"{sentence}\n\n{words}"
        else:
            said[part] = f"{words.rstrip()} {sentence}"
    return said


def trouble_with_delegation(draft: Draft, area_keys: Iterable[str], at: datetime) -> str | None:
    """Why this may not be said for the other city, in a sentence for the screen; None where it may, or is our own."""
    mandate = mandate_of(draft.incident)
    if mandate is None:
        return None
    # A cancellation takes back what the delegation covered; it is bound by its time alone.
    is_cancel = draft.edition_kind == EditionKind.CANCEL
    return trouble_with_speech(
        mandate,
        kind=draft.kind,
        hazard=draft.hazard,
        area_keys=() if is_cancel else area_keys,
        expires_at=draft.expires_at,
        at=at,
    )


def latest_end(incident: Incident, wanted: datetime) -> datetime:
    """The end of a new draft: as wanted, and within the delegation where there is one."""
    mandate = mandate_of(incident)
    return min(wanted, mandate.valid_until) if mandate else wanted
