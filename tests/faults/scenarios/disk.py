"""The disk under TODOKE_VAR is full: no public file and no mark can be written, and alerts leave all the same."""

from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.workshop import Workshop, at_rest, seconds, states

# The largest file that the worker may write (setrlimit(2)): smaller than any of ours, so every write fails with EFBIG.
FILE_BYTES = 16


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """The same send twice, on a host with room and on one without."""
    cluster, sink = workshop.cluster(), workshop.sink()
    house = workshop.house(cluster, sink=sink)
    took, marks = {}, {}
    for name, limit in (("with room", "0"), ("full", str(FILE_BYTES))):
        worker = workshop.begin(house, "worker", f"--file-bytes={limit}", name=name.replace(" ", "-"))
        before = sum(states(house).values())
        workshop.do(house, "release", str(size.deliveries))
        took[name] = at_rest(house, 120 + size.deliveries / 25, expected=before + size.deliveries)
        workshop.end(worker)
        marks[name] = (house.var / "tide.json").read_bytes()

    ended = states(house)
    return [
        Figure("deliveries that were lost", 2 * size.deliveries - ended.get("accepted", 0), goal=0, facts=ended),
        Figure("at rest, with room", seconds(took["with room"]), "s"),
        Figure("at rest, full", seconds(took["full"]), "s", goal=seconds(took["with room"]) * 1.5 + 10),
        Figure("sent twice", sum(count - 1 for count in sink.keys().values()), goal=0),
        Figure("marks that could be written on the full disk", int(marks["full"] != marks["with room"]), goal=0),
    ]


SCENARIO = Scenario("disk", "Disk full under TODOKE_VAR", run)
