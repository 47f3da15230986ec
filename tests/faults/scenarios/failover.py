"""The primary is killed in mid-send, and its synchronous replica is promoted.

Beside the send, a clerk releases alerts all the time and notes each one that was acknowledged. What was acknowledged
must be known to the new primary, and must leave.
"""

import time

from tests.faults.cluster import wait_until
from tests.faults.inside_names import KEYED, KEYLESS
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.scenarios.outage import IN_HAND
from tests.faults.workshop import Workshop, at_rest, seconds, states


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Kill it when a third has left; promote after a second, as a site's own tool would."""
    primary = workshop.cluster(synchronous_standby_names="ANY 1 (replica)", synchronous_commit="on")
    replica = workshop.replica_of(primary, name="replica")
    replicated = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
    wait_until(lambda: primary.ask(replicated) == [(1,)], 30, "the replica is synchronous")
    sink = workshop.sink()
    house = workshop.house(primary, replica, sink=sink)
    workshop.do(house, "release", str(size.deliveries))
    clerk = workshop.begin(house, "release-for-ever", name="clerk")
    worker = workshop.begin(house, "worker")
    acknowledged = house.var / "clerk.out"
    wait_until(
        lambda: len(sink.arrivals) > size.deliveries / 3 and len(acknowledged.read_text().split()) > 5,
        120,
        "a third has left",
    )

    primary.kill()
    before = len(acknowledged.read_text().split())
    time.sleep(1)
    replica.promote()
    promoted = time.monotonic()
    again = wait_until(lambda: len(acknowledged.read_text().split()) > before + 5, 60, "the clerk goes on")
    arrived = len(sink.arrivals)
    wait_until(lambda: len(sink.arrivals) > arrived, 60, "sending goes on")
    went_on = time.monotonic() - promoted
    workshop.end(clerk)
    told = acknowledged.read_text().split()
    expected = size.deliveries + 2 * len(told)
    rest = at_rest(house, 120 + size.deliveries / 50, expected=expected)
    workshop.end(worker)

    ended = states(house)
    # The clerk may have been killed between a commit and its note: more editions than notes are no fault.
    known = {identifier for (identifier,) in house.ask("SELECT identifier FROM messaging_edition")}
    planned, unknown = sum(ended.values()), ended.get("unknown", 0)
    told_of = ended.get("accepted", 0) + unknown
    setbacks = house.ask("SELECT count(*) FROM backup_setback")[0][0]
    return [
        Figure("acknowledged alerts that the new primary does not know", len(set(told) - known), goal=0),
        Figure("deliveries that were lost", planned - told_of, goal=0, facts=ended),
        Figure("never arrived, and nobody was asked", max(0, planned - len(sink.keys()) - unknown), goal=0),
        Figure("the clerk could release again after", round(again, 1), "s", goal=15),
        Figure("sending went on after", round(went_on, 1), "s", goal=15),
        Figure("everything at rest after", seconds(rest), "s", goal=120 + size.deliveries / 50),
        Figure("sent twice without a key", sink.repeats(KEYLESS), goal=0),
        Figure("repeated with the same key", sink.repeats(KEYED), goal=IN_HAND),
        Figure("unknown, for a person", unknown, goal=IN_HAND),
        Figure("setbacks that were found, without a loss", setbacks, goal=0),
    ]


SCENARIO = Scenario("failover", "Streaming replica promoted in mid-send", run)
