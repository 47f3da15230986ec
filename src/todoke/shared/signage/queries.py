"""What a screen shows: what is in force, from the public feed on disk; notices and shelters, from the database."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import Error as DatabaseTrouble

from todoke.base.ui.languages import language_tag
from todoke.ground.places.models import Area, Facility
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import alerts_root, read
from todoke.shared.messaging.queries import editions_in_force
from todoke.shared.messaging.types import EditionKind, Mode

T = TypeVar("T")

NOTICES = "notices.page"
NOTICES_MAX = 5
SHELTERS_MAX = 200
AREAS_MAX = 12


@dataclass(frozen=True)
class Screen:
    """One alert in force as a screen shows it. `groups` are (level, official word, names of areas), highest first."""

    key: str
    level: int | None
    word: str
    title: str
    act: str
    groups: tuple[tuple[int | None, str, str], ...]
    sent_at: datetime
    address: str


def screens(language: str, *, at: datetime, areas: frozenset[str] = frozenset()) -> list[Screen] | None:
    """What is in force now for these areas (none: the whole city), highest level first; None when nobody can tell.

    From `feed.json` as the public reads it, so no database is asked. Never a drill: that feed has none.
    """
    try:
        told = json.loads(read(alerts_root(Mode.ACTUAL) / "feed.json") or b"")
        in_force = set(told["_todoke"]["in_force"])
        items = [item for item in told["items"] if item["_todoke"]["identifier"] in in_force]
        found = [_screen(item, language) for item in items if _concerns(item["_todoke"], areas, at)]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return sorted(found, key=lambda screen: (-(screen.level or 0), -screen.sent_at.timestamp()))


def _concerns(told: dict[str, Any], areas: frozenset[str], at: datetime) -> bool:
    if told["mode"] != Mode.ACTUAL or told["cancelled"] or datetime.fromisoformat(told["expires_at"]) <= at:
        return False
    holding = [area for area in told["areas"] if "解除" not in area["notice"]]
    if told["lifted"] and (not holding or all(area["level"] is None for area in holding)):
        return False
    return not areas or not told["areas"] or any(area["key"] in areas for area in told["areas"])


def _screen(item: dict[str, Any], language: str) -> Screen:
    told = item["_todoke"]
    tag = language_tag(language)
    title = next((text["title"] for text in told["texts"] if text["language"] == tag), item["title"])
    official = LEVELS.get(told["level"] or 0)
    by_words: dict[tuple[int | None, str], list[str]] = {}
    for area in sorted(told["areas"], key=lambda area: -(area["level"] or 0)):
        by_words.setdefault((area["level"], _notice(area["level"], area["notice"], language)), []).append(
            _area_name(area, language)
        )
    return Screen(
        key=told["message"],
        level=official.number if official else None,
        word=_notice(told["level"], told["notice"], language),
        title=title,
        act=official.in_language(language).act if official else "",
        groups=tuple((level, word, _listed(names)) for (level, word), names in by_words.items()),
        sent_at=datetime.fromisoformat(told["sent_at"]),
        address=item["url"],
    )


def _area_name(area: dict[str, Any], language: str) -> str:
    # Absent in a feed that was written before there were names in other languages.
    return str(area.get({"en": "name_en", "ja-easy": "name_easy"}.get(language, "name")) or area["name"])


def _notice(level: int | None, notice: str, language: str) -> str:
    official = LEVELS.get(level or 0)
    if official and notice in ("", official.words["ja"].word):
        return official.in_language(language).word
    return notice


def _listed(names: list[str]) -> str:
    rest = len(names) - AREAS_MAX
    return "、".join(names[:AREAS_MAX]) + (f" ほか{rest}地域" if rest > 0 else "")


def area_and_its_line(key: str) -> tuple[str, frozenset[str]] | None:
    """An area's name, and the keys of itself, of what it lies in and of what lies in it; None where there is none.

    While the database is away everything concerns every screen, which is the safe side: no name, no keys.
    """
    try:
        areas = {area.pk: area for area in Area.objects.only("key", "name", "parent_id")}
    except DatabaseTrouble:
        return "", frozenset()
    found = next((area for area in areas.values() if area.key == key), None)
    if found is None:
        return None

    def line(area: Area | None) -> list[int]:
        above: list[int] = []
        while area is not None and area.pk not in above:
            above.append(area.pk)
            area = areas.get(area.parent_id or 0)
        return above

    below = [area.pk for area in areas.values() if found.pk in line(area)]
    return found.name, frozenset(areas[pk].key for pk in (*line(found), *below))


@dataclass(frozen=True)
class NoticeSeen:
    """A notice as a screen shows it."""

    title: str
    short: str
    sent_at: datetime


def notices_of_the_day(language: str, *, at: datetime) -> list[NoticeSeen]:
    """The newest notices that still hold; nothing while the database is away."""
    return _or_nothing(
        lambda: [
            NoticeSeen(
                edition.title(language),
                edition.content.wording(language).short or edition.content.wording(language).body,
                edition.sent_at,
            )
            for edition in sorted(
                editions_in_force(Mode.ACTUAL, at, channel=NOTICES), key=lambda edition: edition.sent_at, reverse=True
            )
            if edition.kind is not EditionKind.CANCEL
        ][:NOTICES_MAX]
    )


@dataclass(frozen=True)
class ShelterSeen:
    """A shelter as a kiosk lists it."""

    name: str
    kind: str
    area: str
    address: str
    state: str = ""


def shelters(*, at: datetime) -> list[ShelterSeen]:
    """The city's designated shelters by area, each with its state (`Opening`) where one was said and holds."""
    states = _states_in_force(at)
    kinds = (Facility.Kind.SHELTER_EMERGENCY, Facility.Kind.SHELTER)
    return _or_nothing(
        lambda: [
            ShelterSeen(
                place.name,
                str(place.get_kind_display()),
                place.area.name,
                place.address,
                states.get(place.key, ""),
            )
            for place in Facility.objects.filter(kind__in=kinds)
            .select_related("area")
            .order_by("area__name", "name", "kind")[:SHELTERS_MAX]
        ]
    )


def _states_in_force(at: datetime) -> dict[str, str]:
    """What the public feed says of each shelter, by its key; the latest word where two messages speak of one."""
    try:
        told = json.loads(read(alerts_root(Mode.ACTUAL) / "feed.json") or b"")
        in_force = set(told["_todoke"]["in_force"])
        said = [item["_todoke"] for item in told["items"] if item["_todoke"]["identifier"] in in_force]
        holding = [one for one in said if one["mode"] == Mode.ACTUAL and datetime.fromisoformat(one["expires_at"]) > at]
        ordered = sorted(holding, key=lambda one: datetime.fromisoformat(one["sent_at"]))
        return {row["key"]: row["state"] for one in ordered for row in one.get("shelters", ())}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def city_name() -> str:
    """Whose screen it is, from the same file as what is in force: the database may be away."""
    try:
        return str(json.loads(read(alerts_root(Mode.ACTUAL) / "feed.json") or b"")["authors"][0]["name"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return ""


def _or_nothing(ask: Callable[[], list[T]]) -> list[T]:
    try:
        return ask()
    except DatabaseTrouble:
        return []
