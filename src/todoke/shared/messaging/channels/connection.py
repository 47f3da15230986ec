"""One outside call with one deadline for all of it: looking up the name, connecting, TLS, sending, and the answer.

The time-outs of sockets, and of every client built on them, hold for one read: a server that drips one byte a second
keeps such a client for hours. Here a timer closes the connection when the time is over, whatever is going on.
"""

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from todoke.shared.messaging.types import Never, TryLater

ANSWER_BYTES_MAX = 64 * 1024
# How our probes and readers name themselves.
READER = "Todoke-Watch"
PROBE_SECONDS = 10.0


class Deadline:
    """The moment at which a call is over."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def has_passed(self) -> bool:
        return time.monotonic() >= self._ends

    def remaining(self) -> float:
        """The seconds left; raises TimeoutError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left

    @contextmanager
    def cutting(self, connection: socket.socket) -> Iterator[None]:
        """Shut the connection down when the time is over; reads then end, and writes fail."""
        left = self.remaining()
        # A duplicate, because wrapping a socket in TLS takes its descriptor away; shutting down works on either.
        twin = connection.dup()

        def cut() -> None:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(left, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            twin.close()


def look_up(host: str, port: int, deadline: Deadline) -> list[str]:
    """The addresses of a host. The system's resolver knows no deadline, so it is asked from the side.

    Raises OSError when the name is not known, TimeoutError when nobody answers in time.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    try:
        ipaddress.ip_address(host)
    except ValueError:
        threading.Thread(target=ask, daemon=True).start()
    else:
        return [host]
    try:
        answer = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise TimeoutError("the name was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def is_public(address: str) -> bool:
    """Whether this is an address of the open internet, not one of ours, of this machine or of a tunnel into them."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        # 64:ff9b::/96 reaches any IPv4 address through a NAT64 gateway (RFC 6052).
        if inner is not None or ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(inner or ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def connect(host: str, port: int, deadline: Deadline, *, only_public: bool = False) -> socket.socket:
    """A connection to the first address that answers.

    With `only_public`, every address that the name has now must be public, or `Never`: a partner's name may not lead
    into the city's own network (server-side request forgery). The address that was checked is the one that is
    connected to. Raises OSError otherwise.
    """
    addresses = look_up(host, port, deadline)
    if only_public and not all(is_public(address) for address in addresses):
        raise Never(f"{host} は庁内や自分自身を指すアドレスのため、送りません。配信先のURLを確かめてください。")
    trouble: OSError = OSError(f"{host} has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=deadline.remaining())
        except OSError as error:
            trouble = error
    raise trouble


@dataclass(frozen=True)
class Answer:
    """What an HTTP server answered; names of headers in small letters, at most 64 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after(self) -> float | None:
        """The seconds that the other side asks us to wait (RFC 9110, 10.2.3, in its form with seconds), or None."""
        asked = self.headers.get("retry-after", "")
        return float(asked) if asked.isascii() and asked.isdigit() else None


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout_seconds: float, only_public: bool = False
) -> Answer:
    """POST once, follow nothing, and give the answer, whatever its status.

    Raises TryLater, with `may_have_left` once the whole request has gone out, or Never for an address we do not call.
    """
    return _call("POST", url, body, headers, timeout_seconds, only_public=only_public)


def put(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout_seconds: float, only_public: bool = False
) -> Answer:
    """PUT once; otherwise like `post`."""
    return _call("PUT", url, body, headers, timeout_seconds, only_public=only_public)


def fetch(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    timeout_seconds: float,
    only_public: bool = False,
    bytes_max: int = ANSWER_BYTES_MAX,
) -> Answer:
    """GET (or HEAD, OPTIONS) once, as a stranger would who has nothing in a cache; otherwise like `post`."""
    fresh = {"User-Agent": READER, "Accept-Encoding": "identity", "Cache-Control": "no-cache", **(headers or {})}
    return _call(method, url, None, fresh, timeout_seconds, only_public=only_public, bytes_max=bytes_max)


def call(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    timeout_seconds: float,
    bytes_max: int = ANSWER_BYTES_MAX,
) -> Answer:
    """Any method once (PUT, DELETE, HEAD …); otherwise like `post`."""
    return _call(method, url, body, headers, timeout_seconds, only_public=False, bytes_max=bytes_max)


def _call(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    timeout_seconds: float,
    *,
    only_public: bool,
    bytes_max: int = ANSWER_BYTES_MAX,
) -> Answer:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    deadline = Deadline(timeout_seconds)
    left = False
    try:
        with connect(host, port, deadline, only_public=only_public) as plain, deadline.cutting(plain):
            connection = _secured(plain, host) if secure else plain
            with connection:
                http_connection = http.client.HTTPConnection(host, port)
                http_connection.auto_open = 0
                http_connection.sock = connection
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                http_connection.request(method, target, body, dict(headers))
                left = True
                with http_connection.getresponse() as response:
                    answer = response.read(bytes_max)
                    # Half an answer may have been cut by us: then nobody knows how it would have ended.
                    deadline.remaining()
                    return Answer(
                        response.status, {name.lower(): value for name, value in response.getheaders()}, answer
                    )
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TryLater(_says(error, host, deadline, left=left), may_have_left=left) from error


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _says(error: Exception, host: str, deadline: Deadline, *, left: bool) -> str:
    if left:
        reason = "時間内に返事がありません" if deadline.has_passed else "返事が読み取れません"
        return f"{host} に送りましたが、{reason}（{type(error).__name__}）。"
    return says_unreached(error, host, deadline)


def says_unreached(error: Exception, host: str, deadline: Deadline) -> str:
    """A sentence for staff about a call that never got through."""
    if deadline.has_passed or isinstance(error, TimeoutError):
        return f"{host} に時間内につながりませんでした。"
    if isinstance(error, ssl.SSLError):
        return f"{host} と安全な通信（TLS）を始められませんでした（{error.reason or type(error).__name__}）。"
    if isinstance(error, ConnectionRefusedError):
        return f"{host} が接続を断りました。"
    return f"{host} につながりませんでした（{type(error).__name__}）。"
