"""What stands in a delegation, as values: written into the file by one city, read out of it by another."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from todoke.base import geo
from todoke.shared.delegation.rules import HAZARDS, KINDS, LASTS_MAX, Rule
from todoke.shared.delegation.trouble import Tampered

CODE = re.compile(r"[0-9]{6}")
AREAS_MAX = 2000
PLACES_MAX = 2000


@dataclass(frozen=True)
class CityFacts:
    """How the delegating city is called and reached."""

    name: str
    code: str
    name_en: str = ""
    name_easy: str = ""
    reading: str = ""
    prefecture: str = ""
    telephone: str = ""
    sender_name: str = ""


@dataclass(frozen=True)
class AreaFacts:
    """One area as its own city knows it; `parent` is empty where the one above is not part of the delegation."""

    key: str
    kind: str
    name: str
    parent: str = ""
    code: str = ""
    reading: str = ""
    name_en: str = ""
    name_easy: str = ""
    households: int | None = None
    population: int | None = None
    polygon: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class PlaceFacts:
    """One destination with what is needed to reach it."""

    key: str
    channel: str
    name: str
    address: str
    language: str = "ja"
    areas: tuple[str, ...] = ()
    purpose: str = ""


@dataclass(frozen=True)
class Terms:
    """The whole delegation."""

    key: UUID
    city: CityFacts
    to_code: str
    agreement: str
    agreement_date: date
    kinds: tuple[str, ...]
    hazards: tuple[str, ...]
    rule: Rule
    valid_from: datetime
    valid_until: datetime
    made_at: datetime
    areas: tuple[AreaFacts, ...]
    places: tuple[PlaceFacts, ...]
    code_salt: str = ""
    code_hash: str = ""

    def as_body(self) -> dict[str, Any]:
        """What goes into the file."""
        return {
            **asdict(self),
            "key": str(self.key),
            "agreement_date": self.agreement_date.isoformat(),
            "kinds": list(self.kinds),
            "hazards": list(self.hazards),
            "rule": self.rule.value,
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "made_at": self.made_at.isoformat(),
            "areas": [asdict(area) for area in self.areas],
            "places": [{**asdict(place), "areas": list(place.areas)} for place in self.places],
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """The delegation out of a file whose signature was checked. Raises Tampered where it makes no sense."""
        try:
            terms = cls(
                key=UUID(body["key"]),
                city=CityFacts(**body["city"]),
                to_code=str(body["to_code"]),
                agreement=str(body["agreement"])[:200],
                agreement_date=date.fromisoformat(body["agreement_date"]),
                kinds=tuple(body["kinds"]),
                hazards=tuple(body["hazards"]),
                rule=Rule(body["rule"]),
                valid_from=instant(body["valid_from"]),
                valid_until=instant(body["valid_until"]),
                made_at=instant(body["made_at"]),
                areas=tuple(AreaFacts(**area) for area in body["areas"]),
                places=tuple(PlaceFacts(**{**place, "areas": tuple(place["areas"])}) for place in body["places"]),
                code_salt=str(body.get("code_salt", "")),
                code_hash=str(body.get("code_hash", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as trouble:
            raise Tampered from trouble
        if not _is_sensible(terms):
            raise Tampered
        return terms


def instant(text: str) -> datetime:
    """An instant with its offset; ValueError for one without."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return found


def _is_sensible(terms: Terms) -> bool:
    keys = {area.key for area in terms.areas}
    return (
        CODE.fullmatch(terms.city.code) is not None
        and bool(terms.city.name.strip())
        and bool(terms.agreement.strip())
        and bool(terms.kinds)
        and set(terms.kinds) <= set(KINDS)
        and set(terms.hazards) <= set(HAZARDS)
        and terms.valid_from < terms.valid_until <= terms.valid_from + LASTS_MAX
        and 0 < len(terms.areas) <= AREAS_MAX
        and len(keys) == len(terms.areas)
        and all(area.parent == "" or area.parent in keys for area in terms.areas)
        and len(terms.places) <= PLACES_MAX
        and len({place.key for place in terms.places}) == len(terms.places)
        and all(set(place.areas) <= keys for place in terms.places)
        and all(_is_drawn(area) for area in terms.areas)
        and (terms.rule is not Rule.CODE or bool(terms.code_salt and terms.code_hash))
    )


def _is_drawn(area: AreaFacts) -> bool:
    """Whether the outline, if there is one, is one."""
    if area.polygon is None:
        return True
    try:
        geo.polygon_of(area.polygon)
    except geo.BadShape:
        return False
    return True
