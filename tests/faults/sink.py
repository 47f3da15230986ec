"""The other side: a service that takes what workers send, remembers it, and answers as it is told."""

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

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a worker that was killed hangs up

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def keys(self, channel: str | None = None) -> Counter[str]:
        """How often each key arrived."""
        return Counter(arrival.key for arrival in self.arrivals if channel in (None, arrival.channel))

    def repeats(self, channel: str) -> int:
        """How many arrivals of this channel were not the first of their key."""
        return sum(count - 1 for count in self.keys(channel).values())
