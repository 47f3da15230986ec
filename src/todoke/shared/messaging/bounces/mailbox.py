"""The mailbox that bounces are delivered to, read over IMAP (RFC 3501; UIDPLUS of RFC 4315 where the server has it)."""

import imaplib
import logging
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from todoke.shared.messaging.bounces.reading import READ_BYTES_MAX
from todoke.shared.messaging.channels.connection import Deadline, connect, says_unreached

log = logging.getLogger(__name__)

# Where mails go that nobody understands, beside the folder that is read.
ASIDE = "todoke-unread"
# Looked at in one go, so that a flooded mailbox gives no line that the library refuses (a megabyte).
LOOKED_AT_MAX = 5000


class MailboxTrouble(Exception):
    """The mailbox could not be read. The text is fit for staff and names no password."""


@dataclass(frozen=True)
class MailboxAddress:
    """Which mailbox; `is_secure` is false only on this machine itself."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    is_secure: bool

    @classmethod
    def from_address(cls, address: str) -> Self:
        """Read `imaps://user:password@host/folder`, checked by the settings."""
        parts = urlsplit(address)
        is_secure = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (993 if is_secure else 143),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            is_secure=is_secure,
        )


class _Conversation(imaplib.IMAP4):
    """The library's client over a connection of ours, which has one deadline for everything."""

    def __init__(self, connected: Any) -> None:
        self._connected = connected
        super().__init__()

    def _create_socket(self, timeout: float | None) -> Any:  # noqa: ARG002 - the library's name and call
        return self._connected


class Mailbox:
    """One visit to the mailbox, in a `with` block; all of it within `seconds`. Whatever goes wrong is MailboxTrouble.

    What was `done` is gone after the visit; what was not is there at the next one.
    """

    def __init__(self, address: MailboxAddress, *, seconds: float) -> None:
        self.address = address
        self.deadline = Deadline(seconds)
        self._stack = ExitStack()
        self._exists = 0

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            try:
                plain = opening.enter_context(connect(self.address.host, self.address.port, self.deadline))
                opening.enter_context(self.deadline.cutting(plain))
                self._imap = _Conversation(
                    opening.enter_context(self._secured(plain)) if self.address.is_secure else plain
                )
                opening.callback(self._hang_up)
                self._asked(self._imap.login(_quoted(self.address.user), self.address.password))
                (exists,) = self._asked(self._imap.select(_quoted(self.address.folder)))
                self._exists = int(exists)
            except (OSError, imaplib.IMAP4.error, ValueError, MailboxTrouble) as error:
                raise self._trouble(error) from error
            self._stack = opening.pop_all()
        return self

    def _secured(self, plain: Any) -> ssl.SSLSocket:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.address.host)

    def _hang_up(self) -> None:
        # The library's own reader holds the connection too.
        with suppress(OSError):
            self._imap.shutdown()

    def __exit__(self, *_exception: object) -> None:
        with self._stack, suppress(OSError, imaplib.IMAP4.error):
            # Only what this programme marked: nobody else is to use this folder.
            self._imap.expunge()
            self._imap.logout()

    def waiting(self) -> list[str]:
        """The numbers (UIDs) of the mails that nobody has dealt with, oldest first, as far as one look goes."""
        if not self._exists:
            return []
        (found,) = self._uid("SEARCH", f"1:{min(self._exists, LOOKED_AT_MAX)}", "UNDELETED", "UNFLAGGED")
        return [number.decode() for number in (found or b"").split()]

    def fetch(self, uid: str) -> bytes | None:
        """The beginning of a mail, as much of it as is ever read; None when it has gone meanwhile."""
        told = self._uid("FETCH", uid, f"(BODY.PEEK[]<0.{READ_BYTES_MAX}>)")
        return next((part[1] for part in told if isinstance(part, tuple)), None)

    def done(self, uid: str) -> None:
        """Have it removed at the end of the visit."""
        self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")

    def set_aside(self, uid: str) -> None:
        """Move a mail into the folder for people; where that cannot be made, leave it, marked so that we pass it by."""
        try:
            self._move_aside(uid)
        except MailboxTrouble:
            self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")

    def _move_aside(self, uid: str) -> None:
        try:
            self._uid("COPY", uid, _quoted(ASIDE))
        except MailboxTrouble:
            with suppress(imaplib.IMAP4.error):
                self._imap.create(_quoted(ASIDE))
            self._uid("COPY", uid, _quoted(ASIDE))
        self.done(uid)

    def _uid(self, *words: str) -> list[Any]:
        try:
            return self._asked(self._imap.uid(*words))
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._trouble(error) from error

    def _asked(self, answer: tuple[str, list[Any]]) -> list[Any]:
        kind, told = answer
        if kind != "OK":
            raise MailboxTrouble(f"{self.address.host} が断りました（{_words(told)}）。")
        return told

    def _trouble(self, error: Exception) -> MailboxTrouble:
        if isinstance(error, MailboxTrouble):
            return error
        if isinstance(error, OSError) or self.deadline.has_passed:
            return MailboxTrouble(says_unreached(error, self.address.host, self.deadline))
        return MailboxTrouble(f"{self.address.host} が断りました（{_words(error.args)}）。")


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(told: Any) -> str:
    first = told[0] if told else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return " ".join(text.split())[:200]
