"""The measuring side of channels.py: a process of its own, with the running house's database."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench._alert_inside import alert, first_attempts, wait_for
from bench._house import line
from todoke.shared.messaging.models import Delivery, Destination, Edition
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.queries.renderings import renderings_of

ROUNDS = 6
# Their renderings are sheets, laid out as PDF.
ON_PAPER = ("fax.", "paper.")
KINDS_GOAL, PLACES_GOAL = 14, 20
SETTLED = ("accepted", "confirmed")


def main() -> None:
    """Print every measurement as a line of JSON."""
    firsts: list[float] = []
    nodes: list[float] = []
    reached: Counter[str] = Counter()
    places = 0
    for number in range(ROUNDS):
        edition = alert(number)
        firsts += [(at - edition.released_at).total_seconds() for _channel, at in first_attempts(edition).values()]
        nodes += wait_for(lambda edition=edition: accepted_by(edition, "lalert.node"), 60)
        wait_for(lambda edition=edition: not waiting(edition), 120)
        arrived = Delivery.objects.filter(edition=edition, state__in=SETTLED)
        reached.update(set(arrived.values_list("channel", flat=True)))
        places = arrived.count()
    everywhere = sorted(channel for channel, rounds in reached.items() if rounds == ROUNDS)
    for measured in (
        line("approval → first attempt on all channels", firsts, 3.0, percent=95),
        line("approval → accepted by L-Alert's node", nodes, 30.0, percent=99),
        at_least("kinds of channel that took the order every time", len(everywhere), KINDS_GOAL, channels=everywhere),
        at_least("destinations that took the last order", places, PLACES_GOAL),
        rendered("texts", edition, [key for key in sorted(reached) if not key.startswith(ON_PAPER)]),
        rendered("sheets", edition, [key for key in sorted(reached) if key.startswith(ON_PAPER)]),
    ):
        print(json.dumps(measured, ensure_ascii=False), flush=True)


def accepted_by(edition: Edition, channel: str) -> list[float]:
    """Seconds from approval until each delivery on this channel was accepted; nothing while one is on its way."""
    settled = list(Delivery.objects.filter(edition=edition, channel=channel).values_list("state", "settled_at"))
    if not settled or any(state not in SETTLED for state, _at in settled):
        return []
    return [(at - edition.released_at).total_seconds() for _state, at in settled if at]


def rendered(what: str, edition: Edition, keys: Sequence[str]) -> dict[str, Any]:
    """The renderings of one edition for one place of each of these channels, in each of the ten languages."""
    places = [
        Destination(key=first.key, name=first.name, address=first.address, channel=first.channel, language=language)
        for key in keys
        for first in [Destination.objects.filter(deliveries__edition=edition, channel=key).first()]
        if first is not None and not key.endswith("-each")
        for language in LANGUAGES
    ]
    frozen, took = edition.frozen(), []
    for _run in range(5):
        began = time.perf_counter()
        found = renderings_of(frozen, places)
        took.append(time.perf_counter() - began)
    channels = len({place.channel for place in places})
    refused = sum(bool(one.trouble) for one in found)
    name = f"{what}: renderings of one message on {channels} channels × {len(LANGUAGES)} languages"
    return line(name, took, 1.0, percent=50, channels=channels, refused=refused)


def waiting(edition: Edition) -> bool:
    """Whether anything but the mailings to everybody is still on its way."""
    moving = Delivery.objects.filter(edition=edition, state__in=["planned", "leased", "handed_over"])
    return moving.exclude(channel__endswith="-each").exists()


def at_least(name: str, value: int, goal: int, **more: Any) -> dict[str, Any]:
    """A count that must be reached."""
    return {"name": name, "value": value, "unit": "count", "goal": goal, "holds": value >= goal, **more}


if __name__ == "__main__":
    main()
