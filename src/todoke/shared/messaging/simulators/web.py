"""The simulated services that are reached by HTTP, and the door by which faults are ordered. On 127.0.0.1 only."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from todoke.shared.messaging.simulators.arrivals import Postbox
from todoke.shared.messaging.simulators.faults import Fault, FaultBook, FaultKind
from todoke.shared.messaging.simulators.push import OPENED, SEALED, PushSimulator
from todoke.shared.messaging.simulators.reply import Reply
from todoke.shared.messaging.simulators.services import LineSimulator, PartnerSimulator
from todoke.shared.messaging.simulators.smtp import HANG_SECONDS_MAX, TLS_ALERT

BODY_BYTES_MAX = 10 * 1024 * 1024
CONTROL_HEADER = "X-Todoke-Control"
NOT_FOUND = Reply(404, {"message": "Not found"})


class WebSimulator:
    """An HTTP server in a thread of its own. `port` is known once it has started."""

    def __init__(
        self,
        line: LineSimulator,
        partner: PartnerSimulator,
        push: PushSimulator,
        mails: Postbox,
        faults: FaultBook,
        *,
        port: int = 0,
    ) -> None:
        self.line = line
        self.partner = partner
        self.push = push
        self.mails = mails
        self.faults = faults
        self.port = port
        self.stopping = threading.Event()

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        # A short poll, so that a test which stops the server does not wait.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="simulated-web", daemon=True
        )
        self._thread.start()

    def mailbox(self, message_id: str) -> Reply:
        """Every mailbox in one: the newest mail with this Message-ID, as a reader who fetched it would know it."""
        found = self.mails.with_start(message_id + " ")
        if found is None:
            return NOT_FOUND
        return Reply(200, {"number": found.number, "title": found.title, "to": found.content.get("to", [])})

    def stop(self) -> None:
        """Stop listening; calls that hang are let go."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: WebSimulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Call)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are what this server is for."""


class _Call(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/control":
            self._control(lambda: Reply(200, {"faults": self._faults_told()}))
            return
        simulator = self.server.simulator
        if self.path.startswith("/mailbox/"):
            self._control(lambda: simulator.mailbox(unquote(self.path.removeprefix("/mailbox/"))))
        else:
            self._serve("line", lambda _body: simulator.line.get(self.path, self._named()) or NOT_FOUND)

    def do_OPTIONS(self) -> None:
        if self.path.startswith("/webhook/"):
            self._serve("webhook", lambda _body: Reply(200, {}, {"Allow": "OPTIONS, POST"}))
        elif self.path.startswith(OPENED):
            self._serve("push", lambda _body: Reply(200, {}, {"Allow": "OPTIONS, POST"}))
        else:
            self._answer(NOT_FOUND)

    def do_POST(self) -> None:
        simulator = self.server.simulator
        if self.path.startswith("/webhook/"):
            self._serve("webhook", lambda body: simulator.partner.post(self.path, self._named(), body))
        elif self.path.startswith("/v2/"):
            self._serve("line", lambda body: simulator.line.post(self.path, self._named(), body))
        elif self.path.startswith((OPENED, SEALED)):
            self._serve("push", lambda body: simulator.push.post(self.path, self._named(), body))
        else:
            self._answer(NOT_FOUND)

    def do_PUT(self) -> None:
        self._control(self._order_fault)

    def do_DELETE(self) -> None:
        self._control(self._clear_fault)

    def _named(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _fault(self, route: str) -> Fault | None:
        # Who only asks meets the fault that is in force, but what was ordered for “the next call” waits for a message.
        faults = self.server.simulator.faults
        return faults.take(route) if self.command == "POST" else faults.in_force().get(route)

    def _serve(self, route: str, reply_to: Callable[[bytes], Reply]) -> None:  # noqa: PLR0911 - one line a fault
        fault = self._fault(route)
        kind = fault.kind if fault else None
        if kind is FaultKind.DROP:
            return self._break_off()
        if kind is FaultKind.TLS:
            return self._break_off(TLS_ALERT)
        body = self._body() if self.command == "POST" else b""
        if body is None:
            return self._answer(Reply(413, {"message": "Content-Length is missing or too large"}))
        if kind is FaultKind.HANG:
            self.server.simulator.stopping.wait(HANG_SECONDS_MAX)
            return self._break_off()
        if fault and kind is FaultKind.ANSWER:
            return self._answer(_ordered(fault))
        if fault and kind is FaultKind.DELAY:
            self.server.simulator.stopping.wait(fault.seconds)
        reply = reply_to(body)
        if kind is FaultKind.SWALLOW:
            return self._break_off()
        if kind is FaultKind.GARBAGE:
            return self._break_off(b"%%% this is no answer %%%\r\n")
        if fault and kind is FaultKind.TAKE_AND_ANSWER:
            reply = _ordered(fault)
        # Push services keep connections open, and a sender to thousands of browsers relies on it.
        return self._answer(reply, drip=kind is FaultKind.DRIP, keep=route == "push" and fault is None)

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            return None
        return self.rfile.read(int(length))

    def _break_off(self, parting: bytes = b"") -> None:
        if parting:
            self.wfile.write(parting)
        self.close_connection = True

    def _answer(self, reply: Reply, *, drip: bool = False, keep: bool = False) -> None:
        body = json.dumps(reply.told).encode()
        head = [f"HTTP/1.1 {reply.status} Simulated", "Content-Type: application/json"]
        head += [] if keep else ["Connection: close"]
        head += [f"{name}: {value}" for name, value in reply.headers.items()]
        answer = "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body
        self.close_connection = self.close_connection or not keep
        if not drip:
            self.wfile.write(answer)
            return
        for byte in answer:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.simulator.stopping.wait(1):
                return

    # ---- the control door ----

    def _control(self, act: Any) -> None:
        # No page in a browser on this machine can send this header, nor come in under another name (DNS rebinding).
        host = self.headers.get("Host", "").partition(":")[0]
        if self.headers.get(CONTROL_HEADER) != "1" or host not in ("127.0.0.1", "localhost"):
            self._answer(Reply(403, {"message": f"{CONTROL_HEADER}: 1 is missing"}))
            return
        try:
            self._answer(act())
        except ValueError as error:
            self._answer(Reply(400, {"message": str(error)}))

    def _order_fault(self) -> Reply:
        told = json.loads(self._body() or b"null")
        if not isinstance(told, dict):
            raise ValueError("the body is an object in JSON")  # noqa: TRY004 - a wrong order, not a wrong programme
        self.server.simulator.faults.set(self._route(), Fault.from_json(told))
        return Reply(200, {"faults": self._faults_told()})

    def _clear_fault(self) -> Reply:
        self.server.simulator.faults.clear(self._route())
        return Reply(200, {"faults": self._faults_told()})

    def _route(self) -> str:
        folder, _slash, route = self.path.removeprefix("/control/").partition("/")
        if folder != "faults":
            raise ValueError("the path is /control/faults/<route>")
        return route

    def _faults_told(self) -> dict[str, Any]:
        return {route: fault.as_json() for route, fault in self.server.simulator.faults.in_force().items()}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: what arrives is kept, and paths name partners."""


def _ordered(fault: Fault) -> Reply:
    asked = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Reply(fault.status, {"message": "simulated answer"}, asked)
