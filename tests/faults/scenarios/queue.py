"""All tables of the queue are emptied while there is work: the ledger knows what is to be done."""

from tests.faults.cluster import wait_until
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.workshop import Workshop, at_rest, seconds, states

WIPE = "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers CASCADE"


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """Once before any worker has seen a job, once in mid-send, and once more for an alert that comes afterwards."""
    cluster, sink = workshop.cluster(), workshop.sink()
    house = workshop.house(cluster, sink=sink)
    workshop.do(house, "release", str(size.deliveries))
    jobs = house.ask("SELECT count(*) FROM procrastinate_jobs")[0][0]
    house.ask(WIPE)
    worker = workshop.begin(house, "worker")
    first = wait_until(lambda: sink.arrivals, 60, "the first delivery leaves without a job")
    wait_until(lambda: len(sink.arrivals) > size.deliveries / 3, 120, "a third has left")
    house.ask(WIPE)
    before = len(sink.arrivals)
    again = wait_until(lambda: len(sink.arrivals) > before, 60, "sending goes on")
    workshop.do(house, "release", str(size.deliveries))
    house.ask(WIPE)
    rest = at_rest(house, 60 + size.deliveries / 25, expected=2 * size.deliveries)
    workshop.end(worker)

    ended = states(house)
    return [
        Figure("jobs that were wiped before anybody saw them", jobs, goal=1, at_least=True),
        Figure("first delivery left after the worker's start", round(first, 1), "s", goal=60),
        Figure("sending went on after a wipe in mid-send", round(again, 1), "s", goal=60),
        Figure("everything at rest after the last wipe", seconds(rest), "s", goal=60 + size.deliveries / 25),
        Figure("deliveries that were lost", 2 * size.deliveries - ended.get("accepted", 0), goal=0, facts=ended),
        Figure("sent twice", sum(count - 1 for count in sink.keys().values()), goal=0),
    ]


SCENARIO = Scenario("queue", "Queue tables wiped", run)
