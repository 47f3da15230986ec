"""The database crashes in mid-send and stays away; then it comes back."""

import time

from tests.faults.cluster import wait_until
from tests.faults.inside_names import KEYED, KEYLESS
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.workshop import Workshop, at_rest, seconds, states

# What one worker has in its hands on one channel at most (ChannelFacts.concurrency).
IN_HAND = 4


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Crash it when a third has left; count what was lost, what came twice, and how long it took to go on."""
    cluster, sink = workshop.cluster(), workshop.sink()
    house = workshop.house(cluster, sink=sink)
    workshop.do(house, "release", str(size.deliveries))
    worker = workshop.begin(house, "worker")
    wait_until(lambda: len(sink.arrivals) > size.deliveries / 3, 120, "a third has left")

    cluster.stop("immediate")
    time.sleep(size.outage_seconds)
    arrived = len(sink.arrivals)
    cluster.start()
    went_on = wait_until(lambda: len(sink.arrivals) > arrived, 60, "sending goes on")
    rest = at_rest(house, 120 + size.deliveries / 50, expected=size.deliveries)
    workshop.end(worker)

    ended = states(house)
    unknown = ended.get("unknown", 0)
    told = ended.get("accepted", 0) + unknown
    return [
        Figure("deliveries that were lost", size.deliveries - told, goal=0, facts=ended),
        Figure("never arrived, and nobody was asked", max(0, size.deliveries - len(sink.keys()) - unknown), goal=0),
        Figure("sending went on after the database was back", round(went_on, 1), "s", goal=15),
        Figure(
            "everything at rest after the database was back",
            seconds(rest),
            "s",
            goal=120 + size.deliveries / 50,
        ),
        Figure("sent twice without a key", sink.repeats(KEYLESS), goal=0),
        Figure("repeated with the same key", sink.repeats(KEYED), goal=IN_HAND),
        Figure("unknown, for a person", unknown, goal=IN_HAND),
    ]


SCENARIO = Scenario("outage", "Database crash and outage in mid-send", run)
