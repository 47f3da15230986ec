"""The simulated station's HTTP server, on 127.0.0.1 only."""

import json
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from todoke.base.clock import now
from todoke.shared.loudspeakers.station.broadcasts import BadOrder, Shelf, units_of
from todoke.shared.loudspeakers.station.faults import Faults, Trouble, faults_in_force

# Ten minutes of sound in our form.
BODY_BYTES_MAX = 20 * 1024 * 1024
HANG_SECONDS_MAX = 60


class ControlStation:
    """The station, running while the `with` block does; a port of 0 is chosen freely and stands in `port`.

    `units` are those that it knows beside the ones that orders have named.
    """

    def __init__(self, root: Path, *, port: int = 0, units: Iterable[str] = ()) -> None:
        self.root = root
        self.shelf = Shelf(root)
        self.units = frozenset(units)
        self.port = port
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="control-station", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def faults(self) -> Faults:
        """What is broken now."""
        return faults_in_force(self.root)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], station: ControlStation) -> None:
        self.station = station
        super().__init__(address, _Call)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up are what this server is for."""


class _Call(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        station = self.server.station
        if self._is_broken():
            return
        if self.path == "/v1/units":
            known = station.units | units_of(station.shelf.newest())
            self._answer(200, {"units": {unit: self._health(unit) for unit in sorted(known)}})
        elif self.path.startswith("/v1/broadcasts/"):
            told = station.shelf.find(unquote(self.path.removeprefix("/v1/broadcasts/")))
            if told is None:
                self._answer(404, {"message": "unknown broadcast"})
                return
            at = now()
            self._answer(200, {"id": told.key, "state": told.state_at(at), "units": told.units_at(at)})
        else:
            self._answer(404, {"message": "not found"})

    def do_POST(self) -> None:
        station = self.server.station
        body = self._body()
        if body is None:
            self._answer(413, {"message": "Content-Length is missing or too large"})
            return
        trouble = station.faults.trouble
        if self._is_broken(ordering=self.path == "/v1/broadcasts"):
            return
        try:
            if self.path.startswith("/v1/audio/"):
                is_new = station.shelf.keep_sound(self.path.removeprefix("/v1/audio/"), body)
                self._answer(201 if is_new else 200, {"kept": True})
            elif self.path == "/v1/broadcasts":
                self._take(body, trouble)
            else:
                self._answer(404, {"message": "not found"})
        except BadOrder as refusal:
            self._answer(422, {"message": str(refusal)})

    def _take(self, body: bytes, trouble: Trouble) -> None:
        station = self.server.station
        told = json.loads(body) if body.startswith(b"{") else None
        if not isinstance(told, dict) or self.headers.get("Idempotency-Key") != told.get("id"):
            raise BadOrder("the order is no object in JSON, or its id is not the Idempotency-Key")
        replaced = told.get("replaces", [])
        if not isinstance(replaced, list) or not all(isinstance(key, str) for key in replaced):
            raise BadOrder("“replaces” is no list of broadcasts")
        at = now()
        order, is_new = station.shelf.take(told, station.faults, at=at, lost=trouble is Trouble.LOSE)
        stopped = station.shelf.stop(replaced, at=at)
        station.shelf.drop_old()
        if trouble is not Trouble.SWALLOW:
            said = {"id": order.key, "number": f"S-{order.number}", "state": order.state_at(at), "stopped": stopped}
            self._answer(202 if is_new else 200, said)

    def _is_broken(self, *, ordering: bool = False) -> bool:
        trouble = self.server.station.faults.trouble
        if trouble is Trouble.HANG:
            self.server.station.stopping.wait(HANG_SECONDS_MAX)
        elif trouble is Trouble.BUSY and ordering:
            self._answer(503, {"message": "busy"}, retry_after=30)
        elif trouble is Trouble.GARBAGE:
            self._raw(200, b"%%% this is no answer %%%")
        else:
            return False
        return True

    def _health(self, unit: str) -> dict[str, str]:
        if unit in self.server.station.faults.dead:
            return {"state": "fault", "says": "子局が応答しません（電源または回線）"}
        return {"state": "ok"}

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            return None
        return self.rfile.read(int(length))

    def _answer(self, status: int, told: dict[str, Any], *, retry_after: int | None = None) -> None:
        self._raw(status, json.dumps(told, ensure_ascii=False).encode(), retry_after=retry_after)

    def _raw(self, status: int, body: bytes, *, retry_after: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: what arrives is kept."""
