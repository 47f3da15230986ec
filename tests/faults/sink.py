"""The other side: a service that takes what workers send, remembers it, and answers as it is told."""

import socket
import socketserver
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Arrival:
    """One thing that was received: by which channel, under which key, from which worker, and when by our one clock."""

    channel: str
    key: str
    worker: str
    at: float


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed hangs up: nothing to tell."""


class Sink:
    """Listens on 127.0.0.1 until closed. `pause_seconds` is how long it thinks before it answers."""

    def __init__(self, *, pause_seconds: float = 0.01) -> None:
        self.pause_seconds = pause_seconds
        self.arrivals: list[Arrival] = []
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                channel, key, worker = self.rfile.readline().decode().split()
                sink.arrivals.append(Arrival(channel, key, worker, time.time()))
                time.sleep(sink.pause_seconds)
                self.wfile.write(b"taken\n")

        self._handler = Handler
        self._dead: list[socket.socket] = []
        self.port = 0
        self._listen()

    def _listen(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), self._handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        while self._dead:
            self._dead.pop().close()

    def cut(self) -> None:
        """The line is dead: whoever connects hears nothing at all, as behind a router without a way out."""
        self.close()
        wall = socket.socket()
        wall.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wall.bind(("127.0.0.1", self.port))
        # A queue of connections that nobody takes in is full with the first; the next are not even refused.
        wall.listen(0)
        self._dead.append(wall)
        for _ in range(2):
            knock = socket.socket()
            knock.setblocking(False)
            knock.connect_ex(("127.0.0.1", self.port))
            self._dead.append(knock)

    def mend(self) -> None:
        """The line is back."""
        while self._dead:
            self._dead.pop().close()
        self._listen()

    def keys(self, channel: str | None = None) -> Counter[str]:
        """How often each key arrived."""
        return Counter(arrival.key for arrival in self.arrivals if channel in (None, arrival.channel))

    def repeats(self, channel: str) -> int:
        """How many arrivals of this channel were not the first of their key."""
        return sum(count - 1 for count in self.keys(channel).values())
