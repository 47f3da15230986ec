"""Arrivals as a person reads them."""

import base64
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from todoke.shared.messaging.channels.line_flex import texts_of
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.simulators.arrivals import Arrival, Postbox

HEADERS_SHOWN = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Content-Language",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Todoke-Mode",
)


@dataclass(frozen=True)
class OpenedMail:
    """A mail with its headers decoded, its text, and the bytes as they came."""

    headers: list[tuple[str, str]]
    body: str
    raw: str


def open_mail(arrival: Arrival) -> OpenedMail:
    """Read a mail; whatever it holds, something is shown."""
    raw = base64.b64decode(arrival.content.get("raw", ""))
    mail = message_from_bytes(raw, _class=EmailMessage, policy=default)
    part = mail.get_body(("plain",))
    try:
        body = str(part.get_content()) if part else ""
    except (LookupError, ValueError):
        body = ""
    return OpenedMail(
        headers=[(name, str(mail[name])) for name in HEADERS_SHOWN if mail[name]],
        body=body,
        raw=raw.decode("utf-8", "replace"),
    )


@dataclass(frozen=True)
class Bubble:
    """A Flex bubble as a telephone shows it: its head on the colour of a level (None: grey), lines, and the button."""

    level: int | None
    head: list[str]
    title: str
    body: list[str]
    button: str
    address: str
    foot: list[str]


def open_bubble(bubble: dict[str, Any]) -> Bubble:
    """Read a bubble of ours."""
    by_ground = {known.ground: known.number for known in LEVELS.values()}
    header, footer = bubble.get("header", {}), bubble.get("footer", {}).get("contents", [])
    title, *body = texts_of(bubble.get("body")) or [""]
    action: dict[str, Any] = next((part["action"] for part in footer if part.get("type") == "button"), {})
    return Bubble(
        level=by_ground.get(header.get("backgroundColor", "")),
        head=texts_of(header),
        title=title,
        body=body,
        button=action.get("label", ""),
        address=action.get("uri", ""),
        foot=texts_of([part for part in footer if part.get("type") != "button"]),
    )


@dataclass(frozen=True)
class Line:
    """An arrival as a line of a list."""

    arrival: Arrival
    received_at: datetime

    @property
    def bubbles(self) -> list[Bubble]:
        """The bubbles of a LINE message; none where it came as text."""
        return [open_bubble(bubble) for bubble in self.arrival.content.get("bubbles", [])]

    @property
    def mode(self) -> str:
        """A mode that a screen knows; what a stranger sent has none."""
        return self.arrival.mode if self.arrival.mode in ("exercise", "test") else "actual"


class Shelf:
    """The arrivals of a route as a paginator wants them: counted and cut, never read whole."""

    ordered = True

    def __init__(self, postbox: Postbox) -> None:
        self.postbox = postbox

    def count(self) -> int:
        """How many are kept."""
        return self.postbox.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, cut: slice) -> list[Line]:
        arrivals = self.postbox.newest(skip=cut.start or 0, limit=cut.stop - (cut.start or 0))
        return [line_of(arrival) for arrival in arrivals]


def line_of(arrival: Arrival) -> Line:
    """The arrival with its instant read."""
    return Line(arrival, datetime.fromisoformat(arrival.received_at))
