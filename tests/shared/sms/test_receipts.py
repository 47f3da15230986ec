"""What became of a message: asked for, told, and chased where nothing is heard."""

from datetime import timedelta

import pytest

from tests.shared.sms.conftest import AT, delivery, states
from todoke.base.sealing import make_token
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.types import EditionKind
from todoke.shared.sms.actions import receipts
from todoke.shared.sms.channel import RECEIPTS
from todoke.shared.sms.clockwork import Clockwork
from todoke.shared.sms.gateway import Arrival
from todoke.shared.sms.models import Text

QUARTER = timedelta(minutes=15)


@pytest.fixture
def sent(house, phone) -> Delivery:
    """One SMS on its way to two numbers."""
    house.release(phone(address="090-0000-0001,090-0000-0002"))
    house.carry_out()
    Text.objects.update(left_at=AT)
    return delivery()


def place(number: int) -> Text:
    return Text.objects.get(place=number)


def test_a_delivery_is_confirmed_when_every_number_has_it(sent):
    receipts.note(place(1).pk, Arrival.ARRIVED, says="delivered", at=AT)
    receipts.tell_the_ledger(at=AT)
    first = delivery().state
    receipts.note(place(2).pk, Arrival.ARRIVED, says="delivered", at=AT)
    told = receipts.tell_the_ledger(at=AT)
    again = receipts.tell_the_ledger(at=AT)

    assert (first, delivery().state) == ("accepted", "confirmed")
    assert (told, again) == (1, 0)


def test_what_did_not_arrive_is_a_persons_task_and_a_late_arrival_still_counts(sent):
    receipts.note(place(1).pk, Arrival.ARRIVED, says="delivered", at=AT)
    receipts.note(place(2).pk, Arrival.MISSED, says="unreachable", at=AT)
    receipts.tell_the_ledger(at=AT)
    asked = FollowUp.objects.get(closed_at=None).delivery.reason
    receipts.note(place(2).pk, Arrival.ARRIVED, says="delivered", at=AT + QUARTER)
    receipts.tell_the_ledger(at=AT + QUARTER)

    assert "090-****-0002" in asked
    assert delivery().state == "confirmed"
    assert not FollowUp.objects.filter(closed_at=None).exists()


def test_what_arrived_stays_arrived(sent):
    receipts.note(place(1).pk, Arrival.ARRIVED, says="delivered", at=AT)
    receipts.note(place(1).pk, Arrival.MISSED, says="undelivered", at=AT)
    receipts.note(place(1).pk, Arrival.UNDER_WAY, says="sent", at=AT)

    assert states() == ["arrived", "accepted"]


def test_the_providers_word_is_asked_for_by_the_clock(house, phone, channel):
    house.release(phone(address="090-0000-0001,090-0000-0408"))
    house.carry_out()

    Clockwork(channel).tick()

    assert states() == ["arrived", "missed"]
    assert "090-****-0408" in FollowUp.objects.get().delivery.reason


def test_nobody_asks_twice_at_once_and_every_question_waits_longer(sent):
    first = receipts.take_to_ask(at=AT, limit=10)
    at_once = receipts.take_to_ask(at=AT, limit=10)
    soon = receipts.take_to_ask(at=AT + timedelta(seconds=4), limit=10)
    Text.objects.update(asked_times=40)
    still = receipts.take_to_ask(at=AT + timedelta(minutes=5), limit=10)
    late = receipts.take_to_ask(at=AT + timedelta(minutes=11), limit=10)
    over = receipts.take_to_ask(at=AT + timedelta(hours=25), limit=10)

    assert [len(found) for found in (first, at_once, soon, still, late, over)] == [2, 0, 2, 0, 2, 0]


def test_a_silent_provider_is_chased_once_and_only_for_what_still_holds(house, sent):
    early = receipts.chase(at=AT + timedelta(minutes=14), after=QUARTER)
    chased = receipts.chase(at=AT + QUARTER, after=QUARTER)
    again = receipts.chase(at=AT + 2 * QUARTER, after=QUARTER)

    assert (early, chased, again) == (0, 1, 0)
    assert "15分たっても" in delivery().reason


def test_nothing_is_chased_when_a_newer_edition_is_out(house, phone):
    place = phone()
    edition = house.release(place)
    house.carry_out()
    Text.objects.update(left_at=AT)
    house.follow(edition, EditionKind.UPDATE, place)

    assert receipts.chase(at=AT + QUARTER, after=QUARTER) == 0


def test_a_provider_tells_its_receipt_at_the_address_that_it_was_given(house, sent, client, monkeypatch):
    form = house.channel.gateway.form
    monkeypatch.setattr("todoke.shared.sms.views.receipts.reading_of_receipts", lambda: form.callback)
    address = f"/sms/receipts/{make_token(place(1).pk, purpose=RECEIPTS)}/"

    garbage = client.post(address, b"\xff not json", content_type="application/json")
    looked = client.head(address)
    told = client.post(address, {"status": "delivered"}, content_type="application/json")

    assert (garbage.status_code, looked.status_code, told.status_code) == (400, 404, 200)
    assert states() == ["arrived", "accepted"]


def test_nobody_tells_a_receipt_who_does_not_know_the_word(house, sent, client, monkeypatch):
    form = house.channel.gateway.form
    monkeypatch.setattr("todoke.shared.sms.views.receipts.reading_of_receipts", lambda: form.callback)

    strangers = [f"/sms/receipts/{'a' * 32}/", f"/sms/receipts/{make_token(place(1).pk, purpose='other')}/"]

    body = {"status": "delivered"}
    assert {client.post(path, body, content_type="application/json").status_code for path in strangers} == {404}
    assert states() == ["accepted", "accepted"]
