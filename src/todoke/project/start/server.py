"""The web server's own process: granian, told to say that it is stopping before it stops.

    python -m todoke.project.start.server '{"host": "127.0.0.1", "port": 8000, …}'

Loads no Django: its workers do.
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from todoke.base.health import context, stopping


@dataclass(frozen=True)
class Serving:
    """How to serve. `var` is the folder where the server says that it is stopping, `drain_seconds` how long it goes on
    answering after that, so that a balancer sends nobody here any more."""

    host: str
    port: int
    processes: int
    var: str
    logs: str
    drain_seconds: float = 0

    def command(self) -> list[str]:
        """The command that serves like this."""
        return [sys.executable, "-m", __name__, json.dumps(asdict(self))]


class Server(Granian):  # type: ignore[misc, valid-type] # a name for one of two classes
    """Granian that says “stopping” first (`/readyz`), and drops its port after the time to drain."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        super().__init__(
            "todoke.project.wsgi:application",
            address=serving.host,
            port=serving.port,
            interface=Interfaces.WSGI,
            workers=serving.processes,
            # One thread each: measured, granian's default gave a POST p99 of 1.26 s, one thread 57 ms.
            blocking_threads=1,
            websockets=False,
            backlog=1024,
            respawn_failed_workers=True,
            workers_kill_timeout=8,
            log_level=LogLevels.warning,
            log_dictconfig=log_lines(serving.logs),
            # Requests are told by todoke.base.health.requests: without their paths, which may hold what opens a door.
            log_access=False,
        )

    def shutdown(self, exit_code: int = 0) -> None:
        """Say that it is stopping, drain, stop."""
        stopping.begin(Path(self.serving.var), os.getpid())
        try:
            time.sleep(self.serving.drain_seconds)
            super().shutdown(exit_code)
        finally:
            stopping.forget(Path(self.serving.var), os.getpid())


def log_lines(form: str) -> dict[str, Any]:
    """Granian's own lines in the form of all others."""
    return {
        "formatters": {
            name: {"()": f"todoke.base.health.logs.{'JsonLine' if form == 'json' else 'TextLine'}"}
            for name in ("generic", "access")
        }
    }


def main(told: str) -> None:
    """Serve until SIGTERM."""
    serving = Serving(**json.loads(told))
    context.play("web server")
    # A server with this number may have been killed before it could take its word back.
    stopping.forget(Path(serving.var), os.getpid())
    Server(serving).serve()


if __name__ == "__main__":
    main(sys.argv[1])
