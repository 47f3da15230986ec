"""Reading what the watch knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.types import FrozenEdition
from todoke.shared.watch.models import ReadBack, ReadBackState, Route, Trouble
from todoke.shared.watch.rules import Standing, standing_of

READ = "watch.read"
EDITIONS_SHOWN = 20
TROUBLES_SHOWN = 20


@dataclass(frozen=True)
class RouteSeen:
    """A route with its standing at one moment, and its open trouble."""

    route: Route
    standing: Standing
    trouble: Trouble | None


def routes_for(viewer: Viewer, *, at: datetime) -> list[RouteSeen]:
    """Every route that is watched, those that need somebody first; two queries."""
    if not viewer.may(READ):
        return []
    open_troubles = {
        trouble.route_id: trouble for trouble in Trouble.objects.filter(ended_at=None).select_related("seen_by")
    }
    seen = [
        RouteSeen(route, standing_at(route, at), open_troubles.get(route.pk))
        for route in Route.objects.filter(is_watched=True)
    ]
    return sorted(seen, key=lambda one: (list(_BY_URGENCY).index(one.standing), one.route.channel, one.route.key))


def standing_at(route: Route, at: datetime) -> Standing:
    """How a route stands at this moment."""
    return standing_of(ok=route.ok, failures=route.failures, probed_at=route.probed_at, at=at)


_BY_URGENCY = (Standing.BAD, Standing.STALE, Standing.DOUBTFUL, Standing.NEVER_TRIED, Standing.GOOD)


def channels_in_trouble(viewer: Viewer) -> dict[str, str]:
    """The channels of which a route does not work now, with what the other side said; one query."""
    if not viewer.may(READ):
        return {}
    found = Trouble.objects.filter(ended_at=None, route__is_watched=True).order_by("-began_at")
    return dict(found.values_list("route__channel", "says"))


def past_troubles(viewer: Viewer) -> list[Trouble]:
    """The latest troubles that have ended, newest first."""
    if not viewer.may(READ):
        return []
    found = Trouble.objects.exclude(ended_at=None).select_related("route", "seen_by")
    return list(found.order_by("-began_at")[:TROUBLES_SHOWN])


@dataclass(frozen=True)
class EditionReadBack:
    """What became of looking for one edition, by channel: `seen`, `missed`, `waiting`, `dropped` destinations."""

    edition: FrozenEdition
    channels: list["ChannelReadBack"]


@dataclass(frozen=True)
class ChannelReadBack:
    """What became of looking for one edition on one channel. `says` is the word of the worst of them."""

    channel: str
    by_state: dict[ReadBackState, int]
    says: str

    @property
    def state(self) -> ReadBackState:
        """The worst of them."""
        return next(state for state in _WORST_FIRST if self.by_state.get(state))


_WORST_FIRST = (ReadBackState.MISSED, ReadBackState.WAITING, ReadBackState.DROPPED, ReadBackState.SEEN)


def read_backs_for(viewer: Viewer) -> list[EditionReadBack]:
    """The newest editions that were looked for, newest first, channel by channel; two queries."""
    if not viewer.may(READ):
        return []
    newest = ReadBack.objects.order_by("-edition").values_list("edition", flat=True).distinct()[:EDITIONS_SHOWN]
    rows = (
        ReadBack.objects.filter(edition__in=list(newest)).select_related("edition__message").order_by("-edition", "id")
    )
    by_edition: dict[int, list[ReadBack]] = {}
    for row in rows:
        by_edition.setdefault(row.edition_id, []).append(row)
    return [EditionReadBack(group[0].edition.frozen(), _by_channel(group)) for group in by_edition.values()]


def _by_channel(rows: Iterable[ReadBack]) -> list[ChannelReadBack]:
    found: dict[str, list[ReadBack]] = {}
    for row in rows:
        found.setdefault(row.channel, []).append(row)
    seen = []
    for channel, group in sorted(found.items()):
        counts = {state: sum(row.state == state for row in group) for state in ReadBackState}
        worst = next(state for state in _WORST_FIRST if counts[state])
        seen.append(ChannelReadBack(channel, counts, next(row.says for row in group if row.state == worst)))
    return seen


@dataclass(frozen=True)
class Summary:
    """The watch in three numbers for the staff's home: routes, those that are not known to work, editions not found."""

    routes: int
    troubled: int
    missed: int


def summary_for(viewer: Viewer, *, at: datetime, since: datetime) -> Summary | None:
    """The summary, with read-backs that missed since then; None for who may not see it."""
    if not viewer.may(READ):
        return None
    routes = list(Route.objects.filter(is_watched=True))
    troubled = sum(standing_at(route, at) in (Standing.BAD, Standing.STALE, Standing.DOUBTFUL) for route in routes)
    missed = ReadBack.objects.filter(state=ReadBackState.MISSED, ended_at__gte=since).count()
    return Summary(len(routes), troubled, missed)
