"""The measuring side of channels.py: a process of its own, with the running house's database."""

import json
from collections import Counter
from typing import Any

from bench._alert_inside import alert, first_attempts, wait_for
from bench._house import line
from todoke.shared.messaging.models import Delivery, Edition

ROUNDS = 6
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
    ):
        print(json.dumps(measured, ensure_ascii=False), flush=True)


def accepted_by(edition: Edition, channel: str) -> list[float]:
    """Seconds from approval until each delivery on this channel was accepted; nothing while one is on its way."""
    settled = list(Delivery.objects.filter(edition=edition, channel=channel).values_list("state", "settled_at"))
    if not settled or any(state not in SETTLED for state, _at in settled):
        return []
    return [(at - edition.released_at).total_seconds() for _state, at in settled if at]


def waiting(edition: Edition) -> bool:
    """Whether anything but the mailings to everybody is still on its way."""
    moving = Delivery.objects.filter(edition=edition, state__in=["planned", "leased", "handed_over"])
    return moving.exclude(channel__endswith="-each").exists()


def at_least(name: str, value: int, goal: int, **more: Any) -> dict[str, Any]:
    """A count that must be reached."""
    return {"name": name, "value": value, "unit": "count", "goal": goal, "holds": value >= goal, **more}


if __name__ == "__main__":
    main()
