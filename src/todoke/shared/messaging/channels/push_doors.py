"""Kept connections to push services: few at once for each host, each call with one deadline for all of it.

Browsers' push services are called once for each reader, so the connection is what costs: it is kept between calls. The
addresses come from strangers' browsers; every new connection therefore checks that the name leads to the open internet,
and goes to the address that was checked.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from todoke.shared.messaging.channels.connection import ANSWER_BYTES_MAX, Answer, Deadline, connect, says_unreached
from todoke.shared.messaging.types import TryLater

# Services close idle connections after a minute or more.
IDLE_SECONDS = 20.0


class Doors:
    """The connections of one process, `per_host` at once for each."""

    def __init__(self, *, per_host: int, reply_seconds: float) -> None:
        self.per_host = per_host
        self.reply_seconds = reply_seconds
        self._lock = threading.Lock()
        self._hosts: dict[tuple[str, str, int], _Host] = {}
        self._tls = ssl.create_default_context()
        self._watch = _Watch()

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, only_public: bool) -> Answer:
        """POST once and give the answer, whatever its status. It waits its turn for as long as it waits for the answer.

        Raises TryLater, with `may_have_left` once the whole request has gone out, or Never for a name that leads into
        our own network.
        """
        parts = urlsplit(url)
        secure, name = parts.scheme == "https", parts.hostname or ""
        host = self._host(parts.scheme, name, parts.port or (443 if secure else 80))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = _Request(target, body, dict(headers))
        with host.turn(self.reply_seconds):
            deadline = Deadline(self.reply_seconds)
            kept = host.kept()
            if kept is not None:
                try:
                    return self._ask(host, kept, request, deadline)
                except TryLater as trouble:
                    # It was closed while it lay idle. A second push takes the place of the first, so that asking again
                    # is safe even where the first one was read.
                    if not isinstance(trouble.__cause__, http.client.RemoteDisconnected | ConnectionError):
                        raise
            try:
                fresh = _Door(
                    host, deadline, tls=self._tls if secure else None, only_public=only_public, watch=self._watch
                )
            except OSError as error:
                raise TryLater(says_unreached(error, name, deadline)) from error
            return self._ask(host, fresh, request, deadline)

    def _ask(self, host: "_Host", door: "_Door", request: "_Request", deadline: Deadline) -> Answer:
        try:
            answer, is_open = door.ask(request, deadline)
        except BaseException:
            door.close()
            raise
        if is_open:
            host.give_back(door)
        else:
            door.close()
        return answer

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            while (door := host.kept()) is not None:
                door.close()

    def _host(self, scheme: str, name: str, port: int) -> "_Host":
        with self._lock:
            return self._hosts.setdefault((scheme, name, port), _Host(name, port, self.per_host))


@dataclass(frozen=True, slots=True)
class _Request:
    target: str
    body: bytes
    headers: dict[str, str]


class _Host:
    def __init__(self, name: str, port: int, per_host: int) -> None:
        self.name = name
        self.port = port
        self._turns = threading.BoundedSemaphore(per_host)
        self._idle: list[_Door] = []
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, patience_seconds: float) -> Iterator[None]:
        if not self._turns.acquire(timeout=patience_seconds):
            raise TryLater("ほかの送信が終わらず、順番が来ませんでした。")
        try:
            yield
        finally:
            self._turns.release()

    def kept(self) -> "_Door | None":
        while True:
            with self._lock:
                if not self._idle:
                    return None
                door = self._idle.pop()
            if door.is_fresh():
                return door
            door.close()

    def give_back(self, door: "_Door") -> None:
        with self._lock:
            self._idle.append(door)


class _Watch:
    """Cuts calls off whose time is over: one thread for all of them, while there are any.

    A timer for each call, as `Deadline.cutting` has it, costs more than sealing the message.
    """

    LOOKS_EVERY_SECONDS = 0.05

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[int, tuple[Deadline, socket.socket]] = {}
        self._looks = False

    @contextmanager
    def over(self, twin: socket.socket, deadline: Deadline) -> Iterator[None]:
        with self._lock:
            self._calls[id(twin)] = (deadline, twin)
            if not self._looks:
                self._looks = True
                threading.Thread(target=self._look, name="push watch", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                del self._calls[id(twin)]

    def _look(self) -> None:
        while True:
            time.sleep(self.LOOKS_EVERY_SECONDS)
            with self._lock:
                if not self._calls:
                    self._looks = False
                    return
                for deadline, twin in self._calls.values():
                    if deadline.has_passed:
                        with suppress(OSError):
                            twin.shutdown(socket.SHUT_RDWR)


class _Door:
    """One connection. Raises OSError, or Never, when it cannot be opened."""

    def __init__(
        self,
        host: "_Host",
        deadline: Deadline,
        *,
        tls: ssl.SSLContext | None,
        only_public: bool,
        watch: "_Watch",
    ) -> None:
        name, port = host.name, host.port
        self.name = name
        self._watch = watch
        plain = connect(name, port, deadline, only_public=only_public)
        # TLS takes the socket's descriptor away; by its twin the connection can be cut whatever is going on.
        self._twin = plain.dup()
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with deadline.cutting(self._twin):
                self._socket = tls.wrap_socket(plain, server_hostname=name) if tls else plain
        except BaseException:
            plain.close()
            self._twin.close()
            raise
        self._http = http.client.HTTPConnection(name, port)
        self._http.auto_open = 0
        self._http.sock = self._socket
        self._used_at = time.monotonic()

    def ask(self, request: _Request, deadline: Deadline) -> tuple[Answer, bool]:
        """The answer, and whether the connection may be kept. Raises TryLater."""
        left = False
        try:
            self._socket.settimeout(deadline.remaining())
            with self._watch.over(self._twin, deadline):
                self._http.request("POST", request.target, request.body, request.headers)
                left = True
                with self._http.getresponse() as response:
                    answer = response.read(ANSWER_BYTES_MAX)
                    deadline.remaining()
                    is_open = not response.will_close and response.isclosed()
                    told = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, http.client.HTTPException, ValueError) as error:
            says = f"{self.name} から返事がありません（{type(error).__name__}）。"
            raise TryLater(says, may_have_left=left) from error
        self._used_at = time.monotonic()
        return Answer(response.status, told, answer), is_open

    def is_fresh(self) -> bool:
        """Whether the other side has kept it open as well."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            return False
        self._socket.setblocking(False)
        try:
            # An end, or a word that nobody asked for: either way it is no use any more.
            self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            pass
        return False

    def close(self) -> None:
        self._http.close()
        self._socket.close()
        self._twin.close()
