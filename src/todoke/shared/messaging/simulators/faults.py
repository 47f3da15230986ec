"""Faults to order: what a simulated service does wrong, for how many calls or how long."""

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ROUTES = ("mail", "line", "webhook", "push")


class FaultKind(TextChoices):
    """The ways in which outside services fail."""

    DELAY = "delay", _("遅れて受け取る")
    ANSWER = "answer", _("断りの番号を返す")
    TAKE_AND_ANSWER = "take-and-answer", _("受け取ってから、断りの番号を返す")
    HANG = "hang", _("返事をしない（受け取らない）")
    SWALLOW = "swallow", _("受け取ってから、返事をせずに切る")
    DROP = "drop", _("受け取らずに切る")
    DRIP = "drip", _("返事を1秒に1文字ずつ送る")
    GARBAGE = "garbage", _("受け取ってから、読めない返事を返す")
    TLS = "tls", _("安全な通信（TLS）に失敗する")
    RETURN = "return", _("受け取ってから、不達の通知を返す（メールだけ）")


# What a returned mail can say, by its reply code: the enhanced status, the words, and whether it was given up.
RETURNS = {
    550: ("5.1.1", "User unknown", "failed"),
    552: ("5.2.2", "Mailbox full", "failed"),
    554: ("5.7.1", "Message rejected by policy", "failed"),
    450: ("4.2.2", "Mailbox full, will try again", "delayed"),
}


ANSWERS = frozenset({FaultKind.ANSWER, FaultKind.TAKE_AND_ANSWER})


@dataclass(frozen=True)
class Fault:
    """One fault. `seconds` is the delay, `status` the SMTP or HTTP code, `retry_after` the header of an HTTP answer.

    It holds for the next `calls` calls, for `for_seconds` seconds, or, with neither, until it is cleared.
    `at_recipient` gives the SMTP code already at RCPT, not at the end of DATA. `share` is the part of the recipients,
    above 0 and up to 1, to whom a mail is returned: the same ones at every mail.
    """

    kind: FaultKind
    seconds: float = 0
    status: int = 0
    retry_after: int | None = None
    calls: int | None = None
    for_seconds: float | None = None
    at_recipient: bool = False
    share: float = 1

    def __post_init__(self) -> None:
        if self.kind in ANSWERS and not 200 <= self.status <= 599:
            raise ValueError("an answer needs its status, from 200 to 599")
        if self.kind is FaultKind.DELAY and not 0 < self.seconds <= 600:
            raise ValueError("a delay needs its seconds, up to 600")
        if self.kind is FaultKind.RETURN and self.status not in RETURNS:
            raise ValueError(f"a returned mail needs its status, one of {', '.join(map(str, RETURNS))}")
        if not 0 < self.share <= 1:
            raise ValueError("share is above 0 and up to 1")
        if self.calls is not None and self.calls < 1:
            raise ValueError("calls is a whole number from 1")
        if self.for_seconds is not None and self.for_seconds <= 0:
            raise ValueError("for_seconds is more than 0")

    def as_json(self) -> dict[str, Any]:
        """The form in which the control door takes and shows it."""
        return {**asdict(self), "kind": self.kind.value}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read that form. Raises ValueError for what makes no sense."""
        whole, numbers = {"status", "retry_after", "calls"}, {"seconds", "for_seconds", "share"}
        for name, value in told.items():
            wanted = int if name in whole else int | float if name in numbers else object
            if value is not None and (not isinstance(value, wanted) or (wanted is not object and value is True)):
                raise ValueError(f"{name} is a number, not {value!r}")
        try:
            return cls(**{**told, "kind": FaultKind(told.get("kind", ""))})
        except TypeError as error:
            raise ValueError(str(error)) from None


class FaultBook:
    """The faults in force, one for each route. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[Fault, int | None, float | None]] = {}

    def set(self, route: str, fault: Fault) -> None:
        """Put this fault in force in place of the one before. Raises ValueError for an unknown route."""
        if route not in ROUTES:
            raise ValueError(f"no route “{route}”: one of {', '.join(ROUTES)}")
        ends = None if fault.for_seconds is None else time.monotonic() + fault.for_seconds
        with self._lock:
            self._entries[route] = (fault, fault.calls, ends)

    def clear(self, route: str | None = None) -> None:
        """Make one route well again, or all."""
        with self._lock:
            for name in ROUTES if route is None else (route,):
                self._entries.pop(name, None)

    def take(self, route: str) -> Fault | None:
        """The fault for this call, counted."""
        with self._lock:
            fault, calls, ends = self._entries.get(route, (None, None, None))
            if fault is None:
                return None
            if ends is not None and time.monotonic() >= ends:
                del self._entries[route]
                return None
            if calls is not None:
                if calls == 1:
                    del self._entries[route]
                else:
                    self._entries[route] = (fault, calls - 1, ends)
            return fault

    def give_back(self, route: str, fault: Fault) -> None:
        """Count one call less: a probe met this fault, and it was ordered for what is really sent."""
        if fault.calls is None:
            return
        with self._lock:
            present, calls, ends = self._entries.get(route, (fault, 0, None))
            if present is fault and calls is not None:
                self._entries[route] = (fault, min(calls + 1, fault.calls), ends)

    def in_force(self) -> dict[str, Fault]:
        """The faults by route, without counting a call."""
        with self._lock:
            present = time.monotonic()
            return {
                route: fault for route, (fault, _calls, ends) in self._entries.items() if ends is None or ends > present
            }
