"""A mailing that a backup caught in mid-send, and letters to single people, after the restore."""

from datetime import timedelta

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import HOUR, following, make_destination
from tests.shared.messaging.masses import AUDIENCE, CHANNEL, bundle_states, make_contacts, states
from tests.shared.messaging.test_mailings import begin, carry_all, plan
from tests.shared.messaging.test_restored import order
from todoke.base.backup.models import Setback
from todoke.base.backup.setbacks import resume, set_back
from todoke.base.clock import now
from todoke.shared.messaging.actions import bundles, letters, mailings, restored, restored_masses
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.models import Delivery, FollowUp, Letter, Mailing
from todoke.shared.messaging.types import EditionKind, LetterState
from todoke.shared.messaging.types import RecipientState as State

WEEK = timedelta(days=7)


@pytest.fixture
def caught(officers, mass, monkeypatch):
    """A mailing to seven people of a week ago: three are served, three are just leaving, one waits."""
    for module in (restored, restored_masses):
        monkeypatch.setattr(module, "channels", ledger.channels_of(mass))

    def catch(*, lives=2 * WEEK, ago=WEEK) -> Mailing:
        make_contacts(7)
        everybody = make_destination("everybody", CHANNEL, address=AUDIENCE)
        release(order(officers, everybody, lives=lives, at=now() - ago), at=now() - ago)
        mailing = begin(at=now() - ago)
        plan(mailing, at=now() - ago)
        carry_all(mailing, mass, at=now() - ago, limit=1)
        assert bundles.claim(mailings.job_of(mailing.pk), holder=8, at=now() - ago)
        return mailing

    return catch


def work(mailing, mass) -> int:
    """What a mass dispatcher would carry now, its dead forerunner's bundles included."""
    before = len(mass.carried)
    bundles.reopen(dead=[7, 8], at=now())
    for moving in mailings.moving("emergency"):
        carry_all(moving, mass, at=now())
    return len(mass.carried) - before


def test_a_mailing_of_seven_days_ago_goes_no_further_by_itself(caught, mass):
    mailing = caught()

    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")

    assert work(mailing, mass) == 0
    assert states(mailing) == [State.ACCEPTED] * 3 + [State.UNKNOWN] * 4
    assert set(bundle_states(mailing)) == {"done"}
    assert Delivery.objects.get().state == "unknown"
    assert FollowUp.objects.filter(closed_at=None).count() == 1
    mailing.refresh_from_db()
    assert mailing.counts == {"1": 3, "7": 4}


def test_without_the_setback_it_would_have_gone_on(caught, mass):
    mailing = caught()

    assert work(mailing, mass) == 4, "the tests above can fail"


def test_a_mailing_whose_time_is_over_is_ended(caught, mass):
    mailing = caught(lives=24 * HOUR)

    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")

    assert work(mailing, mass) == 0
    assert states(mailing) == [State.ACCEPTED] * 3 + [State.EXPIRED] * 4
    assert Delivery.objects.get().state == "expired"


def test_a_person_has_the_rest_sent_and_nobody_who_was_served(caught, mass):
    mailing = caught()
    setback = set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")
    served = list(mass.carried)

    resume(setback, by="佐藤", at=now(), send=True)
    again = begin(at=now())
    work(again, mass)

    assert again.pk == mailing.pk
    assert states(mailing) == [State.ACCEPTED] * 7
    assert len(mass.carried) == 7
    assert set(mass.carried[:3]) == set(served)


def test_a_cancellation_reaches_whoever_may_have_got_it(caught, mass):
    mailing = caught()
    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")

    made = following(mailing.delivery.edition, EditionKind.CANCEL)
    cancelled = release(type(made)(**{**made.__dict__, "expires_at": now() + HOUR}), at=now())
    plan(begin(at=now()), at=now())
    carry_all(Mailing.objects.get(delivery__edition=cancelled), mass, at=now())

    assert len(mass.who_got(cancelled.identifier)) == 7


@pytest.mark.parametrize("begun", [False, True], ids=["not yet begun", "begun and not planned"])
def test_whoever_was_meant_when_the_backup_was_made_is_not_forgotten(officers, mass, monkeypatch, begun):
    for module in (restored, restored_masses):
        monkeypatch.setattr(module, "channels", ledger.channels_of(mass))
    make_contacts(7)
    everybody = make_destination("everybody", CHANNEL, address=AUDIENCE)
    edition = release(order(officers, everybody, lives=2 * WEEK, at=now() - WEEK), at=now() - WEEK)
    if begun:
        begin(at=now() - WEEK)

    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")
    unknown = states(Mailing.objects.get())
    made = following(edition, EditionKind.CANCEL)
    cancelled = release(type(made)(**{**made.__dict__, "expires_at": now() + HOUR}), at=now())
    plan(begin(at=now()), at=now())
    carry_all(Mailing.objects.get(delivery__edition=cancelled), mass, at=now())

    assert unknown == [State.UNKNOWN] * 7
    assert len(mass.who_got(cancelled.identifier)) == 7
    assert mass.who_got(edition.identifier) == []


def test_after_the_tail_of_a_failover_a_mailing_with_a_key_goes_on(caught, mass):
    mailing = caught(ago=timedelta(seconds=20))

    set_back(Setback.Kind.TAIL, went_back_to=now() - timedelta(seconds=5), seen_until=now(), host="host")

    assert work(mailing, mass) == 4
    assert states(mailing) == [State.ACCEPTED] * 7


def post(key: str, at) -> Letter:
    text = letters.Text("hana@example.jp", "ja", "登録の確認", "https://city.example.jp/c/abc")
    return letters.post(text, key=key, channel="messaging.mail", expires_at=at + 2 * WEEK, at=at)


def test_letters_of_a_week_ago_are_not_sent_and_wiped(db):
    post("tests.request:1", now() - WEEK)
    post("tests.request:2", now() - WEEK)
    letters.claim(seconds=1, at=now() - WEEK)
    Letter.objects.filter(key="tests.request:2").update(state=LetterState.PLANNED, leased_until=None)

    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")

    assert letters.claim(seconds=20, at=now()) == []
    assert {(letter.state, bytes(letter.sealed)) for letter in Letter.objects.all()} == {("unknown", b"")}


def test_letters_go_on_after_a_tail_and_new_ones_after_a_restore(db):
    post("tests.request:1", now() - timedelta(seconds=20))
    set_back(Setback.Kind.TAIL, went_back_to=now(), seen_until=now(), host="host")
    set_back(Setback.Kind.FOUND, went_back_to=now() - WEEK, seen_until=now() - HOUR, host="host")

    assert len(letters.claim(seconds=20, at=now())) == 1
