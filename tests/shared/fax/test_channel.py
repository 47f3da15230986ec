from dataclasses import replace
from datetime import timedelta

import pytest

from tests.shared.fax.conftest import AT, SITE, state
from tests.shared.messaging import ledger
from tests.shared.paper.editions import an_edition
from todoke.shared.fax.actions import calling
from todoke.shared.fax.channel import FaxChannel
from todoke.shared.fax.hylafax import HylaFax
from todoke.shared.fax.models import Call, Line, Sheet
from todoke.shared.fax.rules import Ending
from todoke.shared.fax.simulator.faults import FaultOrder, FaxFault
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Address, DeliveryState, EditionKind, Mode, Reach

HOME = Address("home", "特別養護老人ホーム", "022-000-0001")


def test_the_parcel_is_the_same_page_every_time_and_another_one_for_every_facility(channel):
    first, again = channel.prepare(an_edition(), HOME), channel.prepare(an_edition(), HOME)
    other = channel.prepare(an_edition(), replace(HOME, key="other"))

    assert first == again
    assert first.body.startswith(b"%PDF-")
    assert other.body != first.body
    assert channel.code(an_edition(), HOME) != channel.code(an_edition(), replace(HOME, key="other"))


def test_what_the_approver_sees_has_marks_level_areas_and_code(channel):
    parcel = channel.prepare(an_edition(mode=Mode.EXERCISE), HOME)

    assert parcel.title.startswith("【訓練】")
    assert parcel.preview.startswith("【訓練】")
    assert "警戒レベル4　避難指示" in parcel.preview
    assert "受信番号：" in parcel.preview


def test_a_cancellation_does_not_repeat_the_order(channel):
    parcel = channel.prepare(an_edition(kind=EditionKind.CANCEL, note="区域の誤り"), HOME)

    assert "全員避難してください" not in parcel.preview
    assert "取り消した内容" in parcel.preview


def test_the_reply_leads_to_the_page_of_this_one_sheet(channel):
    reply = channel.reply("K7QM2XPD9HWT")

    assert reply.link == f"{SITE}/fax/K7QM2XPD9HWT/"
    assert (reply.address, reply.code) == ("www.city.example.jp/fax/", "K7QM-2XPD-9HWT")


def test_a_sheet_that_came_through_is_accepted_and_not_yet_confirmed(house, facility, fax):
    house.release(facility())

    house.carry_out()

    assert state() == DeliveryState.ACCEPTED
    sheet, call = Sheet.objects.get(), Call.objects.get()
    assert (sheet.pages, sheet.confirmed_at) == (1, None)
    assert (call.ending, call.pages_sent, call.line) == (Ending.ARRIVED, 1, 1)
    [arrival] = fax.tray.arrivals()
    assert fax.tray.pdf(arrival.number).startswith(b"%PDF-")
    assert Line.objects.filter(held__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (FaxFault.BUSY, [45, 60, 90]),
        (FaxFault.NO_ANSWER, [120, 180, 300]),
        (FaxFault.OUT_OF_PAPER, [60, 120, 300]),
        (FaxFault.HALF_A_PAGE, [60, 120, 300]),
    ],
)
def test_each_trouble_has_its_own_ladder_and_the_sheet_goes_out_in_the_end(house, facility, fax, fault, pauses):
    house.release(facility())
    fax.faults.order(FaultOrder(fault, calls=3))
    at, waited = AT, []

    for _try in pauses:
        house.carry_out(at)
        delivery = Delivery.objects.get()
        assert delivery.state == DeliveryState.PLANNED
        waited.append((delivery.due_at - at).total_seconds())
        at = delivery.due_at
    house.carry_out(at)

    assert waited == pauses
    assert state() == DeliveryState.ACCEPTED
    assert Call.objects.count() == 4


def test_while_all_lines_are_in_use_nobody_is_dialled_and_the_sheet_goes_out_soon(house, facility, fax):
    house.release(facility())
    holds = [calling.take_line(8, at=ledger.NIGHT.replace(year=2100), seconds=60) for _line in range(8)]

    house.carry_out()

    assert all(holds)
    assert not fax.exchange.jobs
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.PLANNED
    assert "8回線がすべて使用中" in delivery.reason
    assert delivery.due_at - AT < timedelta(seconds=10)


def test_a_line_that_a_dead_worker_held_comes_back_by_itself(db):
    first = calling.take_line(1, at=AT, seconds=60)

    assert calling.take_line(1, at=AT, seconds=60) is None
    late = calling.take_line(1, at=AT + timedelta(seconds=61), seconds=60)
    calling.free_line(first)

    assert late.line == first.line
    assert Line.objects.get(number=1).held == late.mark


def test_without_a_way_out_the_delivery_fails_and_says_what_to_set(house, facility, channel):
    channel.gateway = None
    house.release(facility())

    house.carry_out()

    assert state() == DeliveryState.FAILED
    assert "TODOKE_FAX" in Delivery.objects.get().reason


def test_a_simulated_number_goes_to_the_simulator_where_the_real_server_is_connected(house, facility, fax, channel):
    channel.gateway = HylaFax("127.0.0.1", 9)
    place = facility(address="simulator:022-000-0001", reach=Reach.SIMULATOR)
    house.release(place, mode=Mode.EXERCISE)

    house.carry_out()

    assert state() == DeliveryState.ACCEPTED
    assert [arrival.title for arrival in fax.tray.arrivals()] == ["0220000001"]


def test_a_server_that_is_away_is_tried_again_soon(house, facility, channel):
    channel.gateway = HylaFax("127.0.0.1", 9)
    house.release(facility())

    house.carry_out()

    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.PLANNED
    assert (delivery.due_at - AT).total_seconds() == 15
    assert Call.objects.get().ending == Ending.OURS


def test_a_bad_number_is_refused_before_it_is_stored(channel):
    assert "携帯電話" in channel.trouble_with("090-1234-5678")
    assert channel.trouble_with("022-000-0001 tel:022-000-0002") is None


def test_what_makes_a_repeat_safe_is_named_by_the_way_out(fax):
    way = HylaFax("127.0.0.1", fax.port)

    channel = FaxChannel(gateway=way, simulator=way, lines=3, site=SITE, secret="s")

    assert channel.facts.idempotency_key == "JOBINFO（HylaFAX）"
    assert channel.facts.concurrency == 3
