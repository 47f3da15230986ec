"""The demo channels, and which channels the settings make."""

import time

import pytest

from tests.shared.messaging.channels.city import fresh, send
from todoke.shared.messaging.channels.demo import demo_channels
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.channels.outside import outside_channels
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Address, Never, TryLater

SUCCEEDS, FAILS, HANGS, EXPLODES = demo_channels()


def demo(address: str) -> Address:
    return Address("demo", "見本", address)


def test_the_four_are_in_the_shared_registry_where_all_services_are_simulators():
    assert all(channel.key in channels for channel in demo_channels())


def test_one_succeeds():
    assert send(SUCCEEDS, demo("anything"), key="key").reference == "key"


def test_one_refuses_as_its_address_says():
    with pytest.raises(Never):
        send(FAILS, demo("never"))
    with pytest.raises(TryLater) as later:
        send(FAILS, demo("later:30"))
    with pytest.raises(TryLater) as unclear:
        send(FAILS, demo("unclear"))

    assert (later.value.after_seconds, later.value.may_have_left) == (30, False)
    assert unclear.value.may_have_left is True


def test_one_keeps_no_deadline():
    began = time.monotonic()

    send(HANGS, demo("0.05"))

    assert time.monotonic() - began >= 0.05


def test_one_breaks_the_contract():
    with pytest.raises(RuntimeError):
        send(EXPLODES, demo("anything"))


@pytest.mark.parametrize("channel", [*demo_channels(), *outside_channels()], ids=lambda channel: channel.key)
def test_every_channel_prepares_the_same_parcel_again_and_shows_the_marked_title(channel):
    what, address = fresh(), Address("any", "だれか", "a@b.example")

    parcel = channel.prepare(what, address)

    assert parcel == channel.prepare(what, address)
    assert parcel.title == what.title()


def test_with_simulators_no_channel_knows_an_address_outside_this_machine(settings):
    settings.SIMULATORS, settings.SIMULATOR_PORTS = True, (8125, 8180)
    settings.MAIL_SERVER, settings.LINE_TOKEN = "smtp://relay.example", "token"

    channels = {channel.key: channel for channel in outside_channels()}

    mail, line_each = channels["messaging.mail"], channels["messaging.line-each"]
    assert mail.server == mail.simulator == MailServer("127.0.0.1", 8125)
    assert channels["messaging.mail-each"].servers == (mail.simulator,)
    for line in (channels["messaging.line"], line_each.line):
        assert (line.service, line.token) == ("http://127.0.0.1:8180", "simulator")
    assert channels["messaging.webhook"].simulated is True
    assert channels["messaging.push-each"].simulated is True


def test_without_simulators_the_real_services_are_those_of_the_settings(settings):
    settings.SIMULATORS = False
    settings.MAIL_SERVER, settings.LINE_TOKEN = "smtp://relay.example", "token"

    channels = {channel.key: channel for channel in outside_channels()}

    mail, line_each = channels["messaging.mail"], channels["messaging.line-each"]
    assert mail.server == MailServer("relay.example", 25)
    assert channels["messaging.mail-each"].servers == (mail.server,)
    for line in (channels["messaging.line"], line_each.line):
        assert (line.service, line.token) == ("https://api.line.me", "token")
    assert line_each.line.quota.reserve == settings.LINE_RESERVE / 100
    assert channels["messaging.webhook"].simulated is False
    assert channels["messaging.push-each"].simulated is False
    assert channels["messaging.push-each"].sender.contact == f"mailto:{settings.MAIL_FROM}"
