"""Asking about notices: which there are, what they would say, and to whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from todoke.civic.notices.models import Notice, Template
from todoke.civic.notices.rules import content as rules
from todoke.civic.notices.rules.rights import LANE, MESSAGE_KIND, READ
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import City
from todoke.ground.places.queries import area_tree, areas_by_key, the_city
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.queries import destinations_for
from todoke.shared.messaging.types import Content, EditionKind, FrozenEdition, Mode, Reference
from todoke.shared.subscriptions.models import Topic


def notices_for(viewer: Viewer) -> QuerySet[Notice]:
    """Every notice that this viewer may see, newest first."""
    if not viewer.may(READ):
        return Notice.objects.none()
    return Notice.objects.select_related(
        "section", "message", "edition__message", "author", "last_editor", "submitted_by", "approved_by", "returned_by"
    )


def notice_for(viewer: Viewer, pk: int) -> Notice:
    """One notice with everybody who had a hand in it; Notice.DoesNotExist where the viewer may not see it."""
    return notices_for(viewer).get(pk=pk)


def sections_where(viewer: Viewer, permission: str) -> list[Section]:
    """The sections in which this viewer holds a right."""
    return list(Section.objects.filter(key__in=[key for held, key in viewer.grants if held == permission]))


def templates_in_use(viewer: Viewer) -> list[Template]:
    """The templates that are offered now."""
    return list(Template.objects.filter(is_active=True)) if viewer.may(READ) else []


def topic_names(keys: Iterable[str], language: str = "ja") -> dict[str, str]:
    """What these topics are called, by key, in their order; those that are no longer offered too."""
    return {topic.key: topic.name_in(language) for topic in Topic.objects.filter(key__in=list(keys))}


def area_names(keys: Sequence[str], language: str = "ja") -> dict[str, str]:
    """What these areas are called, by key; one that is gone is left out."""
    own = {"en": "name_en", "ja-easy": "name_easy"}.get(language, "name")
    places = areas_by_key(keys)
    return {key: getattr(places[key], own) or places[key].name for key in keys if key in places}


@dataclass(frozen=True)
class Picked:
    """What was ticked: keys of topics, areas and destinations that are there."""

    topics: tuple[str, ...]
    areas: tuple[str, ...]
    destinations: tuple[str, ...]


def known_keys(topics: Sequence[str], areas: Sequence[str], destinations: Sequence[str]) -> Picked:
    """Those of these keys that the city has, each once and in its order."""
    places = Destination.objects.filter(key__in=destinations).values_list("key", flat=True)
    return Picked(
        topics=tuple(topic_names(topics)),
        areas=tuple(area.key for area in sorted(areas_by_key(areas).values(), key=lambda area: (area.order, area.key))),
        destinations=tuple(places),
    )


def offered_destinations(area_keys: Iterable[str], at: datetime) -> list[Destination]:
    """Every destination that takes ordinary notices for these areas; without areas, all of them."""
    areas = list(areas_by_key(area_keys).values()) or [node.area for node in area_tree()]
    return destinations_for(areas, Mode.ACTUAL, at=at, lane=LANE)


def destinations_of(notice: Notice, at: datetime) -> list[Destination]:
    """Where the notice would go now, as the ledger will plan it.

    Those chosen that still take it; whoever was told before hears the next edition too, and a cancellation goes to all
    who may have been told, and to no others.
    """
    if notice.cancels:
        known = Delivery.objects.filter(message=notice.message_id).values("destination")
        return list(Destination.objects.filter(pk__in=known).order_by("channel", "key"))
    chosen = set(notice.destinations)
    wanted = {place.pk: place for place in offered_destinations(notice.areas, at) if place.key in chosen}
    if notice.message_id is not None:
        told = Delivery.objects.filter(message=notice.message_id, handed_over_at__isnull=False).values("destination")
        wanted |= {place.pk: place for place in Destination.objects.filter(pk__in=told)}
    return sorted(wanted.values(), key=lambda place: (place.channel, place.key))


def contact_of(notice: Notice, city: City | None) -> str:
    """Who answers questions: the section, and the city's telephone."""
    return f"{city.name if city else ''}{notice.section.name} {city.telephone if city else ''}".strip()


def content_of(notice: Notice) -> Content:
    """What the notice says, ready to be frozen; ValueError where it has no Japanese text yet."""
    places = areas_by_key(notice.areas)
    areas = [
        rules.AreaName(area.key, area.name, area.name_en, area.name_easy, area.code, area.reading)
        for area in (places[key] for key in notice.areas if key in places)
    ]
    return rules.content(notice.texts, areas, notice.topics, contact_of(notice, the_city()))


def as_edition(notice: Notice, content: Content, at: datetime) -> FrozenEdition:
    """The edition that this notice would become, for its renderings: nothing of it is stored."""
    city = the_city()
    earlier = Edition.objects.filter(message=notice.message_id).order_by("number") if notice.message_id else []
    return FrozenEdition(
        identifier=f"todoke.{city.code if city else '000000'}.notice{notice.pk}",
        message_key=str(notice.message.key if notice.message else notice.key),
        number=notice.after_number + 1,
        kind=EditionKind(notice.edition_kind),
        mode=Mode.ACTUAL,
        content=content,
        sent_at=(notice.send_at or at).replace(microsecond=0),
        expires_at=notice.expires_at,
        sender=(city.cap_sender if city else "") or "todoke",
        city=city.name if city else "",
        references=tuple(Reference(edition.identifier, edition.sent_at) for edition in earlier),
        note=notice.note,
    )


def latest_of(message_key: str) -> Edition | None:
    """The latest edition of a message of this room; None where there is none."""
    found = Edition.objects.filter(message__key=message_key, message__kind=MESSAGE_KIND).select_related("message")
    return found.order_by("number").last()


def texts_of(edition: Edition) -> dict[str, dict[str, str]]:
    """The texts of an edition in the form a notice keeps them."""
    return {
        wording["language"]: {part: wording[part] for part in rules.PARTS} for wording in edition.content["wordings"]
    }


def counts_by_state(viewer: Viewer) -> Mapping[str, int]:
    """How many notices there are in each state."""
    return dict(notices_for(viewer).order_by().values_list("state").annotate(Count("pk")))


def notice_of(viewer: Viewer, edition: Edition) -> Notice:
    """The notice that became this edition; Notice.DoesNotExist where the viewer may not see it."""
    return notices_for(viewer).get(edition=edition)
