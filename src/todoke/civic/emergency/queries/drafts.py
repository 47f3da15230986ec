"""Asking about drafts: which there are, what they would say, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from todoke.base.clock import in_japan
from todoke.civic.emergency.models import LIVE, Draft, DraftArea
from todoke.civic.emergency.queries.participants import participants_at
from todoke.civic.emergency.queries.speaking import (
    facts_on_behalf,
    name_on_edition,
    places_of_another,
    speaking_city,
    with_who_speaks,
)
from todoke.civic.emergency.rules import content as rules
from todoke.civic.emergency.rules.additions import matter_of
from todoke.civic.emergency.rules.cancelling import cancelling_texts
from todoke.civic.emergency.rules.composing import COMPOSED, PARTS, composed_texts, with_addition
from todoke.civic.emergency.rules.differences import Piece, text_difference
from todoke.civic.emergency.rules.evacuation import AreaChange, AreaLevel, changes_between
from todoke.civic.emergency.rules.mending import texts_in
from todoke.civic.emergency.rules.notices import LANGUAGES, NoticeKind
from todoke.civic.emergency.rules.rights import READ
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City
from todoke.shared.messaging.channels.phrases import area_name
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.phrasebook import LANGUAGES as SPOKEN
from todoke.shared.messaging.phrasebook import said_at
from todoke.shared.messaging.queries import destinations_for
from todoke.shared.messaging.types import (
    AreaMark,
    Content,
    EditionKind,
    FrozenEdition,
    Mode,
    Reference,
    Register,
)
from todoke.shared.unforeseen.queries import joining


def drafts_for(viewer: Viewer) -> QuerySet[Draft]:
    """Every draft that this viewer may see."""
    if not viewer.may(READ):
        return Draft.objects.none()
    return Draft.objects.select_related(
        "incident", "template", "message", "prepared_from", "newer_telegram", "edition__message",
        "author", "last_editor", "submitted_by", "approved_by", "returned_by", "reviewed_by",
    )  # fmt: skip


def draft_for(viewer: Viewer, pk: int) -> Draft:
    """One draft with everybody who had a hand in it; Draft.DoesNotExist where the viewer may not see it."""
    return drafts_for(viewer).get(pk=pk)


def live_drafts(viewer: Viewer, mode: Mode) -> list[Draft]:
    """Drafts that can still go out, the oldest first, with their areas."""
    return list(
        drafts_for(viewer)
        .filter(mode=mode, state__in=LIVE)
        .prefetch_related("areas__area")
        .order_by("created_at", "pk")
    )


def reviews_open(viewer: Viewer, mode: Mode) -> list[Draft]:
    """What went out on one person's word and has not been reviewed, the oldest first."""
    return list(
        drafts_for(viewer)
        .filter(mode=mode, break_glass=True, reviewed_at=None)
        .order_by("approved_at", "edition__sent_at", "pk")
    )


def area_rows(draft: Draft) -> list[DraftArea]:
    """The areas of a draft with their places, highest level first, polygons left in the database."""
    return list(draft.areas.select_related("area").defer("area__polygon").order_by("-level", "area__order", "pk"))


def as_area_levels(rows: Sequence[DraftArea]) -> list[AreaLevel]:
    """The areas of a draft as values, highest level first, lifted ones last."""
    levels = [AreaLevel(row.area.key, row.area.name, row.level, row.notice) for row in rows]
    return sorted(levels, key=lambda area: (area.is_lifted, -(area.level or 0)))


def edition_areas(edition: Edition | None) -> list[AreaLevel]:
    """The areas of an edition, as it named them."""
    if edition is None:
        return []
    return [AreaLevel(area["key"], area["name"], area["level"], area["notice"]) for area in edition.content["areas"]]


def edition_before(draft: Draft) -> Edition | None:
    """The latest edition before this draft, also one that came while it was being written; None for the first."""
    if draft.message_id is None:
        return None
    earlier = Edition.objects.filter(message=draft.message_id).select_related("message").order_by("-number")
    if draft.edition is not None:
        earlier = earlier.filter(number__lt=draft.edition.number)
    return earlier.first()


def area_names(areas: Sequence[Area], language: str) -> dict[str, str]:
    """What the areas are called in this language, by key; the Japanese name where they have none in it."""
    return {
        area.key: area_name(AreaMark(area.key, area.name, name_en=area.name_en, name_easy=area.name_easy), language)
        for area in areas
    }


def contact_of(city: City | None) -> str:
    """Who answers questions."""
    return f"{city.sender_name or city.name} {city.telephone}".strip() if city else ""


def common_facts(language: str, city: City | None, at: datetime) -> dict[str, str]:
    """The slots that every notice has: who speaks, when, and who answers."""
    return {
        "city": city_name(language, city),
        "time": said_at("said", language, in_japan(at)),
        "contact": contact_of(city),
    }


def city_name(language: str, city: City | None) -> str:
    """What the city is called in this language, in Japanese where it has no such name."""
    if city is None:
        return ""
    return {"ja": "", "ja-easy": city.name_easy}.get(language, city.name_en) or city.name


def content_of(draft: Draft) -> Content:
    """What the draft says, ready to be frozen; ValueError where it has no Japanese text yet."""
    rows = list(draft.areas.select_related("area"))
    levels = {row.area.key: AreaLevel(row.area.key, row.area.name, row.level, row.notice) for row in rows}
    ordered = sorted(levels.values(), key=lambda area: (area.is_lifted, -(area.level or 0)))
    facts = {row.area.key: _area_facts(row.area) for row in rows}
    lifted = bool(ordered) and all(area.is_lifted for area in ordered)
    city, on_behalf = speaking_city(draft.incident), facts_on_behalf(draft.incident)
    texts = with_who_speaks(draft.incident, said_texts(draft, [row.area for row in rows], ordered))
    return Content(
        wordings=rules.wordings(texts),
        areas=tuple(rules.area_mark(area, facts[area.key]) for area in ordered),
        level=rules.highest_level(ordered),
        cap=rules.cap_facts(
            draft.kind,
            rules.event_name(draft.kind, draft.hazard, ordered),
            rules.highest_level(ordered),
            is_lifted=lifted,
        ),
        facts={
            **{key: value for key, value in draft.facts.items() if "@" not in key and value},
            "kind": draft.kind,
            "hazard": draft.hazard,
            "lifted": "yes" if lifted or draft.kind == NoticeKind.LIFTING else "",
            "incident": draft.incident.name,
            "city_en": city.name_en if city else "",
            **on_behalf,
        },
        contact=contact_of(city),
        page=f"/on-behalf/{on_behalf['for_code']}/" if on_behalf else "",
    )


def said_texts(draft: Draft, places: Sequence[Area], areas: Sequence[AreaLevel]) -> dict[str, dict[str, str]]:
    """The texts of a draft in every language: those that people wrote, and the others composed from the same facts.

    Below each stands what an officer added freely; what an officer wrote for one register goes before the template's.
    A cancellation takes back what each language was told.
    """
    if draft.edition_kind == EditionKind.CANCEL:
        before = edition_before(draft)
        told = {each["language"]: each for each in before.content["wordings"]} if before else {}
        others = {language: told[language] for language in COMPOSED if language in told}
        taken_back = cancelling_texts(others, before.sent_at) if before else {}
        return {**draft.texts, **taken_back}
    at = datetime.fromisoformat(draft.facts["reported_at"]) if draft.facts.get("reported_at") else draft.edited_at
    city = speaking_city(draft.incident)
    composed = {
        language: composed_texts(
            language,
            kind=draft.kind,
            hazard=draft.hazard,
            areas=areas,
            names=area_names(places, language),
            facts={**common_facts(language, city, at), **draft.facts},
        )
        for language in COMPOSED
    }
    mended = texts_in(draft.mended)
    return {
        language: {
            **text,
            "body": with_addition(language, text.get("body", ""), draft.addition),
            **mended.get(language, {}),
        }
        for language, text in {**draft.texts, **composed}.items()
    }


def _area_facts(area: Area) -> rules.AreaFacts:
    return rules.AreaFacts(area.key, area.name, area.name_en, area.name_easy, area.reading, area.code, area.polygon)


def audience_of(draft: Draft, at: datetime) -> list[Destination]:
    """Whom the draft would reach now, as the ledger will plan it.

    All that serve its areas and take its mode, less those left out; whoever was told before hears the next edition
    too, and so do those who take part in the drill at addresses of their own. A cancellation goes to all who may have
    been told, and to no others.
    """
    if draft.edition_kind == EditionKind.CANCEL:
        known = Delivery.objects.filter(message=draft.message_id).values("destination")
        return list(Destination.objects.filter(pk__in=known).order_by("channel", "key"))
    excluded = set(draft.excluded)
    wanted = {place.pk: place for place in possible_audience(draft, at) if place.key not in excluded}
    if draft.message_id is not None:
        told = Delivery.objects.filter(message=draft.message_id, handed_over_at__isnull=False).values("destination")
        wanted |= {place.pk: place for place in Destination.objects.filter(pk__in=told)}
    wanted |= {place.pk: place for place in joining(matter_of(draft.pk), draft.message_id, at=at)}
    if Mode(draft.mode).is_drill:
        wanted |= {place.pk: place for place in participants_at(draft.incident_id, at)}
    return sorted(wanted.values(), key=lambda place: (place.channel, place.key))


def possible_audience(draft: Draft, at: datetime) -> list[Destination]:
    """Every destination that serves the areas of the draft and takes its mode, also those left out."""
    areas = [row.area for row in draft.areas.select_related("area").defer("area__polygon")]
    others = places_of_another(draft, areas)
    if others is not None:
        return [place for place in others if place.expires_at is None or place.expires_at > at]
    return destinations_for(areas, Mode(draft.mode), at=at)


def as_edition(draft: Draft, content: Content, at: datetime) -> FrozenEdition:
    """The edition that this draft would become, for renderings: nothing of it is stored."""
    city = speaking_city(draft.incident)
    earlier = (
        list(Edition.objects.filter(message=draft.message_id).order_by("number"))
        if draft.message_id is not None
        else []
    )
    key = str(draft.message.key) if draft.message else "00000000-0000-0000-0000-000000000000"
    return FrozenEdition(
        identifier=f"todoke.{city.code if city else '000000'}.draft{draft.pk}",
        message_key=key,
        number=draft.after_number + 1,
        kind=EditionKind(draft.edition_kind),
        mode=Mode(draft.mode),
        content=content,
        sent_at=at.replace(microsecond=0),
        expires_at=draft.expires_at,
        sender=(city.cap_sender if city else "") or "todoke",
        city=name_on_edition(draft.incident),
        references=tuple(Reference(edition.identifier, edition.sent_at) for edition in earlier),
        note=draft.note,
    )


@dataclass(frozen=True)
class RegisterChange:
    """A text for one register that a person wrote for this edition, changed, or put back to the automatic one."""

    language: str
    register: Register
    is_mended: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Difference:
    """What a draft changes: area by area, the sentences of each language that are not the same, and which of title,
    body and short text they stand in, and the texts that officers mended in either of the two."""

    before: Edition
    areas: tuple[AreaChange, ...]
    texts: tuple[tuple[str, tuple[Piece, ...]], ...]
    parts: tuple[tuple[str, str], ...] = ()
    registers: tuple[RegisterChange, ...] = ()


def difference_of(draft: Draft) -> Difference | None:
    """How the draft differs from the edition it follows; None for the first."""
    before = edition_before(draft)
    if before is None:
        return None
    old = {wording["language"]: wording for wording in before.content["wordings"]}
    rows = area_rows(draft)
    said = said_texts(draft, [row.area for row in rows], as_area_levels(rows))
    texts, parts = [], []
    for language in LANGUAGES:
        was, now = old.get(language, {}), said.get(language, {})
        parts += [(language, part) for part in PARTS if was.get(part, "").strip() != now.get(part, "").strip()]
        pieces = text_difference(
            f"{was.get('title', '')}\n{was.get('body', '')}", f"{now.get('title', '')}\n{now.get('body', '')}"
        )
        if any(piece.change != "same" for piece in pieces):
            texts.append((language, tuple(pieces)))
    changes = changes_between(edition_areas(before), as_area_levels(rows))
    return Difference(before, tuple(changes), tuple(texts), tuple(parts), _register_changes(draft, before))


def _register_changes(draft: Draft, before: Edition) -> tuple[RegisterChange, ...]:
    earlier = Draft.objects.filter(edition=before).first()
    was, now = texts_in(earlier.mended if earlier else {}), texts_in(draft.mended)
    changed = []
    for language in SPOKEN:
        for register in Register:
            old, new = was.get(language, {}).get(register, ""), now.get(language, {}).get(register, "")
            if old != new:
                changed.append(RegisterChange(language, register, bool(new), tuple(text_difference(old, new))))
    return tuple(changed)
