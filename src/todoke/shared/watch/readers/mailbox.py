"""Mailboxes in which the city finds its own mail again: one reached by IMAP, and the simulators' one."""

import imaplib
import json
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import default
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from todoke.shared.messaging.channels.connection import Deadline, connect, fetch, says_unreached
from todoke.shared.messaging.simulators.web import CONTROL_HEADER
from todoke.shared.messaging.types import Never, TryLater

LOOK_SECONDS = 10.0


class Mailbox(Protocol):
    """A place where mail arrives that we send ourselves.

    `subject_of` gives the subject of the mail with this Message-ID, or None when it is not there. One call, ten seconds
    at most; raises `TryLater` or `Never`. It reads that one header and nothing else, and marks nothing as read.
    """

    def subject_of(self, message_id: str) -> str | None: ...


@dataclass(frozen=True)
class SimulatedMailbox:
    """All mailboxes of the simulated mail server, at its control door."""

    port: int

    def subject_of(self, message_id: str) -> str | None:
        """See `Mailbox`."""
        answer = fetch(
            f"http://127.0.0.1:{self.port}/mailbox/{quote(message_id, safe='')}",
            {CONTROL_HEADER: "1"},
            timeout_seconds=LOOK_SECONDS,
        )
        if answer.status == 404:
            return None
        try:
            return str(json.loads(answer.body)["title"])
        except (ValueError, KeyError, TypeError):
            raise TryLater(f"模擬サービスの受信箱を読めません（{answer.status}）。") from None


@dataclass(frozen=True)
class ImapMailbox:
    """A mailbox by IMAP4rev1 over TLS (RFC 3501, RFC 8314). `user` is its mail address."""

    host: str
    user: str
    password: str
    port: int = 993
    folder: str = "INBOX"
    # Tests bring one that trusts their own certificate.
    context: ssl.SSLContext | None = None

    @classmethod
    def from_address(cls, address: str) -> "ImapMailbox":
        """Read `imaps://user%40host:password@host:port/folder`. Raises ValueError."""
        parts = urlsplit(address)
        user = unquote(parts.username or "")
        if parts.scheme != "imaps" or not parts.hostname or "@" not in user or not parts.password:
            raise ValueError("it is not imaps://user%40host:password@host/folder")
        return cls(parts.hostname, user, unquote(parts.password), parts.port or 993, parts.path.strip("/") or "INBOX")

    def subject_of(self, message_id: str) -> str | None:
        """See `Mailbox`."""
        if not re.fullmatch(r"<[!-~]+>", message_id) or '"' in message_id or "\\" in message_id:
            raise ValueError("this is no Message-ID of ours")
        deadline = Deadline(LOOK_SECONDS)
        try:
            with (
                connect(self.host, self.port, deadline) as plain,
                deadline.cutting(plain),
                (self.context or ssl.create_default_context()).wrap_socket(plain, server_hostname=self.host) as secure,
                _Conversation(secure) as imap,
            ):
                return self._asked(imap, message_id)
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            if isinstance(error, OSError) or deadline.has_passed:
                says = says_unreached(error, self.host, deadline)
            else:
                says = f"{self.host} の受信箱を読めませんでした（{type(error).__name__}）。"
            raise TryLater(says) from error

    def _asked(self, imap: "_Conversation", message_id: str) -> str | None:
        try:
            imap.login(self.user, self.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise Never(
                f"{self.host} が、受信箱の利用者名かパスワードを断りました。TODOKE_READBACK_MAILBOX を直してください。"
            ) from None
        if imap.select(f'"{self.folder}"', readonly=True)[0] != "OK":
            raise Never(f"{self.host} に「{self.folder}」がありません。TODOKE_READBACK_MAILBOX を直してください。")
        _ok, found = imap.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')
        numbers = (found[0] or b"").split()
        if not numbers:
            return None
        _ok, parts = imap.uid("FETCH", numbers[-1].decode(), "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        header = next((part[1] for part in parts if isinstance(part, tuple)), b"")
        return str(BytesParser(policy=default).parsebytes(header)["Subject"] or "")


class _Conversation(imaplib.IMAP4):
    """IMAP over a connection that we made ourselves, because imaplib's time-outs hold for one read."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        super().__init__()

    def __exit__(self, *_exception: object) -> None:
        # The last word is a courtesy: what we wanted to know is known, or the connection is gone.
        with suppress(OSError, imaplib.IMAP4.error):
            self.logout()
        with suppress(OSError):
            self.shutdown()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        del timeout
        return self._connection
