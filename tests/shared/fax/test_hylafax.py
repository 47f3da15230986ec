"""The protocol, against our own server and, where its programs are at hand, against HylaFAX itself."""

import os
import shutil
import subprocess
import threading
import time

import pytest

from tests.shared.paper.editions import an_edition
from todoke.shared.fax.gateways import Order
from todoke.shared.fax.hylafax import HylaFax
from todoke.shared.fax.rules import Ending
from todoke.shared.fax.simulator.faults import FaultOrder, FaxFault
from todoke.shared.fax.simulator.server import FaxSimulator
from todoke.shared.messaging.types import TryLater

PDF = b"%PDF-1.7\n<< /Type /Pages /Count 1 >>\n%%EOF\n"


def order(key: str = "3f0c2f0e", number: str = "0220000001") -> Order:
    return Order(number, PDF, key, an_edition(), "施設")


def way(fax: FaxSimulator) -> HylaFax:
    return HylaFax("127.0.0.1", fax.port, poll_seconds=0.02)


def test_a_sheet_arrives_to_the_byte_with_a_receipt_for_its_page(fax):
    report = way(fax).dial(order(), seconds=8)

    assert (report.ending, report.pages_sent, report.pages) == (Ending.ARRIVED, 1, 1)
    [arrival] = fax.tray.arrivals()
    assert (arrival.key, arrival.title) == ("3f0c2f0e", "0220000001")
    assert fax.tray.pdf(arrival.number) == PDF


def test_the_prefix_of_an_outside_line_is_dialled_first(fax):
    HylaFax("127.0.0.1", fax.port, prefix="0,", poll_seconds=0.02).dial(order(), seconds=8)

    assert fax.tray.arrivals()[0].title == "0,0220000001"


@pytest.mark.parametrize(
    ("fault", "ending", "papers"),
    [
        (FaxFault.BUSY, Ending.BUSY, 0),
        (FaxFault.NO_ANSWER, Ending.NO_ANSWER, 0),
        (FaxFault.OUT_OF_PAPER, Ending.BROKEN, 0),
        (FaxFault.HALF_A_PAGE, Ending.BROKEN, 1),
    ],
)
def test_every_fault_of_a_call_is_told_for_what_it_is(fax, fault, ending, papers):
    fax.faults.order(FaultOrder(fault))

    report = way(fax).dial(order(), seconds=8)

    assert report.ending is ending
    assert report.pages_sent == 0
    assert len(fax.tray.arrivals()) == papers


def test_a_call_that_hangs_is_taken_back_within_its_time_and_dialled_again_later(fax):
    fax.faults.order(FaultOrder(FaxFault.HANG, calls=1))
    began = time.monotonic()

    first = way(fax).dial(order(), seconds=6.5)
    took = time.monotonic() - began
    second = way(fax).dial(order(), seconds=8)

    assert first.ending is Ending.BROKEN
    assert "取りやめました" in first.says
    assert took < 6.5
    assert second.ending is Ending.ARRIVED
    assert len(fax.tray.arrivals()) == 1


def test_a_repeat_with_the_same_key_finds_the_first_job_and_dials_nobody_twice(fax):
    first = way(fax).dial(order("same"), seconds=8)
    again = way(fax).dial(order("same"), seconds=8)
    other = way(fax).dial(order("other"), seconds=8)

    assert again == first
    assert other.job != first.job
    assert [arrival.key for arrival in fax.tray.arrivals()] == ["same", "other"]


def test_a_repeat_while_the_first_job_is_still_dialling_waits_for_its_ending(tmp_path):
    with FaxSimulator(tmp_path, speed=40) as slow:
        reports = []
        threads = [
            threading.Thread(target=lambda: reports.append(way(slow).dial(order("same"), seconds=8))) for _ in range(2)
        ]
        threads[0].start()
        time.sleep(0.3)
        threads[1].start()
        for thread in threads:
            thread.join(9)

        assert [report.ending for report in reports] == [Ending.ARRIVED, Ending.ARRIVED]
        assert len(slow.tray.arrivals()) == 1


def test_no_more_calls_than_modems_are_made_at_once(tmp_path):
    with FaxSimulator(tmp_path, modems=2, speed=400) as narrow:
        threads = [
            threading.Thread(target=way(narrow).dial, args=(order(f"key {number}"),), kwargs={"seconds": 8})
            for number in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(9)

        assert narrow.exchange.busiest == 2
        assert len(narrow.tray.arrivals()) == 6


def test_a_server_that_is_away_is_told_before_anything_has_left():
    with pytest.raises(TryLater) as trouble:
        HylaFax("127.0.0.1", 9).dial(order(), seconds=2)

    assert not trouble.value.may_have_left
    assert "断りました" in trouble.value.says


def test_a_probe_dials_nobody(fax):
    assert way(fax).probe(seconds=5) == "127.0.0.1 が応答しました"
    assert not fax.exchange.jobs


def test_a_browser_that_is_led_to_the_port_is_not_listened_to(fax):
    import socket

    with socket.create_connection(("127.0.0.1", fax.port), 5) as browser:
        browser.sendall(b"POST / HTTP/1.1\r\nJNEW\r\n")
        while browser.recv(1000):
            pass

    assert not fax.exchange.jobs


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hylafax://fax.example", HylaFax("fax.example")),
        ("hylafax://a%40b:c@fax.example:14559?prefix=0,", HylaFax("fax.example", 14559, "a@b", "c", "0,")),
    ],
)
def test_the_servers_address_is_read(address, expected):
    assert HylaFax.from_address(address) == expected


@pytest.mark.parametrize("address", ["http://x", "hylafax://", "hylafax://x?prefix=a", "hylafax://x?other=1"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ValueError, match=r"hylafax|prefix"):
        HylaFax.from_address(address)


def test_hylafaxs_own_sendfax_is_understood_by_our_simulator(fax, tmp_path):
    """TODOKE_SENDFAX names the program of the Debian package hylafax-client where it is not on the path."""
    program = os.environ.get("TODOKE_SENDFAX") or shutil.which("sendfax")
    if not program:
        pytest.skip("sendfax is not installed (Debian: hylafax-client); TODOKE_SENDFAX names the program")
    sheet = tmp_path / "sheet.ps"
    sheet.write_bytes(b"%!PS-Adobe-3.0\n%%Pages: 1\nshowpage\n%%EOF\n")

    done = subprocess.run(
        [program, "-n", "-h", f"127.0.0.1:{fax.port}", "-o", "todoke", "-d", "0220000001", str(sheet)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "request id is 1" in done.stdout
    deadline = time.monotonic() + 5
    while not fax.tray.arrivals() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [arrival.title for arrival in fax.tray.arrivals()] == ["0220000001"]


def test_hylafaxs_own_server_takes_our_job_and_gives_it_back():
    """TODOKE_HFAXD is host:port of a HylaFAX server without modems, to which nobody's telephone is connected."""
    server = os.environ.get("TODOKE_HFAXD")
    if not server:
        pytest.skip("no HylaFAX server is named; TODOKE_HFAXD=host:port of one without modems")
    host, _colon, port = server.partition(":")
    real = HylaFax(host, int(port), poll_seconds=0.2)

    said = real.probe(seconds=5)
    # Nobody dials, so the job waits; when the time is over it is taken back, and HylaFAX says so.
    report = real.dial(order(f"tests {time.time()}"), seconds=8)

    assert said.endswith("が応答しました")
    assert report.ending is Ending.BROKEN
    assert "取りやめました" in report.says
