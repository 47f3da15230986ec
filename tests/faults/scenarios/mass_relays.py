"""Relays that accept and drop, answer 4xx and 5xx, hang, and speak garbage, in the midst of a mass send."""

import random

from tests.faults.mass import MassHouse
from tests.faults.scenario import FULL, Figure, Scenario, Size
from tests.faults.workshop import Workshop
from tests.shared.messaging.channels.relay import ScriptedRelay
from todoke.shared.messaging.types import RecipientState as State

# Out of a thousand commands, how often which trouble.
TROUBLES = {
    ScriptedRelay.BREAK: 4,
    ScriptedRelay.HANG: 0.5,
    "%%% this is no reply %%%": 2,
    "421 4.3.2 closing": 4,
    "451 4.3.0 later": 8,
    "452 4.5.3 too many": 4,
    "550 5.7.1 not today": 2,
}


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Two relays, both as bad as that."""
    readers, bundle, reply_seconds = (20_000, 200, 2.0) if size == FULL else (600, 50, 0.5)
    chance = random.Random(451)

    def badly(command: str, _number: int) -> str | None:
        if command not in ("MAIL", "RCPT", "DATA", ".", "EHLO"):
            return None
        kinds, weights = [None, *TROUBLES], [1000 - sum(TROUBLES.values()), *TROUBLES.values()]
        return chance.choices(kinds, weights)[0]

    with ScriptedRelay(badly) as first, ScriptedRelay(badly, pipelining=False) as second:
        mass = MassHouse(workshop, [first, second], readers)
        with mass.workers(2, bundle=bundle, reply_seconds=reply_seconds):
            mass.do("release")
            rest = mass.rest(60 + readers / 20)
    states, arrived = mass.states(), mass.arrived()
    repeats = sum(number - 1 for number in arrived.values())
    settled = states[State.ACCEPTED] + states[State.REFUSED] + states[State.UNKNOWN]
    return [
        Figure("recipients without an end", readers - settled, goal=0),
        Figure("accepted, and never arrived", max(0, states[State.ACCEPTED] - len(arrived)), goal=0),
        Figure("refused for good by a relay", states[State.REFUSED], goal=readers * 0.05),
        Figure("unknown: refused after a copy that may have arrived", states[State.UNKNOWN], goal=readers * 0.01),
        Figure("mails that came twice, with the same Message-ID", repeats, goal=mass.allowed_repeats()),
        Figure("at rest", rest, "s", goal=60 + readers / 20),
    ]


SCENARIO = Scenario("mass-relays", "Relays that drop, refuse, hang and speak garbage in a mass send", run)
