"""What the doctor says of subscriptions."""

import pytest

from tests.shared.messaging.ledger import make_destination
from tests.shared.subscriptions.people import make_subscriber
from todoke.base.doctor import Verdict
from todoke.base.registry import Registry
from todoke.shared.messaging.registry import MessageKind
from todoke.shared.subscriptions import checkup
from todoke.shared.subscriptions.audience import KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(monkeypatch):
    registry = Registry("tests.kinds")
    monkeypatch.setattr(checkup, "kinds", registry)
    return registry


def verdict() -> Verdict:
    return checkup.Subscribing().run().verdict


@pytest.mark.usefixtures("kinds")
def test_a_city_without_topics_is_well():
    assert verdict() == Verdict.OK


@pytest.mark.usefixtures("kinds", "areas", "topics")
def test_subscribers_without_a_destination_are_a_failure():
    before = verdict()
    make_subscriber([("hill", ["gomi"])])

    assert (before, verdict()) == (Verdict.WARNING, Verdict.FAILURE)


@pytest.mark.usefixtures("topics")
def test_a_kind_under_a_topic_that_nobody_can_choose_is_a_failure(kinds):
    make_destination("subscribers", "messaging.mail-each", address=KEY)
    kinds.register(MessageKind("tests.good", "x", "bulk", topics=("gomi",)))
    before = verdict()
    kinds.register(MessageKind("tests.bad", "x", "bulk", topics=("bosai",)))

    assert (before, verdict()) == (Verdict.OK, Verdict.FAILURE)
    assert "bosai" in checkup.Subscribing().run().says


def test_a_city_that_sends_by_line_without_the_secret_of_its_webhook_is_warned(settings):
    settings.SIMULATORS, settings.LINE_SECRET = False, ""
    before = checkup.LineDoor().run().verdict
    make_destination("subscribers-line", "messaging.line-each", address=KEY)
    without = checkup.LineDoor().run().verdict
    settings.LINE_SECRET = "0123456789abcdef" * 2

    assert (before, without, checkup.LineDoor().run().verdict) == (Verdict.OK, Verdict.WARNING, Verdict.OK)
