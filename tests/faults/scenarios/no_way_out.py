"""The town hall is cut off: what stands inside is served at once, what lies outside waits, and what is over stays.

A day of it stands in tests/shared/messaging/test_cut_off.py on a clock of its own; here the line is really dead.
"""

import time

from tests.faults.cluster import wait_until
from tests.faults.inside_names import KEYED, KEYLESS
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.workshop import Workshop, at_rest, seconds, states

INSIDE, OUTSIDE = KEYLESS, KEYED
# The ladder's longest wait, with what chance adds to it, and a try.
BACK_SECONDS = 340


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Two alerts: one is over before the line is back, the other is not."""
    half = size.deliveries // 2
    cluster, inside, outside = workshop.cluster(), workshop.sink(), workshop.sink()
    outside.cut()
    house = workshop.house(cluster, sink=inside, outside=outside)
    # Through the tries of all that stands outside, four at a time; each waits for a line that says nothing.
    over_after = max(size.outage_seconds, half * 3 / 4 / 4)
    worker = workshop.begin(house, "worker")
    workshop.do(house, "release", str(size.deliveries), "--hours", str(over_after / 3600))
    workshop.do(house, "release", str(size.deliveries), "--hours", "6")
    served = wait_until(lambda: len(inside.arrivals) >= 2 * half, 120 + half / 10, "everything inside is served")
    time.sleep(max(0, over_after - served))
    wait_until(lambda: states(house).get("expired", 0) >= half, 60, "what is over is given up")

    outside.mend()
    rest = at_rest(house, BACK_SECONDS + half, expected=2 * size.deliveries)
    workshop.end(worker)

    ended = states(house)
    return [
        Figure("places inside served while the line was dead", len(inside.keys()), goal=2 * half, at_least=True),
        Figure("the last of them after", seconds(served), "s"),
        Figure("left after it was over", len(outside.keys()) - half, goal=0),
        Figure("still valid, and left when the line was back", len(outside.keys()), goal=half, at_least=True),
        Figure("given up because it was over, for a person to see", ended.get("expired", 0), goal=half, at_least=True),
        Figure("everything at rest after the line was back", seconds(rest), "s", goal=BACK_SECONDS + half),
        Figure("sent twice", sum(count - 1 for sink in (inside, outside) for count in sink.keys().values()), goal=0),
    ]


SCENARIO = Scenario("no-way-out", "The town hall cut off from everything outside", run)
