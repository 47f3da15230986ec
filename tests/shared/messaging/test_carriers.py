"""The running mass dispatcher: threads, several of them at once, deaths, an outage, a channel that is not free."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connections

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import first, make_destination
from tests.shared.messaging.masses import AUDIENCE, CHANNEL, make_contacts
from todoke.base.clock import now
from todoke.shared.messaging import carriers, holder, waking
from todoke.shared.messaging.actions import bundles, release
from todoke.shared.messaging.carriers import Book, MassDispatcher
from todoke.shared.messaging.holder import Holder
from todoke.shared.messaging.models import Bundle, Mailing, Recipient
from todoke.shared.messaging.types import Copy, Fate, Result
from todoke.shared.messaging.types import RecipientState as State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(transactional_db, mass):
    """So many mass dispatchers of the emergency lane, stopped at the end."""
    stop = threading.Event()
    threads = []

    def run() -> None:
        try:
            MassDispatcher().run("emergency", stop)
        finally:
            connections.close_all()

    def start(number: int = 1) -> None:
        for _each in range(number):
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
def send(transactional_db, kinds, mass):
    def make(readers: int) -> None:
        ledger.make_city()
        make_contacts(readers)
        order = first(ledger.make_officers(), make_destination("everybody", CHANNEL, address=AUDIENCE))
        release.release(type(order)(**{**order.__dict__, "expires_at": now() + timedelta(hours=1)}), at=now())
        waking.wake()

    return make


def wait_until(condition, seconds=15):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.02)


def has_ended() -> bool:
    return Mailing.objects.filter(ended_at__isnull=False).exists()


def test_from_release_to_the_end_by_itself(running, send, mass):
    running()
    send(20)

    wait_until(has_ended)

    assert set(Recipient.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert len(mass.carried) == 20


def test_several_dispatchers_do_no_work_twice(running, send, mass):
    mass.fate = lambda copy: time.sleep(0.002) or Fate.ACCEPTED
    running(3)
    send(60)

    wait_until(has_ended)

    assert max(Counter(address for _edition, address in mass.carried).values()) == 1
    assert len(mass.carried) == 60


def test_one_more_that_joins_in_the_midst_and_one_that_leaves_lose_nothing(running, send, mass):
    mass.fate = lambda copy: time.sleep(0.005) or Fate.ACCEPTED
    leaving = threading.Event()
    leaver = threading.Thread(target=lambda: (MassDispatcher().run("emergency", leaving), connections.close_all()))
    leaver.start()
    send(80)
    wait_until(lambda: mass.carried)
    running()
    leaving.set()
    waking.wake()
    leaver.join(timeout=5)

    wait_until(has_ended)

    assert max(Counter(address for _edition, address in mass.carried).values()) == 1
    assert Recipient.objects.filter(state=State.ACCEPTED).count() == 80


def test_a_channel_that_is_not_free_is_given_nothing_until_it_is(running, send, mass):
    mass.free = False
    running()
    send(5)
    wait_until(lambda: Mailing.objects.filter(planned_at__isnull=False).exists())
    time.sleep(0.3)
    assert mass.carried == []

    mass.free = True
    waking.wake()
    wait_until(has_ended)

    assert len(mass.carried) == 5


def test_what_a_dead_worker_held_is_taken_up_when_its_session_is_gone(running, send, mass, monkeypatch):
    monkeypatch.setattr(holder, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(carriers, "TIDY_SECONDS", 0.1)
    dead = Holder()
    assert dead.keep()
    mass.free = False
    running()
    send(3)
    wait_until(Bundle.objects.exists)
    mailing = Mailing.objects.get()
    held = bundles.claim(carriers.mailings.job_of(mailing.pk), holder=dead.number, at=now())
    assert held is not None
    mass.free = True
    time.sleep(0.4)
    assert mass.carried == [], "its session lives, so it is not dead"

    dead.let_go()
    wait_until(has_ended)

    assert len(mass.carried) == 3
    assert Bundle.objects.get().reopened == 1


def test_right_after_its_own_session_began_nobody_calls_anybody_dead(db):
    mine = Holder()
    mine.keep()

    assert mine.dead_among({12345}) == set()
    mine.let_go()


def until(came: Callable[[], bool]) -> None:
    for _each in range(1000):
        if came():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that within ten seconds")


def test_a_holder_whose_session_was_cut_takes_its_lock_again(db, monkeypatch):
    monkeypatch.setattr(holder, "PING_SECONDS", 0.0)
    monkeypatch.setattr(holder, "GRACE_SECONDS", 0.0)
    mine, other = Holder(), Holder()
    assert mine.keep()
    assert other.keep()
    mine._session.close()
    until(lambda: other.dead_among({mine.number}) == {mine.number})  # the server ends the session in its own time

    until(mine.keep)

    assert other.dead_among({mine.number}) == set()
    mine.let_go()
    other.let_go()


def test_results_are_kept_in_hand_while_the_database_is_away_and_written_once():
    away = True
    written: list[Result] = []

    def settle(results):
        if away:
            raise OperationalError
        written.extend(results)

    book = Book(settle)
    for number in range(carriers.PORTION + 5):
        book.report([Result(number, Fate.ACCEPTED)])
    assert written == []
    away = False
    book.write()
    book.write()

    assert [result.contact_id for result in written] == list(range(carriers.PORTION + 5))


def test_what_nothing_was_said_about_may_have_left():
    written: list[Result] = []
    book = Book(written.extend)
    book.report([Result(1, Fate.ACCEPTED)])

    book.report_rest([Copy(1, "a@b", "ja", "t"), Copy(2, "c@d", "ja", "t")], "")
    book.write()

    assert [(result.contact_id, result.fate) for result in written] == [(1, Fate.ACCEPTED), (2, Fate.UNCLEAR)]
    assert book.counted(Fate.UNCLEAR) == 1
