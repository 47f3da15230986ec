"""Asking about telegrams and about the feeds they come from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from todoke.base import clock
from todoke.civic.emergency import telegrams
from todoke.civic.emergency.models import Feed, Telegram
from todoke.civic.emergency.telegrams import AreaWarning
from todoke.ground.files import actions as files
from todoke.ground.places.queries import areas_by_codes


def reading_of(telegram: Telegram) -> telegrams.Telegram:
    """What this telegram says, read again from the bytes that were kept (about a millisecond).

    Raises NotATelegram for a quarantined one, files.Damaged when the bytes are gone.
    """
    return telegrams.read(files.read(telegram.document), telegram.file_name)


def telegrams_waiting() -> list[Telegram]:
    """Interpreted telegrams about this city for which nothing has been prepared yet, in the order of their arrival."""
    return list(Telegram.objects.filter(preparation=Telegram.Preparation.WAITING).order_by("pk"))


def latest_telegrams(limit: int = 50) -> list[Telegram]:
    """What came in, the newest first: interpreted or not, quarantined or repeated."""
    return list(Telegram.objects.order_by("-received_at", "-pk")[:limit])


def codes_in_city(areas: Iterable[AreaWarning]) -> set[tuple[str, str]]:
    """Those (scheme, code) of these rows that mean an area of this city; one query for each scheme."""
    wanted: dict[str, set[str]] = {}
    for area in areas:
        wanted.setdefault(area.scheme, set()).add(area.code)
    return {(scheme, code) for scheme, codes in wanted.items() for code in areas_by_codes(scheme, codes)}


@dataclass(frozen=True)
class FeedHealth:
    """How fresh a feed is: `age` since it last answered (None: never), and what is the matter (empty: nothing)."""

    address: str
    age: timedelta | None
    newest_entry_age: timedelta | None
    trouble: str


def feed_healths() -> list[FeedHealth]:
    """Every feed with its age, for the desk and the doctor."""
    now = clock.now()
    return [
        FeedHealth(
            feed.address,
            now - feed.answered_at if feed.answered_at else None,
            now - feed.newest_entry_at if feed.newest_entry_at else None,
            feed.trouble,
        )
        for feed in Feed.objects.all()
    ]
