"""Probes: each way tried, each fault met, nobody gets anything, and no fault ordered for a drill is used up."""

import http.server
import socket
import threading
import time

import pytest

from tests.shared.messaging.channels.city import PATIENCE_SECONDS, WEBHOOK, City, send
from todoke.shared.messaging.channels.mail import MailServer
from todoke.shared.messaging.channels.public_page import try_public
from todoke.shared.messaging.probing import Probed
from todoke.shared.messaging.simulators import control
from todoke.shared.messaging.simulators.faults import Fault, FaultKind
from todoke.shared.messaging.types import Address, Never, TryLater

ROUTES = ("mail", "line", "webhook")
FAULTS = (
    Fault(FaultKind.HANG),
    Fault(FaultKind.SWALLOW),
    Fault(FaultKind.GARBAGE),
    Fault(FaultKind.DRIP),
    Fault(FaultKind.DROP),
    Fault(FaultKind.TLS),
    Fault(FaultKind.ANSWER, status=503),
)


def probe(city: City, route: str) -> str:
    channel, address = city.route(route)
    (one,) = channel.probes([address])
    return one.try_it()


def waited_out(kind: FaultKind) -> object:
    return pytest.param(kind, marks=pytest.mark.faults)


def named(value: object) -> str | None:
    return value.kind.value if isinstance(value, Fault) else None


@pytest.mark.parametrize("route", ROUTES)
def test_a_way_that_is_open_says_so_and_nobody_gets_anything(simulator, city, route) -> None:
    assert "応答しました" in probe(city, route)

    assert [simulator.arrivals(each) for each in ROUTES] == [[], [], []]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_way_with_a_fault_is_told_within_the_patience(simulator, city, route, fault) -> None:
    simulator.fault(route, fault)
    began = time.monotonic()

    with pytest.raises((TryLater, Never)) as trouble:
        probe(city, route)

    assert trouble.value.says.endswith("。")
    assert time.monotonic() - began < PATIENCE_SECONDS + 5
    assert simulator.arrivals(route) == []


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.ANSWER, *map(waited_out, (FaultKind.HANG, FaultKind.DRIP))])
def test_a_probe_uses_up_no_fault_that_was_ordered_for_a_message(simulator, city, route, kind) -> None:
    simulator.fault(route, Fault(kind, status=503 if kind is FaultKind.ANSWER else 0, calls=1))

    for _ in range(2):
        with pytest.raises((TryLater, Never)):
            probe(city, route)

    with pytest.raises((TryLater, Never)):
        send(*city.route(route))
    assert simulator.faults.in_force() == {}
    assert "応答しました" in probe(city, route)


def test_a_line_token_that_is_refused_is_told_with_what_to_do(simulator, city) -> None:
    simulator.fault("line", Fault(FaultKind.ANSWER, status=401))

    with pytest.raises(Never, match="TODOKE_LINE_TOKEN"):
        probe(city, "line")


def test_services_that_are_not_set_up_are_told_by_the_name_of_their_variable(simulator, city) -> None:
    (mail,), (line,) = city.mail(server=None).probes([]), city.line(token="").probes([])

    with pytest.raises(Never, match="TODOKE_MAIL_SERVER"):
        mail.try_it()
    with pytest.raises(Never, match="TODOKE_LINE_TOKEN"):
        line.try_it()


def test_a_mail_server_that_is_not_there_is_told(city) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (one,) = city.mail(server=MailServer("127.0.0.1", port)).probes([])

    with pytest.raises(TryLater, match="接続を断りました"):
        one.try_it()


def test_a_mail_server_with_a_broken_certificate_is_told(simulator, city) -> None:
    # The simulator speaks no TLS on this port, as a server does whose certificate could not be loaded.
    server = MailServer("127.0.0.1", simulator.smtp_port, security="tls")
    (one,) = city.mail(server=server, simulator=MailServer("127.0.0.1", 1)).probes([])

    with pytest.raises(TryLater, match="TLS"):
        one.try_it()


def test_every_partner_is_a_way_of_its_own(city) -> None:
    other = Address("mirror", "キャッシュサイト", "https://mirror.example.jp/hook")

    probes = city.webhook().probes([WEBHOOK, other])

    assert [(one.route, one.name) for one in probes] == [("broadcaster", "放送局"), ("mirror", "キャッシュサイト")]


def test_a_partner_that_knows_no_options_is_well(simulator, city) -> None:
    simulator.fault("webhook", Fault(FaultKind.ANSWER, status=405))

    assert "405" in probe(city, "webhook")


def test_a_partner_whose_name_leads_into_our_own_network_is_not_called(city) -> None:
    inside = Address("inside", "庁内", "https://127.0.0.1/hook")
    (one,) = city.webhook(simulated=False).probes([inside])

    with pytest.raises(Never, match="庁内"):
        one.try_it()


def test_the_channels_of_the_house_offer_probes_and_the_telephone_offers_none() -> None:
    from todoke.shared.messaging.registry import channels

    offered = {channel.key for channel in channels if isinstance(channel, Probed)}

    # Other rooms add channels of their own.
    assert {key for key in offered if key.startswith(("messaging.", "pages."))} == {
        "messaging.board",
        "messaging.mail",
        "messaging.line",
        "messaging.line-each",
        "messaging.push-each",
        "messaging.webhook",
        "messaging.feeds",
        "pages.site",
    }


def mass_probe(city: City, route: str) -> str:
    (one,) = (city.line_each() if route == "line" else city.push_each()).probes([])
    return one.try_it()


@pytest.mark.parametrize("route", ["line", "push"])
def test_the_way_to_many_is_tried_too_and_nobody_gets_anything(simulator, city, route) -> None:
    assert "応答しました" in mass_probe(city, route)

    assert simulator.arrivals(route) == []


@pytest.mark.parametrize("route", ["line", "push"])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_way_to_many_with_a_fault_is_told_within_the_patience(simulator, city, route, fault) -> None:
    simulator.fault(route, fault)
    began = time.monotonic()

    with pytest.raises((TryLater, Never)) as trouble:
        mass_probe(city, route)

    assert trouble.value.says.endswith("。")
    assert time.monotonic() - began < PATIENCE_SECONDS + 5


def test_each_great_push_service_is_a_way_of_its_own(city) -> None:
    probes = city.push_each(simulated=False).probes([])

    assert [(one.route, one.name) for one in probes] == [
        ("google", "Google"),
        ("mozilla", "Mozilla"),
        ("apple", "Apple"),
    ]


@pytest.fixture
def site():
    """A web server that answers /good, and 404 to all else."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/good" else 404)
            self.end_headers()
            self.wfile.write(b"<html></html>")

        def log_message(self, *_words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_public_file_is_read_back_by_its_sign(site) -> None:
    assert "読めました" in try_public(f"{site}/good", b"</html>")
    with pytest.raises(TryLater, match="違います"):
        try_public(f"{site}/good", b"</feed>")
    with pytest.raises(TryLater, match="404"):
        try_public(f"{site}/gone", b"</html>")


def test_the_simulated_mailbox_is_read_by_message_id_at_the_control_door_alone(simulator, city) -> None:
    import http.client
    import json

    channel, address = city.route("mail")
    from tests.shared.messaging.channels.city import fresh

    sent = fresh()
    send(channel, address, sent)
    number = channel.number(sent.identifier, address)

    def asked(path: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", simulator.http_port, timeout=2)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()

    from urllib.parse import quote

    path = f"/mailbox/{quote(number, safe='')}"
    status, body = asked(path, **{control.CONTROL_HEADER: "1"})

    assert status == 200
    assert json.loads(body)["to"] == [address.address]
    assert json.loads(body)["title"] == sent.title()
    assert asked(path)[0] == 403
    assert asked("/mailbox/%3Cnothing%40here%3E", **{control.CONTROL_HEADER: "1"})[0] == 404
