"""The running dispatcher: threads, bulkheads, and what a hanging channel does to the others."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connections

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import first, make_destination
from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.shared.messaging import dispatcher, waking
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Attempt, Delivery
from todoke.shared.messaging.types import Receipt


@pytest.fixture
def running(transactional_db, monkeypatch):
    """A dispatcher of the emergency lane, stopped at the end. Give it its channels."""
    stop = threading.Event()
    threads = []

    def run() -> None:
        try:
            dispatcher.Dispatcher().run("emergency", stop)
        finally:
            connections.close_all()

    def start(*obedient: ledger.ObedientChannel) -> None:
        registry = ledger.channels_of(*obedient)
        monkeypatch.setattr(dispatch, "channels", registry)
        monkeypatch.setattr(dispatcher, "channels", registry)
        thread = threading.Thread(target=run)
        threads.append(thread)
        thread.start()

    yield start
    stop.set()
    waking.wake()
    for thread in threads:
        thread.join(timeout=5)
        assert not thread.is_alive()


@pytest.fixture
def order(transactional_db, monkeypatch):
    kinds = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    ledger.make_city()
    officers = ledger.make_officers()

    def make(*destinations):
        made = first(officers, *destinations)
        return type(made)(**{**made.__dict__, "expires_at": now() + timedelta(hours=1)})

    return make


def wait_for(condition, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)


def test_a_released_edition_reaches_every_destination(running, order):
    running(ledger.ObedientChannel("tests.plain"))
    places = [make_destination(f"place-{number}") for number in range(10)]

    release.release(order(*places), at=now())
    waking.wake()

    wait_for(lambda: Delivery.objects.filter(state="accepted").count() == 10)


def test_museum_4_a_hanging_channel_holds_up_no_other(running, order):
    let_go = threading.Event()
    hanging = ledger.ObedientChannel("tests.hangs", answer=lambda *_: let_go.wait(20) and Receipt())
    exploding = ledger.ObedientChannel("tests.explodes", answer=lambda *_: 1 / 0, idempotency_key=None)
    plain = ledger.ObedientChannel("tests.plain")
    running(hanging, exploding, plain)
    places = [
        make_destination(f"{channel}-{number}", channel=channel)
        for number in range(6)
        for channel in ("tests.hangs", "tests.explodes", "tests.plain")
    ]

    began = time.monotonic()
    release.release(order(*places), at=now())
    waking.wake()
    wait_for(lambda: Delivery.objects.filter(channel="tests.plain", state="accepted").count() == 6)
    took = time.monotonic() - began

    assert took < 3
    wait_for(lambda: Delivery.objects.filter(channel="tests.explodes", state="unknown").count() == 6)
    assert Delivery.objects.filter(channel="tests.hangs", state="handed_over").count() == hanging.facts.concurrency
    let_go.set()
    wait_for(lambda: Delivery.objects.filter(channel="tests.hangs", state="accepted").count() == 6)


def test_a_bulkhead_replaces_threads_that_never_come_back_up_to_a_limit(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(dispatcher, "channels", ledger.channels_of(ledger.ObedientChannel("tests.plain")))
    monkeypatch.setattr(dispatcher, "deliver", lambda *_: never.wait(10))
    bulkhead = dispatcher.Bulkhead("tests.plain")
    claimed = dispatch.Claim(1, None)

    for _ in range(bulkhead.size):
        bulkhead.take(claimed)
    full = bulkhead.free()
    bulkhead.patience = 0.01
    time.sleep(0.05)
    replaced = bulkhead.free()
    for _ in range(bulkhead.size):
        bulkhead.take(claimed)
    time.sleep(0.05)

    assert (full, replaced, bulkhead.free()) == (0, bulkhead.size, 0)
    never.set()


def test_what_the_other_side_answered_survives_a_database_that_is_away(monkeypatch):
    tries = []

    def settle():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the database is starting up")
        return True

    monkeypatch.setattr(dispatcher.time, "sleep", lambda _: None)

    dispatcher.held_in_hand(settle)

    assert len(tries) == 3


def test_museum_10_a_worker_that_vanishes_loses_no_delivery(running, order, monkeypatch):
    release.release(order(make_destination("page")), at=now())
    monkeypatch.setattr(dispatch, "channels", ledger.channels_of(ledger.ObedientChannel("tests.plain")))
    long_ago = now() - timedelta(minutes=5)
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=now())
    Delivery.objects.filter(pk=claimed.delivery_id).update(leased_until=long_ago)

    running(ledger.ObedientChannel("tests.plain"))

    wait_for(lambda: Delivery.objects.filter(state="accepted").count() == 1)
    assert Attempt.objects.count() == 1
