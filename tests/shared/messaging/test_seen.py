"""A reader's word on a delivery."""

from datetime import timedelta

import pytest

from tests.shared.messaging.ledger import NIGHT, first, make_destination
from todoke.ground.audit.models import Entry
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions import dispatch, followups
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.actions.seen import confirm_seen, report_unseen
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.types import Receipt, TryLater

pytestmark = pytest.mark.django_db
LATER = NIGHT + timedelta(minutes=3)


@pytest.fixture
def sent(officers, plain):
    """A delivery after its attempt, which ends as the test says."""

    def after(outcome) -> Delivery:
        release(first(officers, make_destination("one")), at=NIGHT)
        if outcome is not None:
            (claim,) = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
            dispatch.settle(dispatch.hand_over(claim, worker="tests", at=NIGHT), outcome, at=NIGHT)
        return Delivery.objects.get()

    return after


def test_an_accepted_delivery_that_was_seen_is_confirmed(sent) -> None:
    delivery = sent(Receipt())

    assert confirm_seen(delivery.pk, says="ページで確認しました。", at=LATER)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.settled_at) == ("confirmed", "ページで確認しました。", LATER)


def test_an_unknown_delivery_that_was_seen_is_confirmed_and_nobody_need_look(sent, plain) -> None:
    plain.idempotency_key = None
    delivery = sent(TryLater("返事がありません。", may_have_left=True))
    assert (delivery.state, FollowUp.objects.filter(closed_at=None).count()) == ("unknown", 1)

    confirm_seen(delivery.pk, says="受信箱で確認しました。", at=LATER)

    follow_up = FollowUp.objects.get()
    assert (follow_up.closed_at, follow_up.closed_by, follow_up.closing_note) == (LATER, None, "受信箱で確認しました。")
    assert Entry.objects.filter(what="messaging.seen-by-reader", actor="reader").count() == 1


def test_a_confirmed_delivery_that_was_seen_stays_as_it_is(sent) -> None:
    delivery = sent(Receipt(confirmed=True, says="読み返しました"))

    assert confirm_seen(delivery.pk, says="外から見えました。", at=LATER)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.settled_at) == ("confirmed", "読み返しました", NIGHT)
    assert not Entry.objects.filter(what="messaging.seen-by-reader").exists()


def test_what_has_not_left_is_the_dispatchers_alone(sent) -> None:
    delivery = sent(None)

    assert not confirm_seen(delivery.pk, says="見えました。", at=LATER)
    assert not report_unseen(delivery.pk, says="見えません。", at=LATER)

    delivery.refresh_from_db()
    assert (delivery.state, FollowUp.objects.count()) == ("planned", 0)


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_delivery_that_was_not_seen_becomes_a_persons_task_once_and_keeps_its_state(sent, confirmed) -> None:
    delivery = sent(Receipt(confirmed=confirmed))
    before = delivery.state

    report_unseen(delivery.pk, says="3分以内に見つかりませんでした。", at=LATER)
    report_unseen(delivery.pk, says="3分以内に見つかりませんでした。", at=LATER)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (before, "3分以内に見つかりませんでした。")
    assert [(follow_up.reason, follow_up.closed_at) for follow_up in FollowUp.objects.all()] == [("unknown", None)]


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_person_who_has_looked_ends_the_task(sent, officers, confirmed) -> None:
    delivery = sent(Receipt(confirmed=confirmed))
    report_unseen(delivery.pk, says="3分以内に見つかりませんでした。", at=LATER)
    person = Viewer(officers[0].pk, "佐藤", 1, frozenset(), frozenset({("messaging.operate", "kiki")}))

    followups.confirm_by_hand(delivery.pk, viewer=person, note="電話で確かめました。", at=LATER)

    delivery.refresh_from_db()
    assert delivery.state == "confirmed"
    assert FollowUp.objects.get().closing_note == "電話で確かめました。"
    with pytest.raises(followups.DecidedAlready):
        followups.confirm_by_hand(delivery.pk, viewer=person, note="もう一度。", at=LATER)
