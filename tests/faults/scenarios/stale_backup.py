"""A backup of seven days ago is restored: by `todoke restore`, and by an operator who puts a snapshot back."""

import shutil

from tests.faults.cluster import Cluster, wait_until
from tests.faults.scenario import Figure, Scenario, Size
from tests.faults.sink import Sink
from tests.faults.workshop import Workshop, at_rest
from tests.houses import House

SECRET = "k" * 60
DAYS_AGO = 7
# Alive for two weeks: without our doing, every one of them would leave.
HOURS = 14 * 24


def run(workshop: Workshop, size: Size) -> list[Figure]:
    """A week ago deliveries were planned; since then they have been sent. Then the database of then comes back."""
    return [*_by_command(workshop, size), *_by_snapshot(workshop, size)]


def _house(workshop: Workshop) -> tuple[Cluster, Sink, House]:
    cluster, sink = workshop.cluster(), workshop.sink(pause_seconds=0.005)
    house = workshop.house(cluster, sink=sink)
    house.more["TODOKE_BACKUP_KEY"] = SECRET
    return cluster, sink, house


def _plan_a_week_ago(workshop: Workshop, house: House, size: Size) -> None:
    a_week_ago = house.ask(f"SELECT now() - interval '{DAYS_AGO} days'")[0][0].isoformat()
    # Half of them are over by now, half are still alive.
    workshop.do(house, "release", str(size.deliveries), "--at", a_week_ago, "--hours", str(HOURS))
    workshop.do(house, "release", str(size.deliveries), "--at", a_week_ago, "--hours", "24")


def _send_all(workshop: Workshop, house: House, size: Size) -> None:
    worker = workshop.begin(house, "worker")
    at_rest(house, 120 + size.deliveries / 25, expected=2 * size.deliveries)
    workshop.end(worker)


def _by_command(workshop: Workshop, size: Size) -> list[Figure]:
    cluster, sink, house = _house(workshop)
    _plan_a_week_ago(workshop, house, size)
    file = house.var / "week-old.backup"
    house.run("backup", str(file))
    _send_all(workshop, house, size)
    sent = len(sink.arrivals)

    house.run("restore", "--replace", str(file))
    # A host that was never at work, so that only what the restore itself did protects.
    return _after(workshop, workshop.house(cluster, sink=sink), sink, sent, "restored by the command")


def _by_snapshot(workshop: Workshop, size: Size) -> list[Figure]:
    cluster, sink, house = _house(workshop)
    # The host has been at work before.
    worker = workshop.begin(house, "worker")
    wait_until(lambda: house.ask("SELECT 1 FROM backup_tidemark WHERE number > 1"), 60, "the tide has risen")
    workshop.end(worker)
    _plan_a_week_ago(workshop, house, size)
    house.ask(f"UPDATE backup_tidemark SET ticked_at = now() - interval '{DAYS_AGO} days'")
    cluster.stop()
    snapshot = Cluster(workshop.folder / "snapshot")
    snapshot.copy_from(cluster)
    cluster.start()
    _send_all(workshop, house, size)
    sent = len(sink.arrivals)

    cluster.stop()
    shutil.rmtree(cluster.data)
    cluster.copy_from(snapshot)
    shutil.rmtree(snapshot.folder)
    cluster.start()
    return _after(workshop, house, sink, sent, "put back as a snapshot")


def _after(workshop: Workshop, house: House, sink: Sink, sent: int, how: str) -> list[Figure]:
    """Work for a while, then release something new: only that may have left."""
    worker = workshop.begin(house, "worker")
    expected = house.ask("SELECT count(*) FROM messaging_delivery")[0][0]
    at_rest(house, 60, expected=expected)
    stale = len(sink.arrivals) - sent
    workshop.do(house, "release", "2")
    at_rest(house, 30, expected=expected + 2)
    workshop.end(worker)
    asked = house.ask("SELECT count(*) FROM messaging_followup WHERE closed_at IS NULL")[0][0]
    held = house.ask("SELECT count(*) FROM messaging_delivery WHERE state = 'unknown'")[0][0]
    return [
        Figure(f"stale sends, {how}", stale, goal=0, facts={"sent before": sent, "held": held}),
        Figure(f"deliveries of before that wait for a person, {how}", asked, goal=1, at_least=True),
        Figure(f"new alert left at once, {how}", len(sink.arrivals) - sent - stale, goal=2, at_least=True),
    ]


SCENARIO = Scenario("stale_backup", "Restore of a seven-day-old backup", run)
