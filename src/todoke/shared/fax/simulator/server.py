"""HylaFAX's server side, as far as our client and HylaFAX's own tools (sendfax, faxstat) speak to it. On 127.0.0.1."""

import re
import socket
import socketserver
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from todoke.shared.fax.simulator.exchange import Exchange, SimulatedJob
from todoke.shared.fax.simulator.faults import FaultBook
from todoke.shared.fax.simulator.tray import Tray

STATES = {"T": "SUSPENDED", "W": "PENDING", "R": "ACTIVE", "D": "DONE", "F": "FAILED"}
WAIT_SECONDS = 10
DOCUMENT_BYTES_MAX = 20_000_000
_PAIR = re.compile(r"(\S+)\s*(.*)")


class FaxSimulator:
    """The server with its lines and its tray, running while the `with` block does. A port of 0 is chosen freely.

    Example: `with FaxSimulator(folder, speed=100) as fax: fax.faults.order(FaultOrder(FaxFault.BUSY, share=20))`.
    """

    def __init__(self, root: Path, *, port: int = 0, modems: int = 8, speed: float = 1.0) -> None:
        self.tray = Tray(root)
        self.faults = FaultBook(root / "fault.json")
        self.exchange = Exchange(self.tray, self.faults, modems=modems, speed=speed)
        self._server = _Server(("127.0.0.1", port), _Conversation, bind_and_activate=False)
        self._server.exchange = self.exchange

    def __enter__(self) -> Self:
        self._server.server_bind()
        self._server.server_activate()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    exchange: Exchange

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up in the middle is what is being rehearsed."""


class _Conversation(socketserver.StreamRequestHandler):
    """One client. Commands that nobody of ours needs are answered as unknown, like hfaxd does."""

    server: _Server
    timeout = 600

    def handle(self) -> None:
        self.job: SimulatedJob | None = None
        self.passive: socket.socket | None = None
        self.active: tuple[str, int] | None = None
        self.format = "%j|%a|%J|%P|%s"
        self.suffix = "ps"
        self.is_packed = False
        self._say(220, "Todoke's simulated FAX server (HylaFAX (tm) Version 6.0.7) ready.")
        try:
            while line := self.rfile.readline(8192):
                verb, rest = _parts(line.decode("utf-8", "replace").strip())
                # A browser that is led here speaks HTTP: it is not listened to.
                if verb in ("GET", "POST", "PUT", "HOST:", "OPTIONS"):
                    return
                if verb == "QUIT":
                    self._say(221, "Goodbye.")
                    return
                known: Callable[[str], None] | None = getattr(self, f"do_{verb.lower()}", None)
                if known:
                    known(rest)
                else:
                    self._say(500, f"{verb}: Command not recognized.")
        finally:
            if self.passive:
                self.passive.close()

    def do_user(self, name: str) -> None:
        self._say(230, f"User {name} logged in.")

    def do_pass(self, _word: str) -> None:
        self._say(230, "User logged in.")

    def do_type(self, _kind: str) -> None:
        self._say(200, "Type set to Image.")

    def do_mode(self, kind: str) -> None:
        # HylaFAX's own tools send documents compressed (zlib).
        if kind.upper() in ("S", "Z"):
            self.is_packed = kind.upper() == "Z"
            self._say(200, f"Mode set to {kind.upper()}.")
        else:
            self._say(504, f"Mode {kind} not implemented.")

    def do_form(self, kind: str) -> None:
        self.suffix = kind.lower()
        self._say(200, f"Format set to {kind}.")

    def do_tzone(self, zone: str) -> None:
        self._say(200, f"Using time values in {zone}.")

    def do_idle(self, _seconds: str) -> None:
        self._say(213, "600 seconds.")

    def do_noop(self, _rest: str) -> None:
        self._say(200, "NOOP command successful.")

    def do_jobfmt(self, written: str) -> None:
        self.format = written.strip('"')
        self._say(200, "JOBFMT command successful.")

    def do_pasv(self, _rest: str) -> None:
        self.active = None
        if self.passive:
            self.passive.close()
        self.passive = socket.create_server(("127.0.0.1", 0))
        port = self.passive.getsockname()[1]
        self._say(227, f"Entering passive mode (127,0,0,1,{port // 256},{port % 256})")

    def do_port(self, written: str) -> None:
        numbers = [int(part) for part in written.split(",")]
        # Only back to this machine, whatever the client says.
        self.active = ("127.0.0.1", numbers[4] * 256 + numbers[5])
        self._say(200, "PORT command successful.")

    def do_stot(self, _rest: str) -> None:
        name = self.server.exchange.store(b"", self.suffix)
        with self._data(f"FILE: {name} (Opening new data connection).") as data:
            content = b""
            while (chunk := data.recv(65536)) and len(content) < DOCUMENT_BYTES_MAX:
                content += chunk
        if self.is_packed:
            content = zlib.decompressobj().decompress(content, DOCUMENT_BYTES_MAX)
        self.server.exchange.documents[name] = content
        self._say(226, f"Transfer complete (FILE: {name}).")

    do_stou = do_stot

    def do_list(self, queue: str) -> None:
        lines = "".join(f"{self._shown(job)}\n" for job in self.server.exchange.queue(queue.strip() or "sendq"))
        with self._data(f'Opening new data connection for "{queue}".') as data:
            data.sendall(lines.encode())
        self._say(226, "Transfer complete.")

    def do_jnew(self, _rest: str) -> None:
        self.job = self.server.exchange.new_job()
        self._say(200, f"New job created: jobid: {self.job.number} groupid: {self.job.number}.")

    def do_job(self, written: str) -> None:
        found = self.server.exchange.jobs.get(int(written)) if written.isdigit() else None
        if found is None:
            self._say(500, f"Cannot set job {written}; job does not exist (No such file or directory).")
            return
        self.job = found
        self._say(200, f"Current job: (jobid {found.number}).")

    def do_jparm(self, written: str) -> None:
        if self.job is None:
            self._say(504, "No current job.")
            return
        name, value = _parts(written)
        value = value.strip('"')
        if not value:
            self._say(213, self._parameter(name))
        elif name in ("DOCUMENT", "COVER"):
            self.job.documents.append(value)
            self._say(200, f"Added document {value} as docq/{value.rpartition('/')[2]}.{self.job.number}.")
        else:
            self.job.parameters[name] = value
            self._say(213, f'{name} set to "{value}".')

    def do_jsubm(self, written: str) -> None:
        job = self._meant(written)
        if job is None or not job.parameters.get("DIALSTRING"):
            self._say(504, "Cannot submit job: no destination specified.")
            return
        self.server.exchange.submit(job)
        self._say(200, f"Job {job.number} submitted.")

    def do_jkill(self, written: str) -> None:
        job = self._meant(written)
        if job is None or job.is_over:
            self._say(504, "Job not killed: already done.")
            return
        self.server.exchange.kill(job)
        self._say(200, f"Job {job.number} killed.")

    def _meant(self, written: str) -> SimulatedJob | None:
        return self.server.exchange.jobs.get(int(written)) if written.isdigit() else self.job

    def _parameter(self, name: str) -> str:
        job = self.job
        assert job is not None
        told = {"STATE": STATES[job.state], "STATUS": job.says, "NPAGES": job.pages_sent, "TOTPAGES": job.pages}
        return str(told.get(name, job.parameters.get(name, "")))

    def _shown(self, job: SimulatedJob) -> str:
        values = {
            "j": str(job.number),
            "a": job.state,
            "J": job.parameters.get("JOBINFO", ""),
            "P": f"{job.pages_sent:>2}:{job.pages:<2}",
            "e": job.parameters.get("EXTERNAL", ""),
            "s": job.says,
        }
        return re.sub(r"%-?\d*\.?\d*([a-zA-Z])", lambda found: values.get(found[1], ""), self.format)

    def _data(self, says: str) -> socket.socket:
        """The data connection, after the words that announce it; to where the client waits, or from there to us."""
        if self.active:
            self._say(150, says)
            return socket.create_connection(self.active, timeout=WAIT_SECONDS)
        if self.passive is None:
            raise ConnectionError("no data connection was prepared")
        self._say(150, says)
        self.passive.settimeout(WAIT_SECONDS)
        data, _address = self.passive.accept()
        data.settimeout(WAIT_SECONDS)
        return data

    def _say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


def _parts(text: str) -> tuple[str, str]:
    found = _PAIR.fullmatch(text)
    return (found[1].upper(), found[2]) if found else (text.upper(), "")
