from datetime import date

import pytest

from tests.shared.social.city import make_account, make_place, make_quota
from todoke.base.doctor import Verdict
from todoke.shared.social import checkup, gauges
from todoke.shared.social.checkup import Accounts, Quotas
from todoke.shared.social.rules import Meter
from todoke.shared.social.types import Window

pytestmark = pytest.mark.django_db


def test_a_city_without_networks_is_well():
    assert Accounts().run().verdict is Verdict.OK
    assert Quotas().run().verdict is Verdict.OK


def test_a_destination_whose_account_nobody_registered_is_a_failure():
    make_place()

    finding = Accounts().run()

    assert finding.verdict is Verdict.FAILURE
    assert "防災X" in finding.says


def test_a_closed_account_that_a_destination_uses_is_a_failure():
    make_account(closed_date=date(2026, 1, 1))
    make_place()

    assert Accounts().run().verdict is Verdict.FAILURE


def test_an_account_without_its_secret_is_a_failure_where_the_services_are_real(settings):
    make_account()
    make_place()
    settings.SIMULATORS, settings.SOCIAL_SECRETS = False, {}
    missing = Accounts().run()

    settings.SOCIAL_SECRETS = {"TODOKE_SOCIAL_SECRET_X": "token"}

    assert missing.verdict is Verdict.FAILURE
    assert Accounts().run().verdict is Verdict.OK


def test_a_city_that_speaks_by_apprise_alone_is_warned():
    make_account(service="social.apprise", address="slack:bosai")
    make_place(channel="social.apprise", address="slack:bosai")
    alone = Accounts().run()

    make_place("press", channel="messaging.mail", address="press@example.jp")

    assert alone.verdict is Verdict.WARNING
    assert Accounts().run().verdict is Verdict.OK


@pytest.mark.parametrize(
    ("limit", "reserve", "verdict"), [(1, 0, Verdict.FAILURE), (2, 50, Verdict.WARNING), (50, 40, Verdict.OK)]
)
def test_the_doctor_says_when_posts_run_out(monkeypatch, limit, reserve, verdict):
    make_quota(make_account())
    monkeypatch.setattr(
        checkup,
        "meters_of",
        lambda account, at: [Meter(Window.DAY, limit, reserve, (at.replace(microsecond=0),), None)],
    )

    assert Quotas().run().verdict is verdict


def test_the_gauge_tells_the_used_share():
    make_quota(make_account())

    (sample,) = gauges.quotas_used()

    assert sample.value == 0
    assert sample.labels == {"account": "bosai-x", "window": "day"}
