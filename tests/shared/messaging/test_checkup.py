"""What the doctor hears from messaging."""

from datetime import timedelta

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.channels.city import City
from tests.shared.messaging.ledger import first, make_destination
from todoke.base.clock import now
from todoke.base.doctor import Verdict
from todoke.shared.messaging import checkup
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.channels.line_quota import Quota, Reading
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Never

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(monkeypatch):
    obedient = ledger.ObedientChannel("tests.plain")
    for module in (dispatch, checkup):
        monkeypatch.setattr(module, "channels", ledger.channels_of(obedient))
    return obedient


@pytest.fixture
def edition(officers, channel):
    order = first(officers, make_destination("page"))
    return release(type(order)(**{**order.__dict__, "expires_at": now() + timedelta(hours=1)}), at=now())


def refuse(*_):
    raise Never("宛先がありません")


def test_a_city_without_destinations_is_a_warning(channel):
    assert checkup.Channels().run().verdict is Verdict.WARNING


def test_a_destination_on_a_retired_channel_is_a_failure(channel):
    make_destination("old", channel="tests.retired")

    finding = checkup.Channels().run()

    assert finding.verdict is Verdict.FAILURE
    assert "tests.retired" in finding.says


def test_a_channel_on_which_every_try_failed_is_a_warning(edition, channel):
    channel.answer = refuse
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=now())
    errand = dispatch.hand_over(claimed, worker="w", at=now())
    dispatch.settle(errand, dispatch.send(errand, "tests.plain"), at=now())

    assert checkup.Channels().run().verdict is Verdict.WARNING
    assert checkup.Waiting().run().verdict is Verdict.WARNING


def test_a_delivery_that_lies_half_a_minute_is_a_failure(edition):
    before = checkup.Waiting().run().verdict

    Delivery.objects.update(due_at=now() - timedelta(seconds=31))

    assert (before, checkup.Waiting().run().verdict) == (Verdict.OK, Verdict.FAILURE)


def test_real_services_without_their_keys_are_a_failure(edition, settings):
    make_destination("line", channel="messaging.line")
    settings.SIMULATORS, settings.LINE_TOKEN, settings.MAIL_SERVER = False, "", ""

    finding = checkup.Keys().run()

    assert finding.verdict is Verdict.FAILURE
    assert "TODOKE_LINE_TOKEN" in finding.says
    assert "TODOKE_MAIL_SERVER" not in finding.says


def test_a_key_that_two_channels_want_is_named_once(edition, settings):
    make_destination("line", channel="messaging.line")
    make_destination("line-readers", channel="messaging.line-each")
    settings.SIMULATORS, settings.LINE_TOKEN = False, ""

    assert checkup.Keys().run().says.count("TODOKE_LINE_TOKEN") == 1


# ---- the month's quota of LINE ----


@pytest.fixture
def line(officers, monkeypatch):
    channel = City(1, 1).line_each()
    monkeypatch.setattr(checkup, "channels", ledger.channels_of(channel))
    make_destination("line-readers", channel="messaging.line-each")

    def says(reading):
        monkeypatch.setattr(channel.line, "quota", Quota(lambda: reading, reserve=0.2))

    return says


@pytest.mark.parametrize(
    ("reading", "verdict", "words"),
    [
        (None, Verdict.WARNING, "尋ねられませんでした"),
        (Reading(None, 0), Verdict.OK, "上限はありません"),
        (Reading(1000, 500), Verdict.OK, "あと 300 通"),
        (Reading(1000, 800), Verdict.WARNING, "1000 通のうち 800 通"),
        (Reading(1000, 1000), Verdict.WARNING, "1000 通のうち 1000 通"),
    ],
)
def test_the_doctor_knows_how_much_of_the_month_is_left(line, reading, verdict, words):
    line(reading)

    finding = checkup.LineQuota().run()

    assert finding.verdict is verdict
    assert words in finding.says


def test_a_city_without_subscribers_on_line_is_not_asked(edition):
    assert checkup.LineQuota().run().verdict is Verdict.OK
