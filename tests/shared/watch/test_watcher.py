"""The watch at work: one thing that hangs holds up nothing else, and several watches share what there is."""

import threading
import time

import pytest
from django.db import connections

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import make_destination
from tests.shared.watch.conftest import states
from todoke.base.clock import now
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import TryLater
from todoke.shared.watch.models import Probe, ReadBack, Route, Trouble
from todoke.shared.watch.registry import Sighting
from todoke.shared.watch.watcher import Round, Watch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hanging(transactional_db):
    """Something that hangs until the test is over; what hung has ended before the tables are emptied."""
    free = threading.Event()

    def hang() -> str:
        free.wait(10)
        return "おそい"

    yield hang
    free.set()
    for thread in threading.enumerate():
        if thread.name.startswith(("probe ", "look ")):
            thread.join(10)


def refuse() -> str:
    raise TryLater("相手が接続を断りました。")


def test_one_route_that_hangs_holds_up_no_other(plain, reader, hanging) -> None:
    make_destination("one")
    plain.ways = {"a": hanging, "b": lambda: "応答しました", "c": refuse}
    began, watch = time.monotonic(), Round()

    watch.make(at=now())
    took = time.monotonic() - began
    watch.wait(1)

    assert took < 1
    assert dict(Route.objects.values_list("name", "ok")) == {"経路 a": None, "経路 b": True, "経路 c": False}
    # And the one that hangs is not begun a second time, however long its claim has lapsed.
    Route.objects.update(due_at=now(), claimed_until=None)
    watch.make(at=now())
    assert sum(thread.name == "probe tests.plain/a" for thread in threading.enumerate()) == 1


def test_a_reader_that_hangs_holds_up_no_probe_and_has_a_bounded_number_of_threads(
    officers, plain, reader, hanging, sent
) -> None:
    sent(*(f"place{number}" for number in range(9)), at=now())
    plain.ways = {"": lambda: "応答しました"}
    reader.answer = lambda: Sighting(False, hanging())
    watch = Round()

    watch.make(at=now())
    watch.make(at=now())
    deadline = time.monotonic() + 5
    while not Probe.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    assert Probe.objects.get().ok
    assert sum(thread.name == "look tests.reader" for thread in threading.enumerate()) == 4


def test_a_fault_is_a_trouble_and_its_end_is_seen(plain, reader, monkeypatch) -> None:
    make_destination("one")
    plain.ways = {"": refuse}
    watch = Round()
    for _ in range(2):
        Route.objects.update(due_at=now())
        watch.make(at=now())
        assert watch.wait(5)
    assert Trouble.objects.get().says == "相手が接続を断りました。"

    plain.ways = {"": lambda: "応答しました"}
    Route.objects.update(due_at=now())
    # A process takes a fresh look at the ways every fifteen seconds; a new one at once.
    watch = Round()
    watch.make(at=now())
    assert watch.wait(5)

    assert Trouble.objects.get().ended_at is not None


def test_several_watches_side_by_side_do_nothing_twice(officers, plain, reader, sent) -> None:
    sent("one", "two", "three", at=now())
    calls: list[str] = []
    lock = threading.Lock()

    def counted(name: str):
        def way() -> str:
            with lock:
                calls.append(name)
            return "応答しました"

        return way

    plain.ways = {name: counted(name) for name in "abcdef"}
    watches, ready = [Round() for _ in range(4)], threading.Barrier(4)

    def make(watch: Round) -> None:
        ready.wait(5)
        watch.make(at=now())
        connections.close_all()

    makers = [threading.Thread(target=make, args=(watch,)) for watch in watches]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(10)
    assert all(watch.wait(5) for watch in watches)

    assert sorted(calls) == list("abcdef")
    assert len(reader.looked) == ReadBack.objects.count() == Delivery.objects.count() == 3
    assert states() == ["confirmed"] * 3


def test_the_watch_ends_within_a_moment_when_it_is_told_to(plain, reader, hanging) -> None:
    make_destination("one")
    plain.ways = {"": hanging}
    stop = threading.Event()

    def accompany() -> None:
        Watch().run("emergency", stop)
        connections.close_all()

    thread = threading.Thread(target=accompany)
    thread.start()
    deadline = time.monotonic() + 5
    while not Route.objects.exclude(claimed_until=None).exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    stop.set()
    thread.join(2)

    assert not thread.is_alive()


def test_a_database_error_inside_a_probe_is_seen_in_the_log(plain, reader, caplog, monkeypatch) -> None:
    from todoke.shared.watch.actions import probing

    make_destination("one")
    monkeypatch.setattr(probing, "write_down", lambda *_a, **_k: 1 / 0)
    watch = Round()

    watch.make(at=now())
    assert watch.wait(5)

    assert [record.message for record in caplog.records] == ["watch_broke_off"]
    assert ledger.make_city().pk == 1
