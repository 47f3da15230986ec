"""The facility's word: by the page, by telephone, late, twice, and never."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.shared.fax.conftest import AT, state
from tests.shared.messaging import ledger
from tests.sign_in import staff_client
from todoke.ground.audit.models import Entry
from todoke.shared.fax.actions.confirming import UnknownCode, chase, confirm, tell_the_ledger
from todoke.shared.fax.clockwork import Clockwork
from todoke.shared.fax.codes import in_groups
from todoke.shared.fax.models import Sheet, Way
from todoke.shared.fax.simulator.faults import FaultOrder, FaxFault
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.types import DeliveryState, EditionKind, FollowUpReason

LATE = timedelta(minutes=15)


def test_a_facility_confirms_without_signing_in_and_the_delivery_is_confirmed(arrived):
    browser = Client()

    shown = browser.get(f"/fax/{arrived.code}/").content.decode()
    assert state() == DeliveryState.ACCEPTED
    done = browser.post(f"/fax/{arrived.code}/", follow=True).content.decode()

    assert "受信した" in shown
    assert "避難指示" in shown
    assert "ありがとうございます" in done
    assert state() == DeliveryState.CONFIRMED
    arrived.refresh_from_db()
    assert arrived.way == Way.CODE
    assert arrived.told_at


def test_the_page_holds_neither_number_nor_name_and_is_kept_by_no_cache(arrived):
    answer = Client().get(f"/fax/{arrived.code}/")

    assert "022" not in answer.content.decode()
    assert "施設 home" not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_saying_it_twice_changes_nothing_more(arrived):
    first = confirm(arrived.code, at=AT)

    again = confirm(arrived.code, at=AT + LATE)

    assert again.confirmed_at == first.confirmed_at
    assert Entry.objects.filter(what="fax.confirmed").count() == 1


def test_a_code_can_be_typed_in_and_a_wrong_one_is_refused_in_words(arrived):
    browser = Client()

    good = browser.post("/fax/", {"code": in_groups(arrived.code).lower()})
    wrong = browser.post("/fax/", {"code": "0000-0000-0000"})
    nonsense = browser.post("/fax/", {"code": "あ"})

    assert good.headers["Location"] == f"/fax/{arrived.code}/"
    assert (wrong.status_code, nonsense.status_code) == (422, 422)
    assert "見つかりません" in wrong.content.decode()
    assert "12文字" in nonsense.content.decode()
    assert browser.get("/fax/000000000000/").status_code == 404
    with pytest.raises(UnknownCode):
        confirm("", at=AT)


def test_a_stranger_cannot_confirm_from_another_site(arrived):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(f"/fax/{arrived.code}/").status_code == 403
    assert state() == DeliveryState.ACCEPTED


def test_a_sheet_that_is_confirmed_is_not_dialled_again(house, facility, fax):
    house.release(facility())
    fax.faults.order(FaultOrder(FaxFault.HALF_A_PAGE, calls=1))
    house.carry_out()
    sheet = Sheet.objects.get()
    # Half a page had the code on it, and somebody was quick.
    confirm(sheet.code, at=AT)
    assert state() == DeliveryState.PLANNED

    house.carry_out(Delivery.objects.get().due_at)

    assert state() == DeliveryState.CONFIRMED
    assert len(fax.exchange.jobs) == 1


def test_a_word_that_came_while_the_delivery_was_being_settled_is_told_to_the_ledger_later(arrived):
    Sheet.objects.update(confirmed_at=AT, way=Way.CODE)
    assert state() == DeliveryState.ACCEPTED

    assert tell_the_ledger(at=AT) == 1
    assert tell_the_ledger(at=AT) == 0

    assert state() == DeliveryState.CONFIRMED


def test_who_has_not_confirmed_in_time_is_asked_by_telephone_once(arrived):
    soon, late = AT + LATE - timedelta(seconds=1), AT + LATE

    assert chase(at=soon, after=LATE) == 0
    assert chase(at=late, after=LATE) == 1
    assert chase(at=late, after=LATE) == 0

    follow_up = FollowUp.objects.get()
    assert follow_up.reason == FollowUpReason.UNKNOWN
    assert "15分たっても" in Delivery.objects.get().reason
    assert state() == DeliveryState.ACCEPTED


def test_who_confirms_after_being_put_on_the_list_is_taken_off_it(arrived):
    chase(at=AT + LATE, after=LATE)

    confirm(arrived.code, at=AT + LATE)

    assert FollowUp.objects.get().closed_at
    assert state() == DeliveryState.CONFIRMED


def test_nobody_is_asked_about_an_edition_that_has_expired_or_been_replaced(house, arrived):
    assert chase(at=AT + 7 * ledger.HOUR, after=LATE) == 0

    delivery = Delivery.objects.select_related("edition__message", "destination").get()
    order = ledger.following(delivery.edition, EditionKind.UPDATE, delivery.destination)
    release.release(order, at=AT)

    assert chase(at=AT + LATE, after=LATE) == 0


def test_the_board_shows_who_is_to_be_asked_and_staff_tick_it_with_the_name_they_spoke_to(arrived):
    chase(at=AT + LATE, after=LATE)
    client = staff_client("fax.read", "messaging.read", "messaging.operate")
    edition = arrived.delivery.edition_id

    listed = client.get("/desk/fax/").content.decode()
    page = client.get(f"/desk/fax/{edition}/").content.decode()
    done = client.post(f"/desk/fax/{edition}/asked/{arrived.pk}/", {"person": "施設長"}, follow=True).content.decode()

    assert "避難指示" in listed
    assert "tel:0220000002" in page
    assert "電話で確かめる施設1" in page
    assert "電話で確認したことを記録しました" in done
    assert "職員が電話で確認" in done
    arrived.refresh_from_db()
    assert (state(), arrived.way) == (DeliveryState.CONFIRMED, Way.STAFF)
    assert not FollowUp.objects.filter(closed_at=None).exists()


def test_without_a_name_nothing_is_ticked(arrived):
    client = staff_client("fax.read", "messaging.operate")

    client.post(f"/desk/fax/{arrived.delivery.edition_id}/asked/{arrived.pk}/", {"person": " "})

    assert state() == DeliveryState.ACCEPTED


def test_the_board_takes_the_same_number_of_queries_for_three_facilities_as_for_one(
    house, facility, django_assert_max_num_queries
):
    from todoke.shared.fax.queries import board_of

    class Everybody:
        def may(self, _key: str) -> bool:
            return True

    edition = house.release(*(facility(f"home-{number}", f"022-000-000{number}") for number in range(3)))
    house.carry_out()

    with django_assert_max_num_queries(4):
        board = board_of(Everybody(), edition.pk)

    assert (len(board.rows), board.arrived, board.confirmed, board.to_be_asked) == (3, 3, 0, 0)


def test_the_clockwork_does_both(arrived, monkeypatch):
    Sheet.objects.update(confirmed_at=AT, way=Way.CODE)

    Clockwork(confirm_minutes=15).tick()

    assert state() == DeliveryState.CONFIRMED
