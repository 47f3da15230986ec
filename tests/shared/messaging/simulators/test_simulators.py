"""The simulators themselves: what they keep, how faults are ordered, and how they are run."""

import json
import smtplib
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from tests.shared.messaging.channels.city import LINE, City, fresh, send
from todoke.base.clock import now
from todoke.shared.messaging.simulators import arrivals
from todoke.shared.messaging.simulators.arrivals import Postbox
from todoke.shared.messaging.simulators.control import SimulatorsAway, clear_fault, faults_in_force, order_fault
from todoke.shared.messaging.simulators.faults import Fault, FaultBook, FaultKind
from todoke.shared.messaging.simulators.simulator import Simulator

CONTROL = {"X-Todoke-Control": "1"}


@pytest.fixture
def simulator(tmp_path: Path):
    with Simulator(tmp_path, secret_of=City.secret_of) as running:
        yield running


def put(postbox: Postbox, key: str, body: bytes = b"body"):
    return postbox.put(key, body, mode="actual", title=key, content={})


# ---- what is kept ----


def test_arrivals_are_numbered_and_read_newest_first_by_another_process(tmp_path):
    for key in ("a", "b", "c"):
        put(Postbox(tmp_path), key)

    reader = Postbox(tmp_path)

    assert [(arrival.number, arrival.key) for arrival in reader.newest()] == [(3, "c"), (2, "b"), (1, "a")]
    assert [arrival.key for arrival in reader.newest(skip=1, limit=1)] == ["b"]
    assert (reader.count(), reader.find(2).key, reader.find(4), reader.find(0)) == (3, "b", None, None)


def test_a_repeat_is_known_after_a_restart(tmp_path):
    put(Postbox(tmp_path), "a")

    again = put(Postbox(tmp_path), "a")

    assert again.duplicate is True


def test_only_the_newest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(arrivals, "SEGMENT", 5)
    box = Postbox(tmp_path, kept_max=10)

    for number in range(1, 33):
        put(box, str(number))

    assert box.count() == 12  # ten, and what the youngest file holds beyond them
    assert box.newest(limit=100)[-1].number == 21
    assert box.find(20) is None
    assert len(list(tmp_path.iterdir())) == 3


def test_a_line_that_was_cut_off_by_a_crash_is_skipped(tmp_path):
    put(Postbox(tmp_path), "a")
    (path,) = tmp_path.iterdir()
    with path.open("ab") as file:
        file.write(b'{"number": 2, "key": "b')

    assert [arrival.key for arrival in Postbox(tmp_path).newest()] == ["a"]


def test_the_files_are_the_owners_alone(tmp_path):
    folder = tmp_path / "mail"
    put(Postbox(folder), "a")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


# ---- faults ----


def test_a_fault_lasts_for_its_calls():
    book = FaultBook()
    book.set("mail", Fault(FaultKind.HANG, calls=2))

    assert [book.take("mail") is not None for _ in range(3)] == [True, True, False]


def test_a_fault_lasts_for_its_time():
    book = FaultBook()
    book.set("mail", Fault(FaultKind.HANG, for_seconds=0.05))

    during = book.take("mail")
    time.sleep(0.06)

    assert during is not None
    assert (book.in_force(), book.take("mail")) == ({}, None)


def test_a_fault_without_a_limit_lasts_until_it_is_cleared_and_touches_no_other_route():
    book = FaultBook()
    book.set("mail", Fault(FaultKind.HANG))

    assert all(book.take("mail") for _ in range(20))
    assert book.take("line") is None
    book.clear()
    assert book.take("mail") is None


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "answer"},
        {"kind": "answer", "status": 99},
        {"kind": "answer", "status": "503"},
        {"kind": "delay"},
        {"kind": "delay", "seconds": 3600},
        {"kind": "hang", "calls": 0},
        {"kind": "hang", "calls": True},
        {"kind": "hang", "for_seconds": -1},
        {"kind": "hang", "colour": "red"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_nothing_changes(simulator, told):
    answer = httpx.put(f"http://127.0.0.1:{simulator.http_port}/control/faults/mail", json=told, headers=CONTROL)

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert simulator.faults.in_force() == {}


def test_faults_are_ordered_from_another_process(simulator):
    fault = Fault(FaultKind.ANSWER, status=429, retry_after=30, calls=3)

    order_fault(simulator.http_port, "line", fault)

    assert faults_in_force(simulator.http_port) == {"line": fault} == simulator.faults.in_force()
    clear_fault(simulator.http_port, "line")
    assert faults_in_force(simulator.http_port) == {}


@pytest.mark.parametrize("headers", [{}, {**CONTROL, "Host": "evil.example"}])
def test_a_page_in_a_browser_orders_no_fault(simulator, headers):
    base = f"http://127.0.0.1:{simulator.http_port}/control"

    answers = [
        httpx.put(f"{base}/faults/mail", json={"kind": "hang"}, headers=headers),
        httpx.delete(f"{base}/faults/mail", headers=headers),
        httpx.get(base, headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert simulator.faults.in_force() == {}


def test_simulators_that_are_away_are_said_to_be():
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]

    with pytest.raises(SimulatorsAway, match="todoke simulators"):
        faults_in_force(closed)


# ---- the services ----


def test_the_mail_server_speaks_to_an_ordinary_client(simulator):
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port, local_hostname="localhost") as smtp:
        smtp.sendmail("a@example.jp", ["b@example.jp", "c@example.jp"], b"Subject: hello\r\n\r\n.text\r\n")

    (arrival,) = simulator.arrivals("mail")
    assert (arrival.title, arrival.content["to"]) == ("hello", ["b@example.jp", "c@example.jp"])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"authorization": ""}, 401),
        ({"x-line-retry-key": "no uuid"}, 400),
        ({"content": b"no json"}, 400),
        ({"content": b"[]"}, 400),
        ({"content": json.dumps({"messages": []}).encode()}, 400),
        ({"content": json.dumps({"messages": [{"type": "text", "text": "🍎" * 2501}]}).encode()}, 400),
        ({"content": json.dumps({"messages": [{"type": "text", "text": "🍎" * 2500}]}).encode()}, 200),
        ({"path": "push"}, 400),
        ({"path": "multicast"}, 400),
        ({"path": "narrowcast"}, 404),
    ],
)
def test_line_refuses_what_line_refuses(simulator, change, status):
    content = json.dumps({"messages": [{"type": "text", "text": "hello"}]}).encode()
    headers = {"authorization": "Bearer token", "x-line-retry-key": "123e4567-e89b-12d3-a456-426614174000"}
    headers |= {name: value for name, value in change.items() if name in headers}
    url = f"http://127.0.0.1:{simulator.http_port}/v2/bot/message/{change.get('path', 'broadcast')}"

    answer = httpx.post(url, content=change.get("content", content), headers=headers)

    assert answer.status_code == status
    assert len(simulator.arrivals("line")) == (1 if status == 200 else 0)


def test_line_remembers_a_retry_key_over_a_restart_but_not_for_more_than_a_day(tmp_path, time_machine):
    what, address = fresh(), replace(LINE, address="simulator:broadcast")
    began = now()
    remembered = []

    for hours in (0, 23, 25, 26):
        time_machine.move_to(began + timedelta(hours=hours))
        with Simulator(tmp_path, secret_of=City.secret_of) as running:
            channel = City(running.smtp_port, running.http_port).line()
            remembered.append("すでに" in send(channel, address, what).says)

    assert remembered == [False, True, False, True]


def test_a_simulator_stops_while_calls_hang(tmp_path):
    began = time.monotonic()
    with Simulator(tmp_path, secret_of=City.secret_of) as running:
        running.fault("line", Fault(FaultKind.HANG))
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"http://127.0.0.1:{running.http_port}/v2/bot/message/broadcast", content=b"{}", timeout=0.1)

    assert time.monotonic() - began < 2


# ---- the command ----


def test_a_taken_port_is_told_with_what_to_do(simulator, settings, tmp_path):
    settings.SIMULATOR_PORTS, settings.SIMULATOR_ROOT = (simulator.smtp_port, 0), tmp_path

    with pytest.raises(CommandError, match="TODOKE_SIMULATOR_PORTS"):
        call_command("simulators")


def test_the_command_serves_until_it_is_told_to_stop_and_needs_no_database(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        ports = (one.getsockname()[1], other.getsockname()[1])
    environment = {
        "TODOKE_VAR": str(tmp_path),
        "TODOKE_SIMULATOR_PORTS": f"{ports[0]},{ports[1]}",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "PYTHONPATH": ":".join(sys.path),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "todoke.project.cli", "simulators"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        faults = faults_in_force(ports[1])
    finally:
        process.terminate()
        process.communicate(timeout=10)

    assert str(ports[0]) in line
    assert faults == {}
    assert process.returncode == 0
