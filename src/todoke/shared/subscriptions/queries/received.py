"""What went to the subscribers lately, and what of it somebody with these choices would have got."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import FrozenEdition, Mode, Reach
from todoke.shared.subscriptions.audience import BIRTH_MONTH, KEY
from todoke.shared.subscriptions.queries.topics import AreaLines, area_lines
from todoke.shared.subscriptions.types import Choices

FEEDS = "messaging.feeds"
LOOKED_AT_MAX = 500


@dataclass(frozen=True)
class Sent:
    """One edition as it went out."""

    edition: FrozenEdition
    released_at: datetime


def would_have_got(choices: Choices, *, since: datetime) -> list[Sent]:
    """Every edition since then that these choices would have brought, newest first; at most 500 are looked at."""
    lines = area_lines()
    return [sent for sent in _sent(since, (KEY,), ()) if concerns(sent.edition, choices, lines)]


def public_of(topics: Iterable[str], areas: Iterable[str], *, since: datetime) -> list[FrozenEdition]:
    """What everybody may read of these topics and areas, newest first: what went into the feeds or to subscribers.

    No topic is every topic, no area the whole city.
    """
    wanted, places, lines = set(topics), tuple(areas), area_lines()
    found = [sent.edition for sent in _sent(since, (KEY,), (FEEDS,)) if BIRTH_MONTH not in sent.edition.content.facts]
    return [
        edition
        for edition in found
        if (not wanted or wanted.intersection(edition.content.topics))
        and (not places or any(_is_there(edition, area, lines) for area in places))
    ]


def concerns(edition: FrozenEdition, choices: Choices, lines: AreaLines) -> bool:
    """Whether the audience would count somebody with these choices in; the same rule as its query."""
    content = edition.content
    if month := content.facts.get(BIRTH_MONTH):
        return any(born.isoformat()[:7] == month for born in choices.birth_months)
    return any(
        (not content.topics or set(content.topics) & set(place.topics)) and _is_there(edition, place.area, lines)
        for place in choices.places
    )


def _is_there(edition: FrozenEdition, area: str, lines: AreaLines) -> bool:
    named = {mark.key for mark in edition.content.areas}
    if not named or not area:
        return True
    return any(area == key or area in lines.get(key, ()) or key in lines.get(area, ()) for key in named)


def _sent(since: datetime, addresses: Iterable[str], channels: Iterable[str]) -> list[Sent]:
    """Editions in earnest that went to the public by one of these ways, each once, newest first."""
    rows = Delivery.objects.filter(mode=Mode.ACTUAL, reach=Reach.PUBLIC, edition__released_at__gte=since)
    ours = rows.filter(destination__address__in=list(addresses)) | rows.filter(channel__in=list(channels))
    editions = {
        delivery.edition_id: delivery.edition
        for delivery in ours.select_related("edition__message").order_by("-edition__released_at")[:LOOKED_AT_MAX]
    }
    return [Sent(edition.frozen(), edition.released_at) for edition in editions.values()]
