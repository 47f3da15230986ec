"""Reading a notice: what sort of mail it is, what it says of the refusal, and which of our addresses it came to.

Delivery reports (RFC 3464, RFC 6533) and feedback reports (RFC 5965) by the standard library; the odd forms by
flufl.bounce. Nothing in here is believed: whether the notice is about one of our mails is decided by its token.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import Enum

from flufl.bounce import all_failures

from todoke.shared.messaging.bounces.addresses import EDITION_HEADER
from todoke.shared.messaging.bounces.judging import Trouble

log = logging.getLogger(__name__)

# A report says what it has to say at its beginning; the rest is our own mail, or somebody's film. Reading more would
# only help those who want to keep us busy: the time grows with the square of cunningly nested parts.
READ_BYTES_MAX = 256 * 1024
# flufl.bounce looks at every line some sixty times (12 s for a megabyte of empty ones).
GUESSED_LINES_MAX = 400
GUESSED_LINE_LENGTH_MAX = 1000
PARTS_MAX = 50
ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To")

SERVERS = re.compile(r"mailer-?daemon|postmaster|mail delivery|mail administrator|mdaemon|mail system", re.IGNORECASE)
STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])", re.ASCII)
# With a reply code before it, or in qmail's form (#5.1.1): an address of the internet looks alike.
STATUS_IN_TEXT = re.compile(
    r"(?:\b[45]\d\d[ -]#?|\(#|status: ?)([45]\.\d{1,3}\.\d{1,3})(?![\d.])", re.ASCII | re.IGNORECASE
)
REPLY = re.compile(r"(?<![\d.])([45][0-5]\d)(?=[ -])", re.ASCII)
MAILBOX = re.compile(r"[^\s<>@]{1,200}@[^\s<>@]{1,255}")
DOMAIN = re.compile(r"@([a-z0-9.-]{1,253})", re.IGNORECASE)
EDITION_IN_TEXT = re.compile(rf"^>?\s?{EDITION_HEADER}:[ \t]*(\S{{1,120}})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
AFTER_TEXT = "end of data"
NO_TROUBLE = Trouble()


class Sort(Enum):
    """What sort of mail it is. Only the first two have consequences."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTOMATIC = "automatic"
    OWN = "own"
    UNREAD = "unread"


@dataclass(frozen=True)
class Notice:
    """One mail that came to a return path. `addressed` are the addresses that it came to by its own headers;
    `complained` the return path that a feedback report names; `edition` the identifier of the edition concerned."""

    sort: Sort
    trouble: Trouble = NO_TROUBLE
    addressed: tuple[str, ...] = ()
    complained: str = ""
    edition: str = ""


def read(raw: bytes) -> Notice:
    """Read a mail, whatever it is: what cannot be understood is UNREAD, and nothing is ever raised."""
    try:
        return _read(message_from_bytes(raw[:READ_BYTES_MAX]))
    except Exception as trouble:  # strangers write these mails, and the library raises a dozen kinds for broken ones
        log.warning("bounce_unread", extra={"error": type(trouble).__name__, "bytes": len(raw)})
        return Notice(Sort.UNREAD)


def _read(mail: Message) -> Notice:
    addressed = tuple(str(value) for name in ADDRESSED for value in mail.get_all(name, [])[:3])
    if mail.get(EDITION_HEADER) or mail.get("X-Todoke-Mode"):
        return Notice(Sort.OWN, addressed=addressed)
    parts = list(_parts(mail))
    edition = _edition(parts)
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            return _complaint(_fields(part), addressed, edition)
    for part in parts:
        is_report = part.get_content_type() in ("message/delivery-status", "message/global-delivery-status")
        if is_report and (notice := _report(_blocks(part), addressed, edition)):
            return notice
    return _guess(mail, parts, addressed, edition)


def _parts(mail: Message) -> Iterator[Message]:
    """The parts of a mail, but not those of mails inside it: what our own text says is no report."""
    found, waiting = 0, [mail]
    while waiting and found < PARTS_MAX:
        part = waiting.pop(0)
        found += 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting[:0] = [each for each in part.get_payload() if isinstance(each, Message)]


# ---- reports ----


def _blocks(part: Message) -> list[Message]:
    """The blocks of fields of a delivery report; the first is about the mail, each further one about a recipient."""
    inner = part.get_payload()
    if not isinstance(inner, list):
        text = _text(part)
    else:
        text = "\n\n".join(block.as_bytes().decode("utf-8", "replace") for block in inner if isinstance(block, Message))
    return [message_from_string(block) for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]


def _report(blocks: list[Message], addressed: tuple[str, ...], edition: str) -> Notice | None:
    actions = [(_field(block, "Action").lower().split(maxsplit=1), block) for block in blocks]
    told = {(words[0] if words else ""): block for words, block in reversed(actions)}
    failed = next((block for word, block in told.items() if word.startswith(("fail", "error"))), None)
    if told.keys() & {"delivered", "relayed", "expanded"}:
        # An address that forwards to several has one that works.
        return Notice(Sort.DELIVERED, addressed=addressed, edition=edition)
    if failed is not None:
        return Notice(Sort.BOUNCE, _trouble_of(failed), addressed, edition=edition)
    if "delayed" in told:
        return Notice(Sort.DELAYED, addressed=addressed, edition=edition)
    return None


def _trouble_of(block: Message) -> Trouble:
    says = _field(block, "Diagnostic-Code").lower()
    given = STATUS.search(_field(block, "Status"))
    told = STATUS_IN_TEXT.search(says)
    status = given.group() if given else ""
    if told and (not status or status.endswith(".0.0")):
        status = told.group(1)
    domain = DOMAIN.search(_field(block, "Original-Recipient")) or DOMAIN.search(_field(block, "Final-Recipient"))
    reply = REPLY.search(says)
    return Trouble(
        status=status,
        reply=int(reply.group(1)) if reply else 0,
        words=_without_addresses(says),
        domain=domain.group(1).lower() if domain else "",
        # sendmail gives docomo's late refusal no words of its own, but this number.
        after_text=AFTER_TEXT in says or status == "5.2.0",
    )


def _complaint(fields: Message, addressed: tuple[str, ...], edition: str) -> Notice:
    if _field(fields, "Feedback-Type").lower() == "not-spam":
        return Notice(Sort.DELIVERED, addressed=addressed)
    return Notice(Sort.COMPLAINT, addressed=addressed, complained=_field(fields, "Original-Mail-From"), edition=edition)


def _fields(part: Message) -> Message:
    """The fields of a report of one block, which the parser takes for a mail inside the mail."""
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return inner[0]
    return message_from_string(_text(part).lstrip())


def _edition(parts: list[Message]) -> str:
    """Which edition the original was, by its header, where the notice brings the original or its headers."""
    for part in parts:
        if part.get_content_type() in ORIGINALS and (found := _field(_fields(part), EDITION_HEADER)):
            return found[:120]
    return ""


# ---- what has no form ----


def _guess(mail: Message, parts: list[Message], addressed: tuple[str, ...], edition: str) -> Notice:
    text = next((_text(part) for part in parts if part.get_content_maintype() == "text"), "")
    if not SERVERS.search(_field(mail, "From")) and "X-Failed-Recipients" not in mail:
        return Notice(Sort.AUTOMATIC if _is_automatic(mail) else Sort.UNREAD, addressed=addressed)
    lines = [line[:GUESSED_LINE_LENGTH_MAX] for line in text.splitlines()[:GUESSED_LINES_MAX]]
    passing, lasting = _recipients(mail, lines)
    if not lasting:
        # A server's word that we do not know is worth a person's look, whatever else it says of itself.
        return Notice(Sort.DELAYED if passing else Sort.UNREAD, addressed=addressed)
    found = EDITION_IN_TEXT.search(text)
    edition = edition or (found.group(1) if found else "")
    return Notice(Sort.BOUNCE, _guessed(lines, min(lasting).decode("ascii")), addressed, edition=edition)


def _recipients(mail: Message, lines: list[str]) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Whom the notice is about, by the library that knows the odd forms: not delivered for now, and not at all."""
    plain = Message()
    for name in ("From", "Subject", "X-Failed-Recipients", "X-Mailer"):
        if value := _field(mail, name):
            plain[name] = value.encode("ascii", "replace").decode()
    plain.set_payload("\n".join(lines))
    return all_failures(plain)


def _guessed(lines: list[str], recipient: str) -> Trouble:
    # What follows is a copy of our own mail in most forms, and its words are not the server's.
    says = re.split(r"\n-{3,}|\nreceived:", "\n".join(lines).lower(), maxsplit=1)[0]
    told, reply, domain = STATUS_IN_TEXT.search(says), REPLY.search(says), DOMAIN.search(recipient)
    return Trouble(
        status=told.group(1) if told else "",
        reply=int(reply.group(1)) if reply else 0,
        words=_without_addresses(says),
        domain=domain.group(1).lower() if domain else "",
        after_text=AFTER_TEXT in says,
    )


def _is_automatic(mail: Message) -> bool:
    """A holiday notice and its like (RFC 3834, and what came before it)."""
    return (
        _field(mail, "Auto-Submitted").lower() not in ("", "no")
        or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
        or _field(mail, "Precedence").lower() in ("auto_reply", "bulk", "junk", "list")
    )


# ---- small things ----


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(str(part.get_content_charset("utf-8")), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _without_addresses(says: str) -> str:
    return " ".join(MAILBOX.sub("", says).split())[:2000]
