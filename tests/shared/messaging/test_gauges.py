"""What the numbers say of the ledger."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.shared.messaging.ledger import NIGHT, first, make_destination
from todoke.base.health.collecting import read
from todoke.base.health.registry import gauges
from todoke.base.registry import Registry
from todoke.shared.messaging import gauges as ledger_gauges
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.dispatch import ask_a_person
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.models import Bundle, Delivery, Mailing
from todoke.shared.messaging.types import FollowUpReason, Receipt

pytestmark = pytest.mark.django_db
LATER = NIGHT + timedelta(seconds=40)


@pytest.fixture
def three_planned(officers, plain, monkeypatch):
    registry = Registry("tests.channels")
    registry.register(plain)
    monkeypatch.setattr(ledger_gauges, "channels", registry)
    places = [make_destination(key) for key in ("one", "two", "three")]
    return release(first(officers, *places), at=NIGHT)


def found(key: str) -> dict[tuple[str, ...], float]:
    reading = read(gauges[key])
    assert reading.trouble == ""
    return {tuple(sample.labels[name] for name in gauges[key].labels): sample.value for sample in reading.samples}


def test_what_waits_is_counted_by_lane_channel_and_state(three_planned) -> None:
    (claim,) = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    dispatch.hand_over(claim, worker="tests", at=NIGHT)

    assert found("messaging.deliveries-waiting") == {
        ("emergency", "tests.plain", "planned"): 2,
        ("emergency", "tests.plain", "on_the_way"): 1,
    }


def test_the_oldest_counts_from_when_it_was_due_and_from_when_it_left(three_planned) -> None:
    (claim,) = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    dispatch.hand_over(claim, worker="tests", at=NIGHT + timedelta(seconds=10))

    with time_machine.travel(LATER, tick=False):
        oldest = found("messaging.oldest-delivery-seconds")

    assert oldest["emergency", "planned"] == 40
    assert oldest["emergency", "on_the_way"] == 30
    assert oldest["bulk", "planned"] == oldest["normal", "on_the_way"] == 0


def test_a_retry_that_is_not_due_yet_is_not_old(three_planned) -> None:
    Delivery.objects.update(due_at=LATER + timedelta(minutes=5))

    with time_machine.travel(LATER, tick=False):
        assert found("messaging.oldest-delivery-seconds")["emergency", "planned"] == 0


def test_recent_deliveries_are_counted_by_state(three_planned) -> None:
    (claim,) = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    errand = dispatch.hand_over(claim, worker="tests", at=NIGHT)
    dispatch.settle(errand, Receipt(confirmed=True), at=NIGHT)

    assert found("messaging.recent-deliveries") == {("tests.plain", "planned"): 2, ("tests.plain", "confirmed"): 1}


def test_follow_ups_are_counted_by_reason(three_planned) -> None:
    ask_a_person(Delivery.objects.first(), FollowUpReason.UNKNOWN, NIGHT)

    assert found("messaging.follow-ups") == {("failed",): 0, ("unknown",): 1, ("expired",): 0, ("policy",): 0}


def test_every_number_of_the_house_can_be_read_within_its_limits() -> None:
    assert {reading.gauge.key: reading.trouble for reading in map(read, gauges) if reading.trouble} == {}
    assert len(gauges) >= 12


def test_every_number_of_the_house_has_a_name_that_prometheus_takes() -> None:
    assert all(gauge.metric.replace("_", "").isalnum() and gauge.metric.islower() for gauge in gauges)


def test_copies_of_the_mass_lane_are_counted_by_what_waits_and_what_is_in_hand(three_planned) -> None:
    mailing = Mailing.objects.create(delivery=Delivery.objects.first())
    over = Mailing.objects.create(delivery=Delivery.objects.last(), ended_at=NIGHT)
    in_hand = {"state": "leased", "lease": uuid4(), "holder": 7}
    for number, (whose, facts) in enumerate([(mailing, {}), (mailing, {}), (mailing, in_hand), (over, {})]):
        Bundle.objects.create(mailing=whose, first=number, last=number, size=100 + number, due_at=NIGHT, **facts)

    assert found("messaging.mass-copies") == {("planned",): 201, ("leased",): 102}
