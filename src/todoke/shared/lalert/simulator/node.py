"""Two simulated nodes behind one port of this machine: `/normal` and `/backup`. On 127.0.0.1 only."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from lxml import etree

from todoke.base.clock import now
from todoke.shared.lalert import schema
from todoke.shared.lalert.nodes import BACKUP, NODE_TROUBLE, NORMAL, NOT_BY_SCHEMA, TAKEN, USER_ERROR
from todoke.shared.lalert.simulator.faults import Fault, FaultBook, FaultKind
from todoke.shared.lalert.simulator.reading import Document, understood
from todoke.shared.lalert.soap import SERVICE, Token, Unreadable, Word, answer, opened
from todoke.shared.messaging.simulators.arrivals import Arrival, Postbox

PASSWORD = "simulator"  # noqa: S105 - of the simulator, which is open to this machine alone
NODES = (NORMAL, BACKUP)
BODY_BYTES_MAX = 5 * 1024 * 1024
HANG_SECONDS_MAX = 120.0
TOKEN_LIVES = timedelta(minutes=5)
NONCES_KEPT = 10_000
CODES = {
    FaultKind.USER_ERROR: Word(USER_ERROR, "simulated: user error"),
    FaultKind.NOT_BY_SCHEMA: Word(NOT_BY_SCHEMA, "simulated: not by the schema"),
    FaultKind.NODE_TROUBLE: Word(NODE_TROUBLE, "simulated: system error"),
}
WSDL = (
    f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" name="PublicCommons" targetNamespace="{SERVICE}"/>'
).encode()


def folder_of(root: Path) -> Path:
    """Where the simulated nodes keep what they took, below the simulators' folder."""
    return root / "lalert"


def postboxes(root: Path) -> dict[str, Postbox]:
    """What arrived at each node; reading works from any process."""
    return {name: Postbox(folder_of(root) / name) for name in NODES}


class Node:
    """One node: it knows its password, the numbers it has taken, and our schema."""

    def __init__(self, postbox: Postbox, *, password: str = PASSWORD) -> None:
        self.postbox = postbox
        self.password = password
        self._nonces: OrderedDict[bytes, None] = OrderedDict()
        # Looking a number up and keeping it is one step, or two calls at once would both be the first.
        self._lock = threading.Lock()

    def publish(self, request: bytes, *, at: datetime, refuse: Callable[[str], Fault | None]) -> Word:
        """Take a document, unless its token, its form or its revision is wrong.

        A repeat of the same revision is known and accepted. `refuse` gives the fault of a carrier.
        """
        try:
            token, raw = opened(request)
        except Unreadable as unread:
            return Word(NOT_BY_SCHEMA, str(unread)[:200])
        with self._lock:
            if trouble := self._trouble_with(token, at):
                return Word(USER_ERROR, trouble)
            if faults := schema.faults(raw):
                return Word(NOT_BY_SCHEMA, faults[0][:200])
            document = understood(raw)
            fault = refuse(document.carrier) if document.carrier else None
            if fault is not None:
                return CODES.get(fault.kind, CODES[FaultKind.NODE_TROUBLE])
            return self._take(document, raw)

    def _trouble_with(self, token: Token, at: datetime) -> str:
        try:
            created = datetime.fromisoformat(token.created)
            age = abs(at - created)
        except (ValueError, TypeError):
            return "Created is no instant with its zone"
        if not token.user or not token.fits(self.password):
            return "user name or password is wrong"
        if age > TOKEN_LIVES:
            return "the token is too old, or made in the future"
        if token.nonce in self._nonces:
            return "the nonce has been used before"
        self._nonces[token.nonce] = None
        while len(self._nonces) > NONCES_KEPT:
            self._nonces.popitem(last=False)
        return ""

    def _take(self, document: Document, raw: bytes) -> Word:
        canonical = etree.tostring(schema.read(raw), method="c14n", exclusive=True)
        earlier = self.postbox.earlier(document.key)
        if earlier is not None:
            same = earlier.content.get("canonical") == canonical.decode()
            self._keep(document, raw, canonical, refused=True)
            if same:
                return Word(TAKEN, "already received")
            return Word(NOT_BY_SCHEMA, "another document with this documentRevision was received before")
        newest = self.postbox.with_start(f"{document.document}:")
        if newest is not None and int(newest.key.rpartition(":")[2]) > document.revision:
            return Word(NOT_BY_SCHEMA, "a newer documentRevision was received before")
        self._keep(document, raw, canonical)
        return Word(TAKEN)

    def _keep(self, document: Document, raw: bytes, canonical: bytes, *, refused: bool = False) -> None:
        content = {"raw": raw.decode(), "canonical": canonical.decode(), "refused": refused}
        self.postbox.put(document.key, raw, mode=document.mode, title=document.title, content=content)


class NodeSimulator:
    """Both nodes, running while the `with` block does. A port of 0 is chosen freely and stands in `port`.

    Example: `with NodeSimulator(folder) as nodes: nodes.fault("normal", Fault(FaultKind.DEAD))`.
    """

    def __init__(self, root: Path, *, port: int = 0) -> None:
        self.boxes = postboxes(root)
        self.nodes = {name: Node(box) for name, box in self.boxes.items()}
        self.faults = FaultBook(folder_of(root))
        self.port = port
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="simulated-lalert", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def fault(self, route: str, fault: Fault) -> None:
        """Order a fault for a node or a carrier."""
        self.faults.set(route, fault)

    def arrivals(self, node: str) -> list[Arrival]:
        """What arrived at a node and is still kept, oldest first."""
        box = self.boxes[node]
        return box.newest(limit=box.kept_max)[::-1]


def addresses(port: int) -> dict[str, str]:
    """The addresses of the simulated nodes."""
    return {name: f"http://127.0.0.1:{port}/{name}" for name in NODES}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: NodeSimulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Call)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are what this server is for."""


class _Call(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        # Who only asks meets the fault that is in force, but uses none up.
        name = self.path.removesuffix("?wsdl").strip("/")
        fault = self.server.simulator.faults.in_force().get(name)
        if fault is not None and fault.kind in (FaultKind.DEAD, FaultKind.HANG):
            self._fail(fault.kind)
        elif name in NODES:
            self._answer(200, WSDL)
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        name = self.path.strip("/")
        simulator = self.server.simulator
        if name not in NODES:
            self._answer(404, b"")
            return
        fault = simulator.faults.take(name)
        kind = fault.kind if fault else None
        if kind is FaultKind.DEAD:
            self._fail(kind)
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self._answer(413, b"")
            return
        request = self.rfile.read(int(length))
        if kind is FaultKind.HANG:
            self._fail(kind)
        elif kind in CODES:
            self._answer(200, answer(CODES[kind]))
        else:
            self._take(name, request, kind)

    def _take(self, name: str, request: bytes, kind: FaultKind | None) -> None:
        simulator = self.server.simulator
        word = simulator.nodes[name].publish(request, at=now(), refuse=simulator.faults.take)
        if kind is FaultKind.SWALLOW:
            self._fail(FaultKind.DEAD)
        elif kind is FaultKind.GARBAGE:
            self._answer(200, b"%%% this is no answer %%%")
        else:
            self._answer(200, answer(word))

    def _fail(self, kind: FaultKind) -> None:
        if kind is FaultKind.HANG:
            self.server.simulator.stopping.wait(HANG_SECONDS_MAX)
        self.close_connection = True

    def _answer(self, status: int, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status} Simulated\r\nContent-Type: text/xml; charset=utf-8\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.close_connection = True
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: what arrives is kept."""
