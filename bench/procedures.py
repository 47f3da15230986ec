"""Handing a form in: twenty fields and an attachment, by many at once, beside a plain Django form.

Both are served by the same server with the same processes, on loopback, turn by turn in one run; each filing is three
posts. `TODOKE_BENCH_FILINGS` says how many a turn (960), `TODOKE_BENCH_AT_ONCE` how many at once (32). Goal: at least
0.6 of what the plain form does, which seals nothing, judges nothing and keeps no record.
"""

import http.client
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from bench._database import own_database
from bench._form import KEY, boxes
from bench._house import share
from bench._procedures_city import fill_city

RATIO_GOAL = 0.6
TURNS = 2
PROCESSES = 2
START_SECONDS = 60
TOKEN = "b" * 32
BETWEEN = "todoke-bench-boundary"

Send = Callable[[str, bytes, str], tuple[int, str]]


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement; the last one is the ratio."""
    filings = int(os.environ.get("TODOKE_BENCH_FILINGS", "960"))
    at_once = int(os.environ.get("TODOKE_BENCH_AT_ONCE", "32"))
    with own_database("procedures"), tempfile.TemporaryDirectory(prefix="todoke-bench-procedures-") as folder:
        fill_city()
        with _ours(Path(folder)) as ours, _bare(Path(folder)) as bare:
            sides = {"ours": (ours, _our_filing), "plain": (bare, _plain_filing)}
            paces: dict[str, list[float]] = {side: [] for side in sides}
            times: dict[str, list[float]] = {side: [] for side in sides}
            for port, file_one in sides.values():
                _load(port, file_one, min(filings, at_once), at_once)
            for _turn in range(TURNS):
                for side, (port, file_one) in sides.items():
                    took, seconds = _load(port, file_one, filings, at_once)
                    paces[side].append(len(took) / seconds)
                    times[side] += took
    for side, words in (("ours", "a filing handed in"), ("plain", "the same with a plain Django form")):
        yield {
            "name": f"{words}: requests a second, {at_once} at once",
            "value": round(median(paces[side]), 1),
            "unit": "1/s",
            "runs": {"min": round(min(paces[side]), 1), "max": round(max(paces[side]), 1)},
            "p50_ms": round(share(times[side], 50), 1),
            "p99_ms": round(share(times[side], 99), 1),
            "requests": len(times[side]),
        }
    ratio = median(paces["ours"]) / median(paces["plain"])
    yield {
        "name": "a filing handed in: requests a second, as a part of the plain form's",
        "value": round(ratio, 3),
        "unit": "ratio",
        "goal": RATIO_GOAL,
        "holds": ratio >= RATIO_GOAL,
        "p99_ratio": round(share(times["ours"], 99) / share(times["plain"], 99), 2),
        "processes": PROCESSES,
        "cores": os.cpu_count(),
    }


# ---- the servers ----------------------------------------------------------------------------------------------------


@contextmanager
def _ours(folder: Path) -> Iterator[int]:
    from todoke.project.start.server import Serving

    port, var = _free_port(), folder / "var"
    var.mkdir()
    serving = Serving("127.0.0.1", port, PROCESSES, str(var), "text")
    with _running(serving.command(), port, {**_environment(), "DATABASE_URL": _address(), "TODOKE_VAR": str(var)}):
        yield port


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    from django.db import connection

    kept = connection.settings_dict
    files = folder / "bare"
    files.mkdir()
    database = {
        name: kept[name] for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "CONN_HEALTH_CHECKS")
    }
    told = {"database": {**database, "CONN_MAX_AGE": 0, "OPTIONS": dict(kept["OPTIONS"])}, "files": str(files)}
    environment = {**_environment(), "BENCH_BARE": json.dumps(told)}
    subprocess.run([sys.executable, "-m", "bench._bare_tables"], env=environment, check=True)
    port = _free_port()
    command = [sys.executable, "-m", "granian", "bench._bare:application", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", str(PROCESSES), "--blocking-threads", "1", "--backlog", "1024", "--no-ws"]
    with _running([*command, "--log-level", "warning"], port, environment):
        yield port


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TODOKE_")}


def _address() -> str:
    from django.db import connection

    told = connection.settings_dict
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    host = told["HOST"] or "127.0.0.1"
    if host.startswith("/"):
        # The house's own server listens on a socket.
        host = quote(host, safe="")
    return f"postgresql://{told['USER']}{password}@{host}:{told['PORT']}/{told['NAME']}"


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    server = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the server did not start") from None
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# ---- the load -------------------------------------------------------------------------------------------------------


def _load(port: int, file_one: Callable[[Send], None], filings: int, at_once: int) -> tuple[list[float], float]:
    """Every request's milliseconds, and the seconds for all of them."""
    turns = iter(range(filings))
    lock, took, faults = threading.Lock(), [], []

    def somebody() -> None:
        mine: list[float] = []
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with lock:
                if next(turns, None) is None or faults:
                    break
            try:
                file_one(_sender(line, mine))
            except Exception as fault:  # one that fails ends the measurement, whatever it is
                faults.append(fault)
        with lock:
            took.extend(mine)

    people = [threading.Thread(target=somebody) for _each in range(at_once)]
    started = time.perf_counter()
    for person in people:
        person.start()
    for person in people:
        person.join()
    if faults:
        raise faults[0]
    return took, time.perf_counter() - started


def _sender(line: http.client.HTTPConnection, took: list[float]) -> Send:
    """One browser: its cookies, and the time of each of its requests."""
    cookies = {"csrftoken": TOKEN}

    def send(place: str, body: bytes, kind: str) -> tuple[int, str]:
        headers = {
            "Content-Type": kind,
            "X-CSRFToken": TOKEN,
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        started = time.perf_counter()
        line.request("POST", place, body, headers)
        answer = line.getresponse()
        answer.read()
        took.append((time.perf_counter() - started) * 1000)
        for told in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = told.split(";")[0].partition("=")
            cookies[name] = value
        return answer.status, answer.headers.get("Location", "")

    return send


FORM = "application/x-www-form-urlencoded"


def _our_filing(send: Send) -> None:
    place = _on(send(f"/procedures/{KEY}/begin/", b"", FORM))
    review = _on(send(place, _page(), f"multipart/form-data; boundary={BETWEEN}"))
    done = _on(send(review, f"submit_key={_key()}".encode(), FORM))
    if "/receipt/" not in done:
        raise RuntimeError(f"not handed in: {done}")


def _key() -> str:
    """As the page makes it: sixteen hexadecimal digits look like a My Number in one of five hundred."""
    from todoke.shared.paperwork.rules import RECEIPT_LETTERS, new_code

    return new_code(RECEIPT_LETTERS)


def _plain_filing(send: Send) -> None:
    for place, body, kind in (
        ("/begin/", b"", FORM),
        ("/page/", _page(), f"multipart/form-data; boundary={BETWEEN}"),
        ("/review/", b"submit_key=x", FORM),
    ):
        _on(send(place, body, kind))


def _on(answer: tuple[int, str]) -> str:
    status, place = answer
    if status != http.client.FOUND:
        raise RuntimeError(f"answered {status}")
    return place


def _page() -> bytes:
    """The page as a browser posts it, with its paper."""
    from todoke.shared.paperwork.rules import mark_of

    out = io.BytesIO()
    for name, value in (*boxes(mark_of({})), ("next", "1")):
        out.write(f'--{BETWEEN}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    head = f'--{BETWEEN}\r\nContent-Disposition: form-data; name="paper"; filename="a.pdf"\r\n'
    out.write(f"{head}Content-Type: application/pdf\r\n\r\n".encode() + _paper() + f"\r\n--{BETWEEN}--\r\n".encode())
    return out.getvalue()


@cache
def _paper() -> bytes:
    from pypdf import PdfWriter

    paper, out = PdfWriter(), io.BytesIO()
    paper.add_blank_page(595, 842)
    paper.write(out)
    return out.getvalue()
