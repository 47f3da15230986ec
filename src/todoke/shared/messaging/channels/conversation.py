"""A lasting conversation with one relay: many mails over one connection, without waiting for each reply (RFC 2920).

The content of a mail and the envelope of the next leave together; so a relay costs one round trip a mail, and none of
its replies is taken for another's. smtplib opens the conversation (greeting, TLS, sign-in); it knows no pipelining.
"""

import re
import select
import smtplib
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from todoke.shared.messaging.channels.connection import Deadline, connect
from todoke.shared.messaging.channels.mail_server import MailServer, greeted
from todoke.shared.messaging.types import Fate

CONNECT_SECONDS = 5.0
START_MAIL = 354
SERVICE_CLOSING = 421
REPLY_BYTES_MAX = 64 * 1024
# The enhanced code (RFC 3463) that follows the code of a reply.
ENHANCED = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}\b")
# Addressing troubles of RFC 3463 that do not pass: no such mailbox, no such domain, the mailbox has moved.
NOBODY_THERE = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"})
# How relays without enhanced codes say the same; the words of the large systems and of Japanese carriers.
NOBODY_WORDS = re.compile(
    rb"user unknown|unknown user|no such user|user not found|does not exist|invalid recipient", re.IGNORECASE
)


class RelayGone(Exception):
    """The conversation cannot go on: refused, broken off, silent, or speaking something else than SMTP."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with its envelope. `content` ends with the line of the final dot and holds no other such line."""

    contact_id: int
    return_path: str
    recipient: str
    content: bytes


@dataclass(slots=True, eq=False)
class Reply:
    """A whole reply of the relay: the code, and the text of its last line."""

    code: int
    text: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.code <= 299

    def fate(self) -> Fate:
        """What a reply says about one mail (RFC 5321, 4.2.1)."""
        if self.is_good:
            return Fate.ACCEPTED
        if 400 <= self.code <= 499:
            return Fate.LATER
        enhanced = ENHANCED.match(self.text)
        if enhanced:
            return Fate.GONE if enhanced.group() in NOBODY_THERE else Fate.REFUSED
        return Fate.GONE if NOBODY_WORDS.search(self.text) else Fate.REFUSED

    def says(self, recipient: str) -> str:
        """Its words for the ledger, without the address."""
        words = self.text.decode("utf-8", "replace").replace(recipient, "…")
        return f"{self.code} {' '.join(words.split())}"[:200]


class Conversation:
    """An open connection. One thread at a time uses it; `carried` counts the mails that the relay took."""

    def __init__(self, connection: socket.socket, *, pipelining: bool, reply_seconds: float) -> None:
        self._connection = connection
        self._pipelining = pipelining
        self._reply_seconds = reply_seconds
        self._heard = b""
        self._needs_reset = False
        self.carried = 0
        self.used_at = time.monotonic()

    @classmethod
    def begin(
        cls, server: MailServer, *, own_name: str, reply_seconds: float, connect_seconds: float = CONNECT_SECONDS
    ) -> "Conversation":
        """Connect, greet, secure, sign in. Raises RelayGone."""
        deadline = Deadline(reply_seconds)
        try:
            plain = connect(server.host, server.port, Deadline(connect_seconds))
        except OSError as error:
            raise RelayGone(f"{server.host} につながりませんでした（{type(error).__name__}）。") from error
        try:
            with deadline.cutting(plain):
                smtp = greeted(plain, server, own_name, deadline)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            plain.close()
            raise RelayGone(f"{server.host} との会話を始められませんでした（{type(error).__name__}）。") from error
        taken, reader = smtp.sock, smtp.file
        assert taken is not None
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if reader is not None:
            # It has nothing left in hand, since every reply so far was waited for; open, it would keep the socket so.
            reader.close()
        smtp.sock = smtp.file = None
        return cls(taken, pipelining=smtp.has_extn("pipelining"), reply_seconds=reply_seconds)

    def is_fresh(self) -> bool:
        """Whether the relay has neither closed it nor said anything unasked for."""
        readable, _writable, _odd = select.select([self._connection], [], [], 0)
        return not readable

    def carry(self, mails: Iterable[Mail], *, until: float) -> Iterator[tuple[Mail, Fate, str]]:
        """Send the mails in turn; yields each with its fate as soon as the relay has spoken.

        What was not begun by `until` (of time.monotonic) is not yielded: it never left. When the relay breaks off, the
        mail that may have left is yielded as UNCLEAR, and RelayGone is raised.
        """
        waiting: Mail | None = None  # its envelope stands, its content is to leave or has left
        try:
            for mail in mails:
                if time.monotonic() >= until:
                    break
                if waiting is not None and not self._pipelining:
                    yield self._finish(waiting)
                    waiting = None
                replies = self._ask(waiting, mail)
                if waiting is not None:
                    yield self._told(waiting, next(replies))
                    waiting = None
                refused = self._refusal(replies)
                if refused is None:
                    waiting = mail
                    continue
                yield mail, refused.fate(), refused.says(mail.recipient)
                if refused.code == SERVICE_CLOSING:
                    raise RelayGone(refused.says(mail.recipient))
            if waiting is not None:
                yield self._finish(waiting)
                waiting = None
        except (OSError, RelayGone) as error:
            if waiting is not None:
                yield waiting, Fate.UNCLEAR, _trouble(error)
            raise RelayGone(_trouble(error)) from error
        finally:
            self.used_at = time.monotonic()

    def _ask(self, waiting: Mail | None, mail: Mail) -> Iterator[Reply]:
        """Send and hear, in one go where the relay can take it, else command by command."""
        envelope = (b"RSET\r\n" if self._needs_reset else b"") + _envelope(mail)
        if not self._pipelining:
            return self._step_by_step(envelope)
        self._connection.sendall((waiting.content if waiting else b"") + envelope)
        return self._replies()

    def _replies(self) -> Iterator[Reply]:
        while True:
            yield self._reply()

    def _refusal(self, replies: Iterator[Reply]) -> Reply | None:
        """Who refused the envelope, or None when the relay now waits for the content."""
        if self._needs_reset:
            next(replies)
            self._needs_reset = False
        sender, recipient, data = next(replies), next(replies), next(replies)
        if sender.is_good and recipient.is_good and data.code == START_MAIL:
            return None
        if data.code == START_MAIL:
            # It wants a content although it took nobody: an empty one ends it (RFC 2920, 3.1).
            self._connection.sendall(b".\r\n")
            self._reply()
        else:
            self._needs_reset = True
        return next((reply for reply in (sender, recipient) if not reply.is_good), data)

    def _step_by_step(self, envelope: bytes) -> Iterator[Reply]:
        ended = None
        for command in envelope.splitlines(keepends=True):
            if ended is not None:
                yield ended
                continue
            self._connection.sendall(command)
            reply = self._reply()
            # After a refusal the rest of the envelope is not said, and counts as refused too.
            if not command.startswith(b"RSET") and reply.code >= 400:
                ended = Reply(503, b"")
            yield reply

    def _finish(self, mail: Mail) -> tuple[Mail, Fate, str]:
        self._connection.sendall(mail.content)
        return self._told(mail, self._reply())

    def _told(self, mail: Mail, reply: Reply) -> tuple[Mail, Fate, str]:
        if reply.is_good:
            self.carried += 1
        return mail, reply.fate(), "" if reply.is_good else reply.says(mail.recipient)

    def _reply(self) -> Reply:
        """The next whole reply. Raises RelayGone or OSError."""
        ends = time.monotonic() + self._reply_seconds
        start = 0
        while True:
            line_end = self._heard.find(b"\r\n", start)
            if line_end >= 0:
                line = self._heard[start:line_end]
                if not (len(line) >= 3 and line[:3].isdigit() and line[3:4] in (b"", b" ", b"-")):
                    raise RelayGone("SMTPではない返事が来ました。")
                if line[3:4] != b"-":
                    self._heard = self._heard[line_end + 2 :]
                    return Reply(int(line[:3]), line[4:])
                start = line_end + 2
                continue
            left = ends - time.monotonic()
            if left <= 0 or len(self._heard) > REPLY_BYTES_MAX:
                raise RelayGone("時間内に返事がありません。")
            self._connection.settimeout(left)
            more = self._connection.recv(65536)
            if not more:
                raise RelayGone("会話が途中で切れました。")
            self._heard += more

    def end(self) -> None:
        """Say good-bye without waiting for an answer."""
        with suppress(OSError):
            self._connection.settimeout(1)
            self._connection.sendall(b"QUIT\r\n")
        self.drop()

    def drop(self) -> None:
        """Close the connection as it is."""
        with suppress(OSError):
            self._connection.close()


def _envelope(mail: Mail) -> bytes:
    return f"MAIL FROM:<{mail.return_path}>\r\nRCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode("ascii")


def _trouble(error: Exception) -> str:
    if isinstance(error, RelayGone):
        return error.says
    if isinstance(error, TimeoutError):
        return "時間内に返事がありません。"
    return f"会話が途中で切れました（{type(error).__name__}）。"
