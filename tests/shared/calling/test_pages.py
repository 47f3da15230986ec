"""A call on a telephone by its link, and the staff's list."""

import pytest
import time_machine
from django.test import Client

from tests.shared.calling.conftest import begun, make_tree
from tests.shared.messaging.ledger import NIGHT
from tests.sign_in import staff_client
from todoke.shared.calling.models import Call
from todoke.shared.calling.queries import link_of
from todoke.shared.messaging.models import Delivery


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def call(officers) -> Call:
    return begun(officers, make_tree()).calls.get()


def test_a_link_opens_one_call_without_sign_in_and_opening_it_ticks_nothing(call):
    page = Client().get(f"/calls/{link_of(call)}/")

    call.refresh_from_db()
    assert page.status_code == 200
    assert "tel:000-0000-0001" in page.content.decode()
    assert "復唱してください" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert call.state == "open"


def test_a_post_by_the_link_ticks_it_and_says_so(call):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(f"/calls/{link_of(call)}/", {"way": "told", "note": "復唱あり"})

    call.refresh_from_db()
    assert answer.status_code == 302
    assert (call.state, call.by_link, call.note, call.ticked_by) == ("told", True, "復唱あり", None)
    assert Delivery.objects.get().state == "confirmed"


def test_a_word_that_we_did_not_make_opens_nothing(call):
    word = link_of(call)
    other = ("b" if word[0] != "b" else "c") + word[1:]

    assert Client().get(f"/calls/{other}/").status_code == 404


def test_a_link_is_dead_a_day_after_the_end_of_its_edition(call):
    with time_machine.travel(call.round.delivery.edition.expires_at, tick=False):
        assert "もう古い" in Client().get(f"/calls/{link_of(call)}/").content.decode()
    with time_machine.travel("2026-09-02T00:00:00Z", tick=False):
        assert Client().get(f"/calls/{link_of(call)}/").status_code == 404


def test_staff_read_the_words_and_tick(call):
    browser = staff_client("calling.read", "calling.operate", "messaging.read")

    page = browser.get("/desk/calling/").content.decode()
    browser.post(f"/desk/calling/{call.pk}/unreached/", {"note": ""})

    call.refresh_from_db()
    assert "000-0000-0001" in page
    assert link_of(call) in page
    assert call.state == "unreached"
    assert call.round.calls.filter(state="open").get().seat.name == "乙"


def test_who_only_reads_gets_no_link_and_ticks_nothing(call):
    browser = staff_client("calling.read")

    page = browser.get("/desk/calling/").content.decode()

    assert link_of(call) not in page
    assert browser.post(f"/desk/calling/{call.pk}/told/").status_code == 403
