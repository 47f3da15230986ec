"""A provider played behind one HTTP server on 127.0.0.1, with faults and the door by which they are ordered.

What it answers is the provider's own; how it fails is the same for all: see `faults`.
"""

import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self

from todoke.shared.messaging.simulators.faults import Fault, FaultBook, FaultKind
from todoke.shared.messaging.simulators.reply import Reply
from todoke.shared.messaging.simulators.smtp import HANG_SECONDS_MAX, TLS_ALERT
from todoke.shared.messaging.simulators.web import BODY_BYTES_MAX, CONTROL_HEADER

NOT_FOUND = Reply(404, {"message": "Not found"})
DRIP_SECONDS = 1.0


class Provider(Protocol):
    """What a simulated provider answers to one call."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply: ...


class OneFault(FaultBook):
    """The fault of the one service that is played."""

    def __init__(self, route: str) -> None:
        super().__init__()
        self.route = route

    def set(self, route: str, fault: Fault) -> None:
        """Put this fault in force in place of the one before. Raises ValueError for an unknown service."""
        if route != self.route:
            raise ValueError(f"no service “{route}”: there is {self.route}")
        ends = None if fault.for_seconds is None else time.monotonic() + fault.for_seconds
        with self._lock:
            self._entries[route] = (fault, fault.calls, ends)

    def clear(self, route: str | None = None) -> None:
        """Make it well again."""
        with self._lock:
            self._entries.pop(route or self.route, None)


class PlayedProvider:
    """One provider, running while the `with` block does. A port of 0 is chosen freely and stands in `port`."""

    def __init__(self, route: str, provider: Provider, *, port: int = 0) -> None:
        self.route = route
        self.provider = provider
        self.faults = OneFault(route)
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
        """Where it is found."""
        return f"http://127.0.0.1:{self.port}"

    def fault(self, fault: Fault) -> None:
        """Order a fault."""
        self.faults.set(self.route, fault)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], played: PlayedProvider) -> None:
        self.played = played
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

    def do_POST(self) -> None:
        """An order."""
        self._serve()

    def do_PUT(self) -> None:
        """A fault that is ordered."""
        self._serve()

    def do_DELETE(self) -> None:
        """An order or a fault that is taken back."""
        self._serve()

    def _serve(self) -> None:
        if self.path == "/control" or self.path.startswith("/control/"):
            self._control(self.path.removeprefix("/control").strip("/"))
        else:
            self._play()

    def _play(self) -> None:  # noqa: PLR0911 - one line a fault
        played = self.server.played
        # Who only asks meets the fault that is in force; what was ordered for “the next call” waits for an order.
        asks = self.command == "GET"
        fault = played.faults.in_force().get(played.route) if asks else played.faults.take(played.route)
        kind = fault.kind if fault else None
        if kind is FaultKind.DROP:
            return self._break_off()
        if kind is FaultKind.TLS:
            return self._break_off(TLS_ALERT)
        body = self._body()
        if kind is FaultKind.HANG:
            played.stopping.wait(HANG_SECONDS_MAX)
            return self._break_off()
        if fault and kind is FaultKind.ANSWER:
            return self._answer(_ordered(fault))
        if fault and kind is FaultKind.DELAY:
            played.stopping.wait(fault.seconds)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = played.provider.answer(self.command, self.path, headers, body)
        if kind is FaultKind.SWALLOW:
            return self._break_off()
        if kind is FaultKind.GARBAGE:
            return self._answer_bytes(200, b"<html>\xff not what was asked for", {})
        if kind is FaultKind.DRIP:
            return self._drip(reply)
        return self._answer(_ordered(fault) if fault and kind is FaultKind.TAKE_AND_ANSWER else reply)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), BODY_BYTES_MAX)) if length.isdigit() else b""

    def _break_off(self, parting: bytes = b"") -> None:
        if parting:
            self.wfile.write(parting)
        self.close_connection = True

    def _drip(self, reply: Reply) -> None:
        body = json.dumps(reply.told).encode()
        self.close_connection = True
        self.wfile.write(f"HTTP/1.1 {reply.status} Simulated\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            if self.server.played.stopping.wait(DRIP_SECONDS):
                return

    def _answer(self, reply: Reply) -> None:
        self._answer_bytes(reply.status, json.dumps(reply.told, ensure_ascii=False).encode(), reply.headers)

    def _answer_bytes(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        head = [f"HTTP/1.1 {status} Simulated", "Content-Type: application/json", "Connection: close"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        head.append(f"Content-Length: {len(body)}")
        self.close_connection = True
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + body)

    def _control(self, rest: str) -> None:
        # No page in a browser on this machine can send this header, nor come in under another name (DNS rebinding).
        host = self.headers.get("Host", "").partition(":")[0]
        if self.headers.get(CONTROL_HEADER) != "1" or host not in ("127.0.0.1", "localhost"):
            return self._answer(Reply(403, {"message": f"{CONTROL_HEADER}: 1 is missing"}))
        faults = self.server.played.faults
        folder, _slash, route = rest.partition("/")
        try:
            if self.command == "PUT" and folder == "faults":
                faults.set(route, Fault.from_json(json.loads(self._body() or b"{}")))
            elif self.command == "DELETE" and folder == "faults":
                faults.clear(route)
            elif self.command != "GET":
                return self._answer(NOT_FOUND)
        except ValueError as error:
            return self._answer(Reply(400, {"message": str(error)}))
        return self._answer(Reply(200, {"faults": {name: one.as_json() for name, one in faults.in_force().items()}}))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: orders name people."""


def _ordered(fault: Fault) -> Reply:
    asked = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Reply(fault.status, {"message": "simulated answer"}, asked)
