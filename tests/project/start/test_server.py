"""The web server: it says that it is stopping before it stops, and writes no path into its log."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.database import address_of_the_tests
from todoke.project.start.server import Serving, log_lines

START_SECONDS_MAX = 30


@pytest.fixture
def served(tmp_path, db):
    """A server with its own folder and four seconds to drain, in front of the database of the tests."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ours = {"DATABASE_URL": address_of_the_tests(), "TODOKE_VAR": str(tmp_path), "TODOKE_LOGS": "json"}
    environment = {**os.environ, **ours, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # The folder is its own already.
    environment.pop("PYTEST_XDIST_WORKER", None)
    serving = Serving("127.0.0.1", port, processes=1, var=str(tmp_path), logs="json", drain_seconds=4)
    process = subprocess.Popen(
        serving.command(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield port, process
    finally:
        if process.poll() is None:
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        process.stdout.close()


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def wait_for(port: int, path: str, status: int, seconds: float) -> bytes:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, http.client.HTTPException):
            found, body = get(port, path)
            last = body
            if found == status:
                return body
        time.sleep(0.05)
    raise AssertionError(f"{path} did not answer {status} within {seconds} s: {last}")


def test_a_server_drains_before_it_stops_and_tells_its_requests_without_their_paths(served) -> None:
    port, process = served
    token = "Q7fK2mZ9xW4pL8sT3vB6nR1yD5hJ0cGa"
    wait_for(port, "/readyz", 200, START_SECONDS_MAX)
    assert get(port, "/healthz")[0] == 200
    assert b"todoke_start_version" in get(port, "/metrics")[1]
    get(port, f"/alerts/{token}?mail=hanako@example.jp")

    process.send_signal(signal.SIGTERM)
    told = json.loads(wait_for(port, "/readyz", 503, 4))

    assert [lack["key"] for lack in told["missing"]] == ["stopping"]
    assert get(port, "/healthz")[0] == 200
    output, _ = process.communicate(timeout=15)
    lines = [json.loads(line) for line in output.splitlines()]
    asked = [line for line in lines if line["message"] == "request_answered"]
    assert [line["fields"]["route"] for line in asked] == ["alerts/<path:address>"]
    assert all(line["role"] == "web" and len(line["request_id"]) == 32 for line in asked)
    assert token not in output
    assert "hanako" not in output
    assert process.returncode == 0


@pytest.mark.parametrize(("form", "kind"), [("text", "TextLine"), ("json", "JsonLine")])
def test_the_servers_own_lines_have_the_form_of_the_others(form, kind) -> None:
    assert log_lines(form)["formatters"]["generic"]["()"].endswith(kind)
