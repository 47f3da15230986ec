"""Sending through everything a provider may do: nothing twice, nothing lost."""

from datetime import timedelta

import pytest

from tests.shared.sms.conftest import AT, PATIENCE_SECONDS, SITE, delivery, states, taken
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.sms.actions import receipts, sending
from todoke.shared.sms.gateway import SmsGateway
from todoke.shared.sms.models import Text, TextState

TWO = "090-0000-0001,080-0000-0002"
LATER = AT + timedelta(hours=1)


def test_every_number_of_a_destination_gets_the_text_once(house, phone, provider):
    house.release(phone(address=TWO))

    house.carry_out()

    assert taken(provider) == ["09000000001", "08000000002"]
    assert states() == ["accepted", "accepted"]
    assert delivery().state == "accepted"
    assert "警戒レベル4" in provider.arrivals()[0].content["text"]


def test_a_number_lies_sealed_in_the_database(house, phone):
    house.release(phone())

    house.carry_out()

    text = Text.objects.get()
    assert b"0000" not in bytes(text.number)
    assert sending.number_of(text) == "09000000001"


@pytest.mark.parametrize(
    ("fault", "state", "arrived_at_first"),
    [
        (Fault(FaultKind.ANSWER, status=429, retry_after=7, calls=1), "planned", 0),
        (Fault(FaultKind.DROP, calls=1), "planned", 0),
        (Fault(FaultKind.HANG, calls=1), "planned", 0),
        (Fault(FaultKind.ANSWER, status=503, calls=1), "planned", 0),
        (Fault(FaultKind.TAKE_AND_ANSWER, status=500, calls=1), "planned", 2),
        (Fault(FaultKind.SWALLOW, calls=1), "planned", 2),
        (Fault(FaultKind.GARBAGE, calls=1), "planned", 2),
        (Fault(FaultKind.DRIP, calls=1), "planned", 2),
        (Fault(FaultKind.TLS, calls=1), "planned", 0),
        (Fault(FaultKind.DELAY, seconds=PATIENCE_SECONDS + 0.3, calls=1), "planned", None),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
def test_whatever_a_provider_does_each_number_gets_it_once_in_the_end(
    house, phone, provider, fault, state, arrived_at_first
):
    house.release(phone(address=TWO))
    provider.fault(fault)

    house.carry_out()
    first, at_first = delivery().state, len(taken(provider))
    house.carry_out(at=LATER)

    assert first == state
    assert arrived_at_first in (None, at_first)
    assert sorted(taken(provider)) == ["08000000002", "09000000001"]
    assert states() == ["accepted", "accepted"]
    assert delivery().state == "accepted"


def test_who_asks_us_to_wait_is_left_alone_so_long(house, phone, provider):
    house.release(phone())
    provider.fault(Fault(FaultKind.ANSWER, status=429, retry_after=600, calls=1))

    house.carry_out()

    assert delivery().due_at >= AT + timedelta(seconds=600)
    assert states() == ["planned"]


def test_a_refused_number_costs_its_neighbours_nothing_and_is_a_persons_task(house, phone, provider):
    house.release(phone(address="090-0000-0001,090-0000-0404,080-0000-0002"))

    house.carry_out()
    receipts.tell_the_ledger(at=AT)
    receipts.tell_the_ledger(at=AT)

    assert taken(provider) == ["09000000001", "08000000002"]
    assert states() == ["accepted", "refused", "accepted"]
    assert delivery().state == "accepted"
    task = FollowUp.objects.get()
    assert "090-****-0404" in task.delivery.reason
    assert "09000000404" not in task.delivery.reason


def test_a_delivery_of_which_every_number_is_refused_fails(house, phone):
    house.release(phone(address="090-0000-0404"))

    house.carry_out()
    told = receipts.tell_the_ledger(at=AT)

    assert (delivery().state, told) == ("failed", 0)
    assert "090-****-0404" in delivery().reason
    assert FollowUp.objects.count() == 1


def test_a_wrong_key_refuses_no_number_for_good(house, phone, provider, channel):
    house.release(phone(address=TWO))
    good = channel.gateway
    channel.gateway = SmsGateway(good.form, {"TOKEN": "wrong"})

    house.carry_out()
    channel.gateway = good

    assert delivery().state == "failed"
    assert "TODOKE_SMS_SECRET_" in delivery().reason
    assert states() == ["planned", "planned"]
    assert taken(provider) == []


def test_without_a_provider_nothing_leaves_and_staff_read_why(house, phone, channel):
    house.release(phone())
    channel.gateway = None

    house.carry_out()

    assert delivery().state == "failed"
    assert "TODOKE_SMS" in delivery().reason


def test_thirty_numbers_go_in_two_requests(house, phone, provider):
    house.release(phone(address=",".join(f"0900000{number:04}" for number in range(1, 31))))

    house.carry_out()

    assert len(set(taken(provider))) == len(taken(provider)) == 30
    assert set(states()) == {"accepted"}


def test_a_request_in_doubt_is_repeated_as_it_was_while_the_rest_goes_on(house, phone, provider):
    house.release(phone(address=",".join(f"0900000{number:04}" for number in range(1, 31))))
    provider.fault(Fault(FaultKind.SWALLOW, calls=1))

    house.carry_out()
    between = states()
    house.carry_out(at=LATER)

    assert between == ["leaving"] * 20 + ["accepted"] * 10
    assert len(set(taken(provider))) == len(taken(provider)) == 30
    assert set(states()) == {"accepted"}


def test_a_drill_goes_to_the_simulator_even_where_a_provider_is_connected(house, phone, provider, channel):
    broken = SmsGateway(channel.gateway.form, {"TOKEN": "of the real one"})
    channel.gateway = broken
    house.release(phone(address="simulator:090-0000-0001", reach="simulator"), mode=Mode.EXERCISE)

    house.carry_out()

    assert taken(provider) == ["09000000001"]
    assert provider.arrivals()[0].content["text"].startswith("【訓練】")


def test_a_correction_is_an_sms_of_its_own_for_whoever_got_the_wrong_one(house, phone, provider):
    place = phone()
    edition = house.release(place)
    house.carry_out()

    house.follow(edition, EditionKind.CORRECTION, place)
    house.carry_out()

    texts = [arrival.content["text"] for arrival in provider.arrivals()]
    assert len(texts) == 2
    assert texts[1].startswith("【訂正】")


def test_a_probe_reaches_nobody_and_sees_a_provider_that_is_down(channel, provider):
    (probe,) = channel.probes(())

    assert "応答しました" in probe.try_it()
    provider.fault(Fault(FaultKind.ANSWER, status=503))
    with pytest.raises(Exception, match="障害"):
        probe.try_it()
    assert taken(provider) == []


def test_the_provider_is_given_an_address_for_its_receipt(house, phone, monkeypatch, channel):
    seen = []
    monkeypatch.setattr(SmsGateway, "send", lambda self, outgoing, text, *, key, seconds: seen.extend(outgoing) or {})
    house.release(phone())

    house.carry_out()

    assert seen[0].callback.startswith(f"{SITE}/sms/receipts/")
    assert len(seen[0].callback.removeprefix(f"{SITE}/sms/receipts/").rstrip("/")) == 32
    assert Text.objects.get().state == TextState.LEAVING
    assert Delivery.objects.get().state == "planned"
