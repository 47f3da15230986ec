"""`kill -9` of workers at random points of a mass send, over and over; one of them, on another host, lives."""

import random
import threading
import time
from itertools import pairwise

from tests.faults.mass import MassHouse
from tests.faults.scenario import FULL, Figure, Scenario, Size
from tests.faults.workshop import Workshop
from tests.shared.messaging.channels.relay import ScriptedRelay
from todoke.shared.messaging.types import RecipientState as State

WORKERS = 4
REST_SECONDS = 60
# As in messaging/carriers.py: what a worker holds at once, and how often it writes down what became of it.
BUNDLES_IN_HAND, WRITTEN_EVERY_SECONDS = 4, 0.3


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Kill until the kills are done; then count what was lost, what came twice, and how long it took to go on."""
    readers, kills, bundle, pause = (100_000, 1000, 200, 0.06) if size == FULL else (400, 8, 20, 0.06)
    arrivals: list[float] = []

    def slowly(command: str, _number: int) -> None:
        if command == ".":
            time.sleep(pause)
            arrivals.append(time.monotonic())

    with ScriptedRelay(slowly) as relay:
        mass = MassHouse(workshop, [relay], readers)
        chance = random.Random(1000)
        killed: list[float] = []
        with mass.workers(WORKERS, bundle=bundle) as workers:
            mass.do("release")
            _wait(lambda: bool(arrivals), 60)
            while len(killed) < kills and not mass.has_ended():
                time.sleep(chance.uniform(0, 0.8))
                victims = workers.victims()
                if victims:
                    chance.choice(victims).kill()
                    killed.append(time.monotonic())
            rest = mass.rest(REST_SECONDS + readers * pause / WORKERS)
    states, arrived = mass.states(), mass.arrived()
    repeats = sum(number - 1 for number in arrived.values())
    # What a worker had sent and not yet written down, and the copy in its hands, in each of its bundles.
    in_flight = BUNDLES_IN_HAND * (WRITTEN_EVERY_SECONDS / pause + 2)
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]
    return [
        Figure("kills", len(killed), goal=kills, at_least=True),
        Figure("readers without their mail", readers - len(arrived), goal=0),
        Figure("recipients not accepted at the end", readers - states[State.ACCEPTED], goal=0),
        Figure("mails that came twice, with the same Message-ID", repeats, goal=round(len(killed) * in_flight)),
        Figure("… of those that the ledger says may have come twice", repeats, goal=mass.allowed_repeats()),
        Figure("longest time in which nothing arrived", round(max(gaps), 1), "s", goal=60),
        Figure("at rest after the last kill", rest, "s", goal=REST_SECONDS + readers * pause / WORKERS),
    ]


def _wait(condition, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        threading.Event().wait(0.05)


SCENARIO = Scenario("mass-kills", "Workers killed at random points of a mass send", run)
