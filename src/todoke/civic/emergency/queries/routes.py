"""How the routes are: what became of the latest attempts on each channel, and what its latest probe said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Attempt, FollowUp
from todoke.shared.messaging.queries import READ
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Outcome
from todoke.shared.watch.queries import channels_in_trouble

WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class RouteHealth:
    """One channel in the last 24 hours: attempts, how many of them did not work, and what waits for a person.

    `trouble` is what the other side says now, where a probe has found that the channel does not work.
    """

    key: str
    name: str
    attempts: int
    failures: int
    follow_ups: int
    trouble: str = ""

    @property
    def tone(self) -> str:
        """How worried to be: `good`, `attention`, `bad`, or `neutral` where nothing has been tried."""
        if self.follow_ups or self.trouble:
            return "bad"
        if self.failures:
            return "attention"
        return "good" if self.attempts else "neutral"


def route_healths(viewer: Viewer, at: datetime, *, only: set[str] | None = None) -> list[RouteHealth]:
    """Every channel that was used lately, is in trouble, or is in `only`; three queries, nothing for who may not read
    the ledger."""
    if not viewer.may(READ):
        return []
    counts: dict[str, tuple[int, int]] = {
        row["delivery__channel"]: (row["number"], row["failed"])
        for row in Attempt.objects.filter(started_at__gte=at - WINDOW)
        .values("delivery__channel")
        .order_by()
        .annotate(
            number=Count("id"),
            failed=Count("id", filter=Q(outcome__in=[Outcome.LATER, Outcome.NEVER, Outcome.UNCLEAR, Outcome.LAPSED])),
        )
    }
    open_by_channel: dict[str, int] = dict(
        FollowUp.objects.filter(closed_at=None).values_list("delivery__channel").order_by().annotate(number=Count("id"))
    )
    troubles = channels_in_trouble(viewer)
    found = []
    for key in sorted(counts.keys() | open_by_channel.keys() | troubles.keys() | (only or set())):
        if only is not None and key not in only:
            continue
        channel = channels.find(key)
        attempts, failures = counts.get(key, (0, 0))
        name = str(channel.facts.name) if channel else key
        trouble = troubles.get(key, "")
        found.append(RouteHealth(key, name, attempts, failures, open_by_channel.get(key, 0), trouble))
    return found
