"""From when to when a procedure takes filings, how many, and whether it is listed: at once, on the record, by two
people one after the other.
"""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.civic.procedures.test_builder_pages import address
from tests.sign_in import make_staff, sign_in
from todoke.base.clock import now
from todoke.civic.procedures.actions.offering import ClosesTooEarly, Offer, OfferedElsewhere, offer
from todoke.civic.procedures.actions.refusals import NotAllowed
from todoke.civic.procedures.models import Procedure
from todoke.civic.procedures.queries.catalogue import Opening, cards, opening_of
from todoke.ground.audit.models import Entry
from todoke.ground.people.rules import ANONYMOUS

ANYTIME = Offer(None, None, None, True)
JUNE = datetime(2026, 5, 31, 15, tzinfo=UTC)
JULY = datetime(2026, 6, 30, 15, tzinfo=UTC)
DAYS = {"opens_on": "2026-06-01", "closes_on": "2026-06-30", "responses_max": "20"}


@pytest.fixture
def desk(version) -> Client:
    return sign_in(Client(), make_staff(["procedures.build"], section="doboku", name="杉本 渉"))


def shown_mark(client: Client) -> str:
    return str(client.get(address("-offering")).context["offered"])


def procedure() -> Procedure:
    return Procedure.objects.select_related("form").get(key="stall")


def test_days_and_limit_hold_at_once_and_the_last_day_counts(desk):
    mark = shown_mark(desk)

    answer = desk.post(address("-offering"), {**DAYS, "is_listed": "on", "offered": mark})

    assert answer.status_code == 302
    assert Offer.of(procedure()) == Offer(JUNE, JULY, 20, True)
    assert opening_of(procedure(), JUNE) is Opening.OPEN
    assert opening_of(procedure(), JULY) is Opening.CLOSED
    again = desk.get(address("-offering"))
    assert [f'value="{told}"' in again.content.decode() for told in ("2026-06-01", "2026-06-30", "20")] == [True] * 3
    desk.post(address("-offering"), {**DAYS, "is_listed": "on", "offered": again.context["offered"]})
    assert Entry.objects.filter(what="paperwork.scheduled").count() == 1


def test_an_hour_of_closing_is_kept_and_shown(desk):
    told = {"closes_on": "2026-06-30", "closes_time": "17:15", "is_listed": "on"}

    desk.post(address("-offering"), {**told, "offered": shown_mark(desk)})

    assert procedure().form.closes_at == datetime(2026, 6, 30, 8, 15, tzinfo=UTC)
    page = desk.get(address("-offering")).content.decode()
    assert 'value="2026-06-30"' in page
    assert 'value="17:15"' in page


def test_a_procedure_leaves_the_list_and_keeps_its_address(desk):
    assert [card.key for card in cards()] == ["stall"]

    desk.post(address("-offering"), {"offered": shown_mark(desk)})

    assert cards() == []
    assert Client().get(reverse("procedures-public:procedure", args=["stall"])).status_code == 200
    assert Entry.objects.filter(what="procedures.listed").count() == 1


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"opens_on": "2026-07-01", "closes_on": "2026-06-30"}, "受付の終わりは、始まりより後にしてください。"),
        ({"closes_time": "17:15"}, "時刻を書くときは、日も書いてください。"),
        ({"responses_max": "0"}, "1"),
    ],
)
def test_what_cannot_be_is_told_and_stays_in_the_boxes(desk, told, says):
    answer = desk.post(address("-offering"), {**told, "is_listed": "on", "offered": shown_mark(desk)})

    assert answer.status_code in (409, 422)
    assert says in answer.content.decode()
    assert all(f'value="{each}"' in answer.content.decode() for each in told.values())
    assert Offer.of(procedure()) == ANYTIME


def test_the_second_of_two_clerks_is_told_and_loses_nothing(desk):
    fetched = shown_mark(desk)
    desk.post(address("-offering"), {"is_listed": "on", "responses_max": "5", "offered": fetched})

    refused = desk.post(address("-offering"), {**DAYS, "is_listed": "on", "offered": fetched})

    assert refused.status_code == 409
    assert "ほかの人が、受付の期間を先に変えました" in refused.content.decode()
    assert 'value="2026-06-30"' in refused.content.decode()
    desk.post(address("-offering"), {**DAYS, "is_listed": "on", "offered": refused.context["offered"]})
    assert procedure().form.responses_max == 20


def test_the_action_asks_for_the_right_and_for_what_was_there(version, clerk):
    with pytest.raises(NotAllowed):
        offer(procedure(), ANYTIME, instead_of=ANYTIME, viewer=ANONYMOUS, at=now())
    with pytest.raises(ClosesTooEarly):
        offer(procedure(), Offer(JULY, JUNE, None, True), instead_of=ANYTIME, viewer=clerk, at=now())
    with pytest.raises(OfferedElsewhere):
        offer(procedure(), ANYTIME, instead_of=Offer(None, JULY, None, True), viewer=clerk, at=now())

    assert offer(procedure(), ANYTIME, instead_of=ANYTIME, viewer=clerk, at=now()) is False
    assert not Entry.objects.filter(what__in=["procedures.listed", "paperwork.scheduled"]).exists()
