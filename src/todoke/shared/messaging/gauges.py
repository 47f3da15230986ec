"""What `/metrics` says of the ledger. Every count has an end and goes along an index: see todoke.base.health."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection

from todoke.base.clock import now
from todoke.base.health.registry import Gauge, Sample
from todoke.base.jobs.lanes import LANES
from todoke.shared.messaging.models import FollowUp
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import BounceKind, FollowUpReason

RECENT = 10_000
COUNTED_MAX = 10_000

# The newest by their number, which costs the same however long the ledger is.
_RECENT = """
SELECT channel, state, count(*) FROM (
    SELECT channel, state FROM messaging_delivery ORDER BY id DESC LIMIT %s) AS newest GROUP BY 1, 2
"""

# Along the index of what is planned (delivery_due): one look for each lane and channel, each with an end.
_PLACES = "FROM unnest(%s::text[]) AS lane, unnest(%s::text[]) AS channel"
_OF_A_PLACE = "d.state = 'planned' AND d.lane = lane.lane AND d.channel = channel.channel"
_WAITING = f"""
SELECT lane, channel, (
    SELECT count(*) FROM (SELECT 1 FROM messaging_delivery d WHERE {_OF_A_PLACE} LIMIT %s) AS counted) {_PLACES}
"""  # noqa: S608 - put together from the constants above
_OLDEST = f"""
SELECT lane, (SELECT d.due_at FROM messaging_delivery d WHERE {_OF_A_PLACE} ORDER BY d.due_at LIMIT 1) {_PLACES}
"""  # noqa: S608 - put together from the constants above

# Along the index of what is on its way (delivery_on_its_way): never more than all workers hold at once.
_ON_THE_WAY = """
SELECT lane, channel, count(*), min(handed_over_at)
FROM (SELECT lane, channel, handed_over_at FROM messaging_delivery
      WHERE state IN ('leased', 'handed_over') LIMIT %s) AS on_the_way GROUP BY 1, 2
"""


# Along the index of mailings that move and the indexes of their bundles, each with an end.
_COPIES = """
SELECT state, coalesce(sum(found.size), 0) FROM unnest(ARRAY['planned', 'leased']) AS state
LEFT JOIN LATERAL (
    SELECT bundle.size FROM (SELECT id FROM messaging_mailing WHERE ended_at IS NULL ORDER BY id LIMIT 100) AS moving,
    LATERAL (SELECT size FROM messaging_bundle b WHERE b.mailing_id = moving.id AND b.state = state.state LIMIT %s)
        AS bundle) AS found ON true
GROUP BY 1
"""

# Along the index of when a bounce was taken in.
_CAME_BACK = """
SELECT kind, count(*) FROM (
    SELECT kind FROM messaging_bounce WHERE taken_at > %s ORDER BY taken_at DESC LIMIT %s) AS newest GROUP BY 1
"""


def copies_waiting() -> Iterator[Sample]:
    """Copies of the mass lane that wait, and those that workers have in hand."""
    for state, number in _rows(_COPIES, [COUNTED_MAX]):
        yield Sample(float(number), {"state": state})


def recent_deliveries() -> Iterator[Sample]:
    """The newest ten thousand deliveries by channel and state."""
    for channel, state, number in _rows(_RECENT, [RECENT]):
        yield Sample(number, {"channel": channel, "state": state})


def deliveries_waiting() -> Iterator[Sample]:
    """Planned and on the way, by lane and channel; nothing for a lane and channel where nothing is."""
    for lane, channel, number in _rows(_WAITING, [COUNTED_MAX, *_places()]):
        if number:
            yield Sample(number, {"lane": lane, "channel": channel, "state": "planned"})
    for lane, channel, number, _since in _rows(_ON_THE_WAY, [COUNTED_MAX]):
        yield Sample(number, {"lane": lane, "channel": channel, "state": "on_the_way"})


def oldest_deliveries() -> Iterator[Sample]:
    """For how many seconds the oldest delivery of each lane has been due, or been on its way; 0 where none is."""
    at = now()
    oldest = {(lane, state): 0.0 for lane in LANES for state in ("planned", "on_the_way")}
    found = [(lane, "planned", due_at) for lane, due_at in _rows(_OLDEST, _places())]
    found += [(lane, "on_the_way", since) for lane, _channel, _number, since in _rows(_ON_THE_WAY, [COUNTED_MAX])]
    for lane, state, since in found:
        if since is not None:
            oldest[lane, state] = max(oldest[lane, state], (at - since).total_seconds())
    for (lane, state), seconds in oldest.items():
        yield Sample(seconds, {"lane": lane, "state": state})


def follow_ups_open() -> Iterator[Sample]:
    """What waits for a person, by reason."""
    for reason in FollowUpReason:
        waiting = FollowUp.objects.filter(closed_at=None, reason=reason)[:RECENT].count()
        yield Sample(waiting, {"reason": reason.value})


def came_back() -> Iterator[Sample]:
    """What came back within a day, by kind."""
    found = dict(_rows(_CAME_BACK, [now() - timedelta(days=1), COUNTED_MAX]))
    for kind in BounceKind:
        yield Sample(found.get(kind.value, 0), {"kind": kind.value})


def _places() -> list[Any]:
    return [list(LANES), [channel.key for channel in channels]]


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


GAUGES = (
    Gauge(
        "messaging.recent-deliveries",
        f"The newest {RECENT} deliveries by channel and state.",
        recent_deliveries,
        ("channel", "state"),
    ),
    Gauge(
        "messaging.deliveries-waiting",
        f"Deliveries planned or on their way, to {COUNTED_MAX} for each lane and channel.",
        deliveries_waiting,
        ("lane", "channel", "state"),
    ),
    Gauge(
        "messaging.oldest-delivery-seconds",
        "Seconds for which the oldest delivery has been due, or on its way.",
        oldest_deliveries,
        ("lane", "state"),
    ),
    Gauge(
        "messaging.mass-copies",
        "Copies of the mass lane planned, or leased by a worker, of the first 100 mailings that move.",
        copies_waiting,
        ("state",),
    ),
    Gauge(
        "messaging.bounces",
        f"Mails that came back within a day, by kind, to {COUNTED_MAX}.",
        came_back,
        ("kind",),
    ),
    Gauge("messaging.follow-ups", "Deliveries that wait for a person, by reason.", follow_ups_open, ("reason",)),
)
