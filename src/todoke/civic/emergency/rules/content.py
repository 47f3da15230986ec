"""From a draft to what the ledger freezes: texts, areas as they are drawn, and the fields that machines compare."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from todoke.base import geo
from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.notices import ORDER_WORDS, Hazard, NoticeKind, action_sentence
from todoke.shared.messaging.phrasebook import BOOKS, book
from todoke.shared.messaging.types import AreaMark, CapFacts, Register, Wording

# About forty metres: nobody stands on the other side of a border because of it, and a polygon fits into a message.
TOLERANCE_DEGREES = 0.0004
DECIMALS = 4
RINGS_MAX = 8
# CAP consumers choke on more; a level that is never reached by a city, and often by a coastline.
CORNERS_MAX = 400

Ring = tuple[tuple[float, float], ...]

# CAP 1.2, section 3.2.2: Met, Geo, Safety …; our proposal for Japan, since no profile is known.
CATEGORIES = {
    NoticeKind.WEATHER: "Met",
    NoticeKind.FLOOD: "Met",
    NoticeKind.TSUNAMI: "Geo",
    NoticeKind.EARTHQUAKE: "Geo",
    NoticeKind.VOLCANO: "Geo",
}
ORDERS = {
    5: ("Shelter", "Immediate", "Extreme", "Likely"),
    4: ("Evacuate", "Immediate", "Severe", "Likely"),
    3: ("Prepare", "Expected", "Moderate", "Likely"),
}
# The weather service warns and orders nothing: people are asked to prepare, or to shelter where it is late.
WARNINGS = {
    5: ("Shelter", "Immediate", "Extreme", "Likely"),
    4: ("Prepare", "Expected", "Severe", "Likely"),
    3: ("Prepare", "Expected", "Moderate", "Possible"),
    2: ("Monitor", "Future", "Minor", "Possible"),
}
# Outside the scale of levels.
OTHERS = {
    NoticeKind.TSUNAMI: ("Evacuate", "Immediate", "Extreme", "Likely"),
    NoticeKind.EARTHQUAKE: ("Shelter", "Immediate", "Severe", "Observed"),
    NoticeKind.VOLCANO: ("Avoid", "Expected", "Severe", "Likely"),
    NoticeKind.WEATHER: ("Prepare", "Expected", "Moderate", "Likely"),
    NoticeKind.FLOOD: ("Prepare", "Expected", "Moderate", "Likely"),
    NoticeKind.EVACUATION: ("Evacuate", "Immediate", "Severe", "Likely"),
}


@dataclass(frozen=True)
class AreaFacts:
    """An area of a draft as the ledger will draw it; `geometry` is GeoJSON or None where nobody drew the area."""

    key: str
    name: str
    name_en: str
    name_easy: str
    reading: str
    code: str
    geometry: Mapping[str, Any] | None


def cap_facts(kind: str, event: str, level: int | None, *, is_lifted: bool) -> CapFacts:
    """The fields of CAP <info> for this kind of notice; a lifted one is AllClear and Past, and an update, no Cancel."""
    notice = NoticeKind(kind)
    category = CATEGORIES.get(notice, "Safety")
    if is_lifted or notice is NoticeKind.LIFTING:
        return CapFacts(category, event, "AllClear", "Past", "Minor", "Observed")
    by_level = ORDERS if notice is NoticeKind.EVACUATION else WARNINGS
    fields = by_level.get(level or 0) or OTHERS.get(notice, ("Monitor", "Unknown", "Unknown", "Unknown"))
    return CapFacts(category, event, *fields)


def event_name(kind: str, hazard: str, areas: Sequence[AreaLevel]) -> str:
    """What it is called in one word: the official word of the highest area, else the kind of notice."""
    highest = max(areas, key=lambda area: area.level or 0, default=None)
    if highest is not None and highest.notice:
        return highest.notice
    return str(Hazard(hazard).label if hazard else NoticeKind(kind).label)


def area_mark(area: AreaLevel, facts: AreaFacts) -> AreaMark:
    """The area as it is called and drawn today, for the record."""
    return AreaMark(
        key=area.key,
        name=facts.name,
        name_en=facts.name_en,
        name_easy=facts.name_easy,
        reading=facts.reading,
        code=facts.code,
        level=area.level,
        notice=area.notice,
        notice_en=BOOKS["en"].find(f"notice.{area.notice}") or "",
        notice_easy=BOOKS["ja-easy"].find(f"notice.{area.notice}") or "",
        polygon=outer_rings(facts.geometry),
    )


def outer_rings(geometry: Mapping[str, Any] | None) -> tuple[Ring, ...]:
    """The outlines of an area, simplified and rounded, the largest pieces first; none where nobody drew it.

    An area never vanishes: where simplifying leaves nothing, its outline stays as it was.
    """
    if geometry is None:
        return ()
    whole = geo.polygon_of(geometry)
    for tolerance in (TOLERANCE_DEGREES, TOLERANCE_DEGREES * 4, TOLERANCE_DEGREES * 16):
        rings = _rings(whole.simplify(tolerance, preserve_topology=True)) or _rings(whole)
        if sum(len(ring) for ring in rings) <= CORNERS_MAX:
            break
    return rings


def _rings(shape: BaseGeometry) -> tuple[Ring, ...]:
    parts = list(shape.geoms) if isinstance(shape, MultiPolygon) else [shape]
    surfaces = sorted((part for part in parts if isinstance(part, Polygon)), key=lambda part: -part.area)
    rings = (_rounded(part) for part in surfaces[:RINGS_MAX])
    return tuple(ring for ring in rings if len(ring) >= 4)


def _rounded(part: Polygon) -> Ring:
    points: list[tuple[float, float]] = []
    for x, y, *_height in part.exterior.coords:
        point = (round(x, DECIMALS), round(y, DECIMALS))
        if not points or points[-1] != point:
            points.append(point)
    return tuple(points)


def wordings(texts: Mapping[str, Mapping[str, str]]) -> tuple[Wording, ...]:
    """The texts of a draft, Japanese first; a language without a title is left out rather than sent half empty."""
    spoken = [language for language in BOOKS if texts.get(language, {}).get("title", "").strip()]
    return tuple(
        Wording(
            language=language,
            title=texts[language]["title"].strip(),
            body=texts[language].get("body", "").strip(),
            short=texts[language].get("short", "").strip() or texts[language]["title"].strip(),
            registers=registers_in(texts[language]),
        )
        for language in spoken
    )


def registers_in(text: Mapping[str, str]) -> dict[str, str]:
    """What a text of a draft or template says for single registers, beside title, body and short form."""
    return {register.value: text[register].strip() for register in Register if text.get(register, "").strip()}


def lifted_notices(areas: Sequence[AreaLevel]) -> dict[str, str]:
    """What a lifting lifts, by slot and language: the levels and words that stood until now, each once.

    `lifted_levels` says the same for machines: `4:避難指示,3:高齢者等避難`.
    """
    standing = sorted((area for area in areas if not area.is_lifted), key=lambda area: -(area.level or 0))
    names = dict.fromkeys((area.level, area.notice) for area in standing)
    return {
        f"lifted_notice{'' if language == 'ja' else '@' + language}": book(language)
        .text("said.comma")
        .join(level_and_word(level, word, language) for level, word in names)
        for language in BOOKS
    } | {"lifted_levels": ",".join(f"{level or ''}:{word}" for level, word in names)}


def highest_level(areas: Iterable[AreaLevel]) -> int | None:
    """The highest level of the areas; None where none has one."""
    return max((area.level for area in areas if area.level), default=None)


def slot_values(
    language: str,
    areas: Sequence[AreaLevel],
    names: Mapping[str, str],
    facts: Mapping[str, str],
) -> dict[str, str]:
    """What the slots of a template are filled with, in this language. `names` are the areas' names in it, by key."""
    comma = book(language).text("said.comma")
    standing = sorted((area for area in areas if not area.is_lifted), key=lambda area: -(area.level or 0))
    top = [area for area in standing if (area.level, area.notice) == (standing[0].level, standing[0].notice)]
    level = standing[0].level if standing else None
    word = standing[0].notice if standing else ""
    return {
        **facts,
        "areas": comma.join(names[area.key] for area in (top or areas)),
        "all_areas": comma.join(names[area.key] for area in areas),
        "area_lines": "\n".join(_area_lines(language, areas, names, comma)),
        "warning": level_and_word(level, word, language),
        "action": action_sentence(level, language),
    }


def _area_lines(language: str, areas: Sequence[AreaLevel], names: Mapping[str, str], comma: str) -> Iterable[str]:
    """One line for each level and word. Where an order has several levels, each says below what its people are to do.

    Only an order: what the weather service warns of orders nobody to do anything.
    """
    several = len({area.level for area in areas if area.level}) > 1
    grouped: dict[tuple[int | None, str], list[str]] = {}
    for area in sorted(areas, key=lambda area: -(area.level or 0)):
        grouped.setdefault((area.level, area.notice), []).append(names[area.key])
    colon = book(language).text("said.colon")
    for (level, notice), members in grouped.items():
        words = level_and_word(level, notice, language)
        yield f"{words}{colon}{comma.join(members)}" if words else comma.join(members)
        if several and notice in ORDER_WORDS.values():
            yield action_sentence(level, language)


def level_and_word(level: int | None, word: str, language: str = "ja") -> str:
    """`警戒レベル4 避難指示`: number and word together; the word alone where there is no level."""
    said = book(language).notice(word)
    return book(language).text("level.inline").format(level=level, word=said).strip() if level else said
