"""The servers that take our mail, and how a conversation with one begins."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from todoke.shared.messaging.channels.connection import Deadline

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class MailServer:
    """A server that takes our mail. `security` is none, starttls or tls.

    Of several, each takes its share by `weight`. `per_second` and `per_day` bound what it gets from all workers
    together; None is no bound.
    """

    host: str
    port: int
    security: str = "none"
    user: str = ""
    password: str = ""
    weight: int = 1
    per_second: float | None = None
    per_day: int | None = None

    @classmethod
    def from_address(cls, address: str) -> "MailServer":
        """Read `smtp://`, `smtp+starttls://` or `smtps://user:password@host:port?weight=2&rate=50&day=20000`.

        Raises ValueError.
        """
        security = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
        usual = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
        parts = urlsplit(address)
        if parts.scheme not in security or not parts.hostname:
            raise ValueError("it does not begin with smtp://, smtp+starttls:// or smtps:// and a host")
        terms = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        if strange := set(terms) - {"weight", "rate", "day"}:
            raise ValueError(f"it has {'、'.join(sorted(strange))} after the “?”; weight, rate and day are known")
        return cls(
            host=parts.hostname,
            port=parts.port or usual[parts.scheme],
            security=security[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            weight=_positive(terms, "weight", int) or 1,
            per_second=_positive(terms, "rate", float),
            per_day=_positive(terms, "day", int),
        )

    @property
    def name(self) -> str:
        """The server among others: host and port."""
        return f"{self.host}:{self.port}"


def _positive(terms: Mapping[str, str], name: str, read: Callable[[str], Number]) -> Number | None:
    if name not in terms:
        return None
    number = read(terms[name])
    if not number > 0:
        raise ValueError(f"{name}={terms[name]} is not above 0")
    return number


def servers_from(addresses: str) -> tuple[MailServer, ...]:
    """The servers of a list with commas, such as TODOKE_MAIL_SERVER. Raises ValueError."""
    return tuple(MailServer.from_address(address.strip()) for address in addresses.split(",") if address.strip())


def greeted(
    plain: socket.socket, server: MailServer, own_name: str, deadline: Deadline, *, first: str = ""
) -> smtplib.SMTP:
    """A conversation on this connection, as far as MAIL FROM: greeted, secured and signed in as the server wants it.

    `first` is a command to be said before all others; its answer does not matter.
    Raises OSError or SMTPException; the caller closes the connection then.
    """
    # Our own name is given, or smtplib would ask the resolver for it, without a deadline.
    smtp = smtplib.SMTP(local_hostname=own_name, timeout=deadline.remaining())
    # What starttls() and the certificate's check read; connect() would have set it, but it has no deadline.
    smtp._host = server.host  # type: ignore[attr-defined]
    smtp.sock = plain
    if server.security == "tls":
        smtp.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=server.host)
    try:
        code, words = smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        if first:
            smtp.docmd(first)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp
