"""A replica that runs behind is promoted: acknowledged rows are lost, as happens without synchronous replication.

This is what docs/running warns of. The house must notice, must hold what could be repeated unseen, and must go on.
"""

import os
import signal
import time

from tests.faults.cluster import wait_until
from tests.faults.inside_names import KEYED, KEYLESS
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.workshop import Workshop, at_rest, states

BEHIND_SECONDS = 7  # longer than from one mark of the tide to the next


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Stop the replication in mid-send, kill the primary some seconds later, and promote what is left."""
    primary = workshop.cluster()
    replica = workshop.replica_of(primary, name="replica", wal_receiver_timeout="60s")
    # Slow enough that the send is still going on when the primary dies.
    sink = workshop.sink(pause_seconds=200 / size.deliveries)
    house = workshop.house(primary, replica, sink=sink)
    workshop.do(house, "release", str(size.deliveries))
    worker = workshop.begin(house, "worker")
    wait_until(lambda: len(sink.arrivals) > size.deliveries / 10, 120, "a tenth has left")
    [(sender,)] = primary.ask("SELECT pid FROM pg_stat_replication")
    os.kill(sender, signal.SIGSTOP)
    lost_from = len(sink.arrivals)
    time.sleep(BEHIND_SECONDS)
    unseen = len(sink.arrivals) - lost_from

    primary.kill()
    replica.promote()
    wait_until(lambda: house.ask("SELECT 1 FROM backup_setback"), 60, "the loss is found")
    workshop.do(house, "release", "2")
    rest = at_rest(house, 120 + size.deliveries / 25, expected=size.deliveries + 2)
    workshop.end(worker)

    ended = states(house)
    kinds = [kind for (kind,) in house.ask("SELECT kind FROM backup_setback")]
    fresh = house.ask(
        "SELECT count(*) FROM messaging_delivery d JOIN messaging_edition e ON e.id = d.edition_id"
        " WHERE d.state = 'accepted' AND e.id = (SELECT max(id) FROM messaging_edition)"
    )[0][0]
    return [
        Figure("sent, and unknown to the new primary", unseen, goal=1, at_least=True),
        Figure("losses that were found", kinds.count("tail"), goal=1, at_least=True, facts={"kinds": kinds}),
        Figure("sent twice without a key", sink.repeats(KEYLESS), goal=0),
        Figure("repeated with the same key", sink.repeats(KEYED), goal=unseen + 8),
        Figure("held for a person", ended.get("unknown", 0), goal=1, at_least=True, facts=ended),
        Figure("of a new alert left at once", fresh, goal=2, at_least=True),
        Figure("still moving at the end", int(rest is None), goal=0),
    ]


SCENARIO = Scenario("lossy_failover", "Replica that ran behind is promoted", run)
