"""The database crashes in the midst of a mass send and stays away; workers keep what they know in hand."""

import time

from tests.faults.cluster import wait_until
from tests.faults.mass import MassHouse
from tests.faults.scenario import FULL, Figure, Scenario, Size
from tests.faults.workshop import Workshop
from tests.shared.messaging.channels.relay import ScriptedRelay
from todoke.shared.messaging.types import RecipientState as State


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Crash it when a third has left."""
    readers, bundle, pause = (50_000, 200, 0.01) if size == FULL else (600, 20, 0.02)

    def slowly(command: str, _number: int) -> None:
        if command == ".":
            time.sleep(pause)

    with ScriptedRelay(slowly) as relay:
        mass = MassHouse(workshop, [relay], readers)
        with mass.workers(2, bundle=bundle):
            mass.do("release")
            wait_until(lambda: len(relay.taken) > readers / 3, 300, "a third has left")
            mass.cluster.stop("immediate")
            time.sleep(size.outage_seconds)
            arrived_before = len(relay.taken)
            mass.cluster.start()
            went_on = wait_until(lambda: len(relay.taken) > arrived_before, 90, "sending goes on")
            rest = mass.rest(120 + readers * pause)
    states, arrived = mass.states(), mass.arrived()
    repeats = sum(number - 1 for number in arrived.values())
    return [
        Figure("readers without their mail", readers - len(arrived), goal=0),
        Figure("recipients not accepted at the end", readers - states[State.ACCEPTED], goal=0),
        Figure("mails that came twice, with the same Message-ID", repeats, goal=mass.allowed_repeats()),
        Figure("sending went on after the database was back", round(went_on, 1), "s", goal=60),
        Figure("at rest after the database was back", rest, "s", goal=120 + readers * pause),
    ]


SCENARIO = Scenario("mass-outage", "Database crash and outage in the midst of a mass send", run)
