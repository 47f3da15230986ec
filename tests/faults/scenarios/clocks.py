"""Three workers, one of them five minutes ahead and one five minutes behind.

The other side is slow, so that a worker that believes its own clock would take away what its neighbours are sending.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.faults.inside_names import KEYED, KEYLESS
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.workshop import Workshop, at_rest, seconds, states

WRONG = {"ahead": "300", "right": "0", "behind": "-300"}
AHEAD = timedelta(seconds=12)


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Deliveries that are due in some seconds, and others that expire within the five minutes."""
    count = max(60, size.deliveries // 20)
    cluster, sink = workshop.cluster(), workshop.sink(pause_seconds=1.0)
    house = workshop.house(cluster, sink=sink)
    due = datetime.now(UTC) + AHEAD
    # They live four minutes: five minutes ahead they would have expired already, and five behind never begun.
    workshop.do(house, "release", str(count), "--due", due.isoformat(), "--hours", str(4 / 60))
    workers = [workshop.begin(house, "worker", f"--clock={offset}", name=name) for name, offset in WRONG.items()]
    rest = at_rest(house, 120 + count, expected=count)
    for worker in workers:
        workshop.end(worker)

    ended = states(house)
    times = sorted(arrival.at - due.timestamp() for arrival in sink.arrivals)
    said = [(house.var / f"{name}.err").read_text().count("host_clock_is_wrong") for name in ("ahead", "behind")]
    earliest = round(times[0], 2) if times else 1e9
    return [
        Figure("nothing left before it was due: earliest", earliest, "s", goal=0, at_least=True),
        Figure("nor much after: earliest", earliest, "s", goal=5),
        Figure("everything at rest", seconds(rest), "s", goal=120 + count),
        Figure("deliveries that were lost or expired early", count - ended.get("accepted", 0), goal=0, facts=ended),
        Figure("sent twice without a key", sink.repeats(KEYLESS), goal=0),
        Figure("repeated with the same key", sink.repeats(KEYED), goal=0),
        Figure(
            "workers that took part",
            len({arrival.worker for arrival in sink.arrivals}),
            goal=3,
            at_least=True,
            facts=dict(Counter(arrival.worker for arrival in sink.arrivals)),
        ),
        Figure("wrong hosts that said so", sum(bool(count) for count in said), goal=2, at_least=True),
    ]


SCENARIO = Scenario("clocks", "Host clocks wrong by ±5 minutes", run)
