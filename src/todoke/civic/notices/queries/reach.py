"""Whom a notice would reach: counted before it is sent, in a time that keeps no page waiting."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from todoke.civic.notices.queries.notices import area_names, topic_names
from todoke.civic.notices.rules.rights import SUBSCRIBERS
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.subscriptions.queries.reach import reach
from todoke.shared.subscriptions.types import ReachCounts

log = logging.getLogger(__name__)

# A million subscribers are counted in less than one second. What takes longer is given up: a page that asks for an
# approval must open also on a bad day.
PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class Line:
    """One row of a table of counts: what is counted, how many, and how many of those meant that is, in per cent."""

    name: str
    number: int
    share: int


@dataclass(frozen=True)
class NoticeReach:
    """Subscribers by area, topic, channel and language. `people` are those on the channels that the notice uses,
    `left_out` those who asked for such notices on channels that it does not use. `known` is False where the counting
    took too long; then all numbers are 0 and mean nothing."""

    people: int = 0
    left_out: int = 0
    by_area: tuple[Line, ...] = ()
    by_topic: tuple[Line, ...] = ()
    by_channel: tuple[Line, ...] = ()
    by_language: tuple[Line, ...] = ()
    known: bool = True

    @property
    def reaches_nobody(self) -> bool:
        """Whether it was counted, and nobody is there."""
        return self.known and not self.people


def notice_reach(
    topic_keys: Sequence[str], area_keys: Sequence[str], destinations: Collection[Destination], language: str = "ja"
) -> NoticeReach:
    """Whom a notice with these topics, areas and destinations would reach; without a topic nobody."""
    used = {place.channel for place in destinations if place.address == SUBSCRIBERS}
    if not topic_keys:
        return NoticeReach()
    try:
        with transaction.atomic(), _patience():
            counts = reach(topic_keys, area_keys)
    except OperationalError as trouble:
        if not isinstance(trouble.__cause__, QueryCanceled):
            raise
        log.warning("notice_reach_given_up", extra={"topics": len(topic_keys), "areas": len(area_keys)})
        return NoticeReach(known=False)
    return _in_words(counts, used, language)


@contextmanager
def _patience() -> Iterator[None]:
    """Give up a statement that takes longer; for this transaction only, and within it only in here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE_SECONDS}s"])
        yield
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


def _in_words(counts: ReachCounts, used: Collection[str], language: str) -> NoticeReach:
    people = sum(number for channel, number in counts.by_channel.items() if channel in used)
    whole = _("市全体（地域を選んでいない人）")
    areas = {"": whole, **area_names([key for key in counts.by_area if key], language)}
    tongues: Mapping[str, str] = dict(settings.LANGUAGES)
    return NoticeReach(
        people=people,
        left_out=counts.people - people,
        by_area=_lines(counts.by_area, areas, counts.people),
        by_topic=_lines(counts.by_topic, topic_names(counts.by_topic, language), counts.people),
        by_channel=_lines(counts.by_channel, {key: channel_name(key) for key in counts.by_channel}, counts.people),
        by_language=_lines(counts.by_language, tongues, counts.people),
    )


def _lines(counts: Mapping[str, int], names: Mapping[str, str], whole: int) -> tuple[Line, ...]:
    """The rows, the largest first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        Line(names.get(key, key), number, round(100 * number / whole) if whole else 0)
        for key, number in ordered
        if number
    )


def channel_name(key: str) -> str:
    """What a channel is called on the screen; its key where it is there no more."""
    channel = channels.find(key)
    return str(channel.facts.name) if channel else key
