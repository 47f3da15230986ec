"""Trying the routes: which there are, who tries which, and what came of it.

Trying happens between `claim_due` and `write_down`, with no transaction open. Every step takes its rows with `SKIP
LOCKED` or knows its own claim again, so any number of hosts do this side by side, and none of it twice.
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from todoke.base import events
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.probing import Probe as Way
from todoke.shared.messaging.probing import Probed
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Never, Reach, TryLater
from todoke.shared.watch.events import RouteFailed, RouteRecovered
from todoke.shared.watch.models import Probe, Route, Trouble
from todoke.shared.watch.rules import FAILURES_THAT_ARE_TROUBLE, next_probe_at

# Ten seconds for the probe itself, the rest for a busy machine; after that another worker may try.
CLAIM_LASTS = timedelta(seconds=20)
# A channel with more partners than this has them tried in the order of their keys, and the rest not at all.
WAYS_PER_CHANNEL_MAX = 50


@dataclass(frozen=True)
class Claim:
    """One worker's hold on one route."""

    route_id: int
    key: str
    until: datetime


@dataclass(frozen=True)
class Finding:
    """What a probe found."""

    ok: bool
    says: str
    milliseconds: int


def ways_offered(at: datetime) -> dict[str, tuple[str, Way]]:
    """Every way that can be tried now, by the key of its route, with the key of its channel.

    Only of channels that serve an active destination in earnest: nobody is worried by a service that is not used.
    """
    found: dict[str, tuple[str, Way]] = {}
    places = Destination.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), is_active=True)
    for channel in channels:
        if not isinstance(channel, Probed):
            continue
        served = places.filter(channel=channel.key).exclude(reach=Reach.SIMULATOR).order_by("key")
        addresses = [place.as_address() for place in served[:WAYS_PER_CHANNEL_MAX]]
        for way in channel.probes(addresses) if addresses else ():
            key = f"{channel.key}/{way.route}" if way.route else channel.key
            found[key] = (channel.key, way)
    return found


@transaction.atomic
def note_routes(offered: Mapping[str, tuple[str, Way]], *, at: datetime) -> None:
    """Have a row for every way that is offered, and leave alone those that are offered no more."""
    known = {route.key: route for route in Route.objects.order_by("id")}
    for key, (channel, way) in sorted(offered.items()):
        name = str(way.name)[:200]
        route = known.get(key)
        if route is None:
            # Another host may have been quicker.
            Route.objects.bulk_create([Route(key=key, channel=channel, name=name, due_at=at)], ignore_conflicts=True)
        elif (route.name, route.is_watched) != (name, True):
            route.name, route.is_watched = name, True
            route.save(update_fields=["name", "is_watched"])
    gone = [route for key, route in known.items() if key not in offered and route.is_watched]
    for route in gone:
        route.is_watched = False
        route.save(update_fields=["is_watched"])
        _end_trouble(route, at)


@transaction.atomic
def claim_due(keys: list[str], *, limit: int, at: datetime) -> list[Claim]:
    """Take up to `limit` of these routes that are due, so that nobody else tries them."""
    due = (
        Route.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=at), key__in=keys, is_watched=True)
        .filter(due_at__lte=at)
        .order_by("due_at", "id")
        .select_for_update(skip_locked=True)[:limit]
    )
    until = at + CLAIM_LASTS
    claims = [Claim(route.pk, route.key, until) for route in due]
    Route.objects.filter(pk__in=[claim.route_id for claim in claims]).update(claimed_until=until)
    return claims


def try_way(way: Way) -> Finding:
    """Try it. Whatever it raises is what was found: a probe that breaks shows a route that nobody knows to work."""
    began = time.monotonic()
    try:
        ok, says = True, way.try_it()
    except (TryLater, Never) as trouble:
        ok, says = False, trouble.says
    except Exception as error:
        # The class alone: what a library says may name addresses.
        ok, says = False, f"{type(error).__name__}"
    return Finding(ok, says, round((time.monotonic() - began) * 1000))


@transaction.atomic
def write_down(claim: Claim, finding: Finding, *, at: datetime, chance: float | None = None) -> bool:
    """Keep what was found, begin or end a trouble, and say when to try again. False when the claim had lapsed."""
    route = Route.objects.select_for_update().get(pk=claim.route_id)
    if route.claimed_until != claim.until:
        return False
    says = finding.says[:500]
    Probe.objects.create(route=route, at=at, milliseconds=finding.milliseconds, ok=finding.ok, says=says)
    route.probed_at, route.ok, route.says, route.milliseconds = at, finding.ok, says, finding.milliseconds
    route.failures = 0 if finding.ok else route.failures + 1
    route.claimed_until = None
    route.due_at = next_probe_at(at, route.failures, chance=random.random() if chance is None else chance)  # noqa: S311 - spreads load, keeps no secret
    route.save()
    if finding.ok:
        _end_trouble(route, at)
    elif route.failures >= FAILURES_THAT_ARE_TROUBLE:
        _begin_trouble(route, at)
    return True


def _begin_trouble(route: Route, at: datetime) -> None:
    trouble, began = Trouble.objects.get_or_create(
        route=route, ended_at=None, defaults={"began_at": at, "says": route.says}
    )
    if began:
        events.announce(RouteFailed(route=route.key, says=route.says))
    elif trouble.says != route.says:
        trouble.says = route.says
        trouble.save(update_fields=["says"])


def _end_trouble(route: Route, at: datetime) -> None:
    if Trouble.objects.filter(route=route, ended_at=None).update(ended_at=at):
        events.announce(RouteRecovered(route=route.key, says=route.says))
