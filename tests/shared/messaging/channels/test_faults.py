"""Each fault on each channel: what the ledger is told, and what arrived."""

import socket
import time

import pytest

from tests.shared.messaging.channels.city import MAIL, PATIENCE_SECONDS, City, send
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.types import Never, TryLater

LATER, UNCLEAR, NEVER, ACCEPTED = "later", "unclear", "never", "accepted"
HTTP = ("line", "webhook")

OUTCOMES = [
    # A slow service that answers in time has accepted; one that does not may have it or not.
    *((route, Fault(FaultKind.DELAY, seconds=0.05), (ACCEPTED, 1)) for route in ("mail", *HTTP)),
    *((route, Fault(FaultKind.HANG), (UNCLEAR, 0)) for route in ("mail", *HTTP)),
    *((route, Fault(FaultKind.SWALLOW), (UNCLEAR, 1)) for route in ("mail", *HTTP)),
    *((route, Fault(FaultKind.GARBAGE), (UNCLEAR, 1)) for route in ("mail", *HTTP)),
    *((route, Fault(FaultKind.TAKE_AND_ANSWER, status=500), (UNCLEAR, 1)) for route in HTTP),
    # A mail server that answers so has said that it did not take it.
    ("mail", Fault(FaultKind.TAKE_AND_ANSWER, status=451), (LATER, 1)),
    *((route, Fault(FaultKind.DRIP), (UNCLEAR, 1)) for route in HTTP),
    ("mail", Fault(FaultKind.DRIP), (LATER, 0)),
    ("mail", Fault(FaultKind.DROP), (LATER, 0)),
    # A connection that ends after the request may have been read whole before.
    *((route, Fault(FaultKind.DROP), (UNCLEAR, 0)) for route in HTTP),
    ("mail", Fault(FaultKind.TLS), (LATER, 0)),
    *((route, Fault(FaultKind.TLS), (UNCLEAR, 0)) for route in HTTP),
    ("mail", Fault(FaultKind.ANSWER, status=421), (LATER, 0)),
    ("mail", Fault(FaultKind.ANSWER, status=451), (LATER, 0)),
    ("mail", Fault(FaultKind.ANSWER, status=450, at_recipient=True), (LATER, 0)),
    ("mail", Fault(FaultKind.ANSWER, status=550, at_recipient=True), (NEVER, 0)),
    ("mail", Fault(FaultKind.ANSWER, status=554), (NEVER, 0)),
    *((route, Fault(FaultKind.ANSWER, status=429, retry_after=30), (LATER, 0)) for route in HTTP),
    *((route, Fault(FaultKind.ANSWER, status=status), (UNCLEAR, 0)) for route in HTTP for status in (500, 502, 503)),
    *((route, Fault(FaultKind.ANSWER, status=status), (NEVER, 0)) for route in HTTP for status in (400, 401, 403, 404)),
    ("webhook", Fault(FaultKind.ANSWER, status=408), (LATER, 0)),
    ("webhook", Fault(FaultKind.ANSWER, status=410), (NEVER, 0)),
    ("webhook", Fault(FaultKind.ANSWER, status=302), (NEVER, 0)),
    # A conflict that does not name our id is no “I have it already”.
    ("webhook", Fault(FaultKind.ANSWER, status=409), (NEVER, 0)),
    ("line", Fault(FaultKind.ANSWER, status=409), (UNCLEAR, 0)),
]


def outcome_of(channel, address) -> str:
    try:
        send(channel, address)
    except TryLater as trouble:
        return UNCLEAR if trouble.may_have_left else LATER
    except Never:
        return NEVER
    return ACCEPTED


def named(value: object) -> str | None:
    return f"{value.kind.value}{value.status or ''}" if isinstance(value, Fault) else None


@pytest.mark.parametrize(("route", "fault", "expected"), OUTCOMES, ids=named)
def test_a_fault_becomes_the_right_trouble_within_the_patience_of_the_channel(simulator, city, route, fault, expected):
    outcome, arrived = expected
    channel, address = city.route(route)
    simulator.fault(route, fault)

    began = time.monotonic()
    told = outcome_of(channel, address)

    assert told == outcome
    assert time.monotonic() - began < PATIENCE_SECONDS + 5
    assert len(simulator.arrivals(route)) == arrived


@pytest.mark.parametrize("route", ["mail", "line", "webhook"])
def test_a_service_that_is_not_there_is_tried_later(route):
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    channel, address = City(closed, closed).route(route)

    with pytest.raises(TryLater, match="接続を断りました") as trouble:
        send(channel, address)

    assert trouble.value.may_have_left is False


@pytest.mark.parametrize("route", ["line", "webhook"])
def test_the_wait_that_the_other_side_asks_for_is_passed_on(city, simulator, route):
    channel, address = city.route(route)
    simulator.fault(route, Fault(FaultKind.ANSWER, status=429, retry_after=30))

    with pytest.raises(TryLater) as trouble:
        send(channel, address)

    assert trouble.value.after_seconds == 30


@pytest.mark.parametrize("route", ["mail", "line", "webhook"])
def test_a_fault_for_one_call_leaves_the_next_one_alone(city, simulator, route):
    channel, address = city.route(route)
    simulator.fault(route, Fault(FaultKind.ANSWER, status=503 if route != "mail" else 451, calls=1))

    first, second = outcome_of(channel, address), outcome_of(channel, address)

    assert (first, second) == (UNCLEAR if route != "mail" else LATER, ACCEPTED)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_server_without_working_tls_is_tried_later_and_gets_no_mail(city, simulator, security):
    simulator.fault("mail", Fault(FaultKind.TLS))
    channel = city.mail(server=MailServer("127.0.0.1", simulator.smtp_port, security))

    with pytest.raises(TryLater) as trouble:
        send(channel, MAIL)

    assert trouble.value.may_have_left is False
    assert simulator.arrivals("mail") == []


def test_a_line_service_without_working_tls_is_tried_later(city, simulator):
    channel = city.line(service=f"https://127.0.0.1:{simulator.http_port}")

    with pytest.raises(TryLater, match="TLS") as trouble:
        send(channel, city.route("line")[1])

    assert trouble.value.may_have_left is False
    assert simulator.arrivals("line") == []
