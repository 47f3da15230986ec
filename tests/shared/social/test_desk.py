"""The whole way: released, dispatched over HTTP to the simulated networks, corrected, cancelled, held back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.editions import edition
from tests.shared.messaging.ledger import HOUR, NIGHT, first, following
from tests.shared.social.city import make_account, make_place, make_quota, make_section
from tests.shared.social.house import SITE
from tests.sign_in import make_staff
from todoke.base.registry import Registry
from todoke.base.sealing import seal
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Attempt, Delivery
from todoke.shared.messaging.registry import MessageKind
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.types import DeliveryState, EditionKind, Never
from todoke.shared.social.actions import desk as desks
from todoke.shared.social.actions.desk import LedgerDesk
from todoke.shared.social.actions.register import SEAL_CONTEXT
from todoke.shared.social.channels.x import XChannel
from todoke.shared.social.models import Held
from todoke.shared.social.queries import last_used, meters_of

NOTICE = MessageKind("tests.notice", "お知らせ", "normal")


@pytest.fixture
def kinds(monkeypatch):
    registry = Registry("tests.kinds")
    registry.register(ledger.KIND)
    registry.register(NOTICE)
    monkeypatch.setattr(release, "kinds", registry)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))


@pytest.fixture
def officers(db, kinds):
    ledger.make_city()
    # Of the section that may post on the account.
    make_section()
    return make_staff(section="koho"), make_staff(section="koho")


@pytest.fixture
def x(simulator, monkeypatch):
    channel = XChannel(desk=LedgerDesk(), site=SITE, simulator=simulator.address, simulated=True)
    monkeypatch.setattr(dispatch, "channels", ledger.channels_of(channel))
    return channel


@pytest.fixture
def account(db):
    return make_account()


def carry(at=NIGHT, lane="emergency") -> Delivery:
    """One attempt at what is due, as a worker makes it."""
    (claimed,) = dispatch.claim(lane, "social.x", limit=1, at=at)
    errand = dispatch.hand_over(claimed, worker="here:1", at=at)
    assert errand is not None
    dispatch.settle(errand, dispatch.send(errand, "social.x"), at=at, chance=0.5)
    return Delivery.objects.get(pk=claimed.delivery_id)


def ordinary(place):
    """A notice by two people of the account's own section; an alert may come from anybody."""
    own = make_staff(section="koho"), make_staff(section="koho")
    return replace(first(own, place), message_kind=NOTICE.key)


def test_a_cancellation_finds_by_its_receipt_what_the_first_edition_left_there(officers, x, account, simulator):
    place = make_place()
    told = release.release(first(officers, place), at=NIGHT)
    carry()

    release.release(following(told, EditionKind.CANCEL, place), at=NIGHT + HOUR)
    delivery = carry(NIGHT + HOUR)

    wrong, notice = simulator.posts("x")
    assert delivery.state == DeliveryState.ACCEPTED
    assert wrong.deleted_at
    assert notice.text.startswith("【取消】")


def test_a_try_in_doubt_that_x_has_already_is_accepted_at_the_second_try(officers, x, account, simulator):
    release.release(first(officers, make_place()), at=NIGHT)
    simulator.fault("x", Fault(FaultKind.SWALLOW, calls=1))

    doubtful = carry()
    settled = carry(NIGHT + HOUR)

    assert doubtful.state == DeliveryState.PLANNED
    assert settled.state == DeliveryState.ACCEPTED
    assert "すでに受け付けて" in settled.reason
    assert len(simulator.posts("x")) == 1


def test_an_account_that_is_not_in_the_register_posts_nothing(officers, x, simulator):
    release.release(first(officers, make_place()), at=NIGHT)

    delivery = carry()

    assert delivery.state == DeliveryState.FAILED
    assert "アカウント台帳にありません" in delivery.reason
    assert simulator.posts("x") == []


def test_a_closed_account_posts_nothing(officers, x, account, simulator):
    account.closed_date = account.opened_date
    account.save()
    release.release(first(officers, make_place()), at=NIGHT)

    assert "閉鎖した" in carry().reason
    assert simulator.posts("x") == []


def test_the_last_use_is_that_of_the_ledger(officers, x, account):
    release.release(first(officers, make_place()), at=NIGHT)
    before = last_used([account])

    carry()

    assert before == {}
    assert last_used([account]) == {account.pk: NIGHT}


@pytest.fixture
def noon(monkeypatch):
    monkeypatch.setattr(desks, "now", lambda: NIGHT + timedelta(minutes=30))


def test_an_ordinary_notice_leaves_the_reserve_alone_and_the_order_goes(officers, x, account, noon, simulator):
    make_quota(account, limit=2, reserve_percent=50)
    place = make_place()
    release.release(first(officers, place), at=NIGHT)
    carry()

    release.release(ordinary(place), at=NIGHT)
    held = carry(NIGHT + timedelta(minutes=30), lane="normal")
    release.release(first(officers, place), at=NIGHT + timedelta(minutes=31))
    order = carry(NIGHT + timedelta(minutes=31))

    assert held.state == DeliveryState.FAILED
    assert "24時間の上限2件のうち1件を使いました。1件は命に関わる情報のために残す" in held.reason
    assert order.state == DeliveryState.ACCEPTED
    assert len(simulator.posts("x")) == 2
    (row,) = Held.objects.all()
    assert row.is_dropped
    assert row.reason == held.reason


def test_a_notice_that_can_wait_waits_and_goes_when_an_old_post_leaves_the_window(
    officers, x, account, monkeypatch, simulator
):
    make_quota(account, "quarter-hour", limit=1, reserve_percent=0)
    place = make_place()
    release.release(first(officers, place), at=NIGHT)
    carry()
    release.release(ordinary(place), at=NIGHT + timedelta(minutes=1))

    monkeypatch.setattr(desks, "now", lambda: NIGHT + timedelta(minutes=1))
    waiting = carry(NIGHT + timedelta(minutes=1), lane="normal")
    monkeypatch.setattr(desks, "now", lambda: NIGHT + timedelta(minutes=16))
    gone = carry(NIGHT + timedelta(minutes=16), lane="normal")

    assert waiting.state == DeliveryState.PLANNED
    assert waiting.due_at >= NIGHT + timedelta(minutes=15)
    assert gone.state == DeliveryState.ACCEPTED
    assert Held.objects.count() == 0
    assert len(simulator.posts("x")) == 2


def test_a_try_in_doubt_counts_as_used_and_a_refused_one_does_not(officers, x, account, simulator):
    make_quota(account)
    release.release(first(officers, make_place()), at=NIGHT)
    simulator.fault("x", Fault(FaultKind.ANSWER, status=429, calls=1))
    carry()
    refused = meters_of(account, NIGHT + HOUR)[0].used

    simulator.fault("x", Fault(FaultKind.SWALLOW, calls=1))
    carry(NIGHT + HOUR)

    assert refused == 0
    assert meters_of(account, NIGHT + HOUR * 2)[0].used == 1
    key = Attempt.objects.latest("number").key
    assert meters_of(account, NIGHT + HOUR * 2, but=key)[0].used == 0


def test_the_quota_of_a_drills_twin_is_not_that_of_the_account(officers, x, account):
    make_quota(account)
    make_place("x-drill", address="simulator:@aoba_bosai", reach="simulator")

    assert meters_of(account, NIGHT)[0].used == 0


def test_a_secret_is_read_from_the_variable_that_the_register_names(account, settings):
    settings.SOCIAL_SECRETS = {"TODOKE_SOCIAL_SECRET_X": '{"token": "abc", "token_secret": "def"}'}

    assert LedgerDesk().secret("social.x", "@aoba_bosai") == {"token": "abc", "token_secret": "def"}


def test_a_sealed_secret_is_opened(account):
    account.secret_name, account.sealed_secret = "", seal(b"plain-token", context=SEAL_CONTEXT)
    account.save()

    assert LedgerDesk().secret("social.x", "@aoba_bosai") == {"token": "plain-token"}


def test_a_missing_secret_names_its_variable(account, settings):
    settings.SOCIAL_SECRETS = {}

    with pytest.raises(Never, match="TODOKE_SOCIAL_SECRET_X"):
        LedgerDesk().secret("social.x", "@aoba_bosai")


def test_a_secret_that_was_altered_is_not_used(account):
    account.secret_name, account.sealed_secret = "", seal(b"x", context=b"elsewhere")
    account.save()

    with pytest.raises(Never, match="鍵を開けません"):
        LedgerDesk().secret("social.x", "@aoba_bosai")


def test_outside_the_ledger_no_quota_is_asked(account):
    make_quota(account, limit=1, reserve_percent=0)

    LedgerDesk().allow("social.x", "@aoba_bosai", edition(), None, key="none")

    assert Held.objects.count() == 0
