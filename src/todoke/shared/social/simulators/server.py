"""The simulated networks behind one HTTP server on 127.0.0.1, with the door by which faults are ordered.

The door is that of messaging's simulators (`messaging.simulators.control` speaks to both).
"""

import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, Self

from todoke.shared.messaging.simulators.faults import Fault, FaultBook, FaultKind
from todoke.shared.messaging.simulators.reply import Reply
from todoke.shared.messaging.simulators.smtp import HANG_SECONDS_MAX, TLS_ALERT
from todoke.shared.messaging.simulators.web import BODY_BYTES_MAX, CONTROL_HEADER
from todoke.shared.social.simulators.services import (
    AppriseSimulator,
    FacebookSimulator,
    MastodonSimulator,
    XSimulator,
)
from todoke.shared.social.simulators.timeline import SERVICES, Post, timelines

NOT_FOUND = Reply(404, {"message": "Not found"})


class Network(Protocol):
    """A simulated network: what it answers to one call. `url` is the address as the caller signed it."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, url: str) -> Reply: ...


class SocialFaults(FaultBook):
    """The faults of the networks, one for each service."""

    def set(self, route: str, fault: Fault) -> None:
        """Put this fault in force in place of the one before. Raises ValueError for an unknown service."""
        if route not in SERVICES:
            raise ValueError(f"no service “{route}”: one of {', '.join(SERVICES)}")
        ends = None if fault.for_seconds is None else time.monotonic() + fault.for_seconds
        with self._lock:
            self._entries[route] = (fault, fault.calls, ends)

    def clear(self, route: str | None = None) -> None:
        """Make one service well again, or all."""
        with self._lock:
            for name in SERVICES if route is None else (route,):
                self._entries.pop(name, None)


class SocialSimulator:
    """X, Mastodon, Facebook and what apprise reaches, running while the `with` block does.

    A port of 0 is chosen freely and stands in `port`. Each service lies below a folder of its own: `/x/2/tweets`.
    """

    def __init__(self, root: Path, *, port: int = 0) -> None:
        self.faults = SocialFaults()
        self.timelines = timelines(root)
        self.services: dict[str, Network] = {
            "x": XSimulator(self.timelines["x"]),
            "mastodon": MastodonSimulator(self.timelines["mastodon"]),
            "facebook": FacebookSimulator(self.timelines["facebook"]),
            "apprise": AppriseSimulator(self.timelines["apprise"]),
        }
        self.port = port
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    @property
    def address(self) -> str:
        """Where the channels find it."""
        return f"http://127.0.0.1:{self.port}"

    def fault(self, service: str, fault: Fault) -> None:
        """Order a fault for a service."""
        self.faults.set(service, fault)

    def posts(self, service: str) -> list[Post]:
        """What was posted there, oldest first, deleted ones too."""
        return self.timelines[service].posts()[::-1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], simulator: SocialSimulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Call)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are what this server is for."""


class _Call(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A question, or the control door."""
        self._serve()

    def do_HEAD(self) -> None:
        """A probe."""
        self._serve()

    def do_POST(self) -> None:
        """A post, or an edit."""
        self._serve()

    def do_PUT(self) -> None:
        """An edit, or a fault that is ordered."""
        self._serve()

    def do_DELETE(self) -> None:
        """A deletion, or a fault that is taken back."""
        self._serve()

    def _serve(self) -> None:
        _empty, service, rest = [*self.path.split("/", 2), ""][:3]
        if service == "control" or self.path == "/control":
            self._control(rest)
        elif service in self.server.simulator.services:
            self._play(service, f"/{rest}")
        else:
            self._answer(NOT_FOUND)

    def _play(self, service: str, path: str) -> None:  # noqa: PLR0911 - one line a fault
        simulator = self.server.simulator
        # Who only asks meets the fault that is in force; what was ordered for “the next call” waits for a change.
        asks = self.command in ("GET", "HEAD")
        fault = simulator.faults.in_force().get(service) if asks else simulator.faults.take(service)
        kind = fault.kind if fault else None
        if kind is FaultKind.DROP:
            return self._break_off()
        if kind is FaultKind.TLS:
            return self._break_off(TLS_ALERT)
        body = self._body()
        if kind is FaultKind.HANG:
            simulator.stopping.wait(HANG_SECONDS_MAX)
            return self._break_off()
        if fault and kind is FaultKind.ANSWER:
            return self._answer(_ordered(fault))
        if fault and kind is FaultKind.DELAY:
            simulator.stopping.wait(fault.seconds)
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = f"http://{self.headers.get('Host', '')}{self.path}"
        reply = simulator.services[service].answer(self.command, path, headers, body, url)
        if kind is FaultKind.SWALLOW:
            return self._break_off()
        if kind is FaultKind.GARBAGE:
            return self._break_off(b"%%% this is no answer %%%\r\n")
        return self._answer(_ordered(fault) if fault and kind is FaultKind.TAKE_AND_ANSWER else reply)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), BODY_BYTES_MAX)) if length.isdigit() else b""

    def _break_off(self, parting: bytes = b"") -> None:
        if parting:
            self.wfile.write(parting)
        self.close_connection = True

    def _answer(self, reply: Reply) -> None:
        body = json.dumps(reply.told).encode()
        head = [f"HTTP/1.1 {reply.status} Simulated", "Content-Type: application/json", "Connection: close"]
        head += [f"{name}: {value}" for name, value in reply.headers.items()]
        head.append(f"Content-Length: {len(body)}")
        self.close_connection = True
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + (b"" if self.command == "HEAD" else body))

    def _control(self, rest: str) -> None:
        # No page in a browser on this machine can send this header, nor come in under another name (DNS rebinding).
        host = self.headers.get("Host", "").partition(":")[0]
        if self.headers.get(CONTROL_HEADER) != "1" or host not in ("127.0.0.1", "localhost"):
            return self._answer(Reply(403, {"message": f"{CONTROL_HEADER}: 1 is missing"}))
        faults = self.server.simulator.faults
        folder, _slash, service = rest.partition("/")
        try:
            if self.command == "PUT" and folder == "faults":
                faults.set(service, Fault.from_json(json.loads(self._body() or b"{}")))
            elif self.command == "DELETE" and folder == "faults":
                faults.clear(service)
            elif self.command != "GET":
                return self._answer(NOT_FOUND)
        except ValueError as error:
            return self._answer(Reply(400, {"message": str(error)}))
        return self._answer(Reply(200, {"faults": {name: one.as_json() for name, one in faults.in_force().items()}}))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: paths name accounts."""


def _ordered(fault: Fault) -> Reply:
    asked = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if asked and fault.status == 429:
        # X says when its limit is lifted, as a Unix time.
        asked["x-rate-limit-reset"] = str(int(time.time()) + int(fault.retry_after or 0))
    return Reply(fault.status, {"title": "simulated answer", "detail": "simulated answer"}, asked)
