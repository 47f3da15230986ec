"""Faults to order: what goes wrong with a simulated call. They stand in a file, so that any process can order them."""

import hashlib
import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from todoke.base.disk import write_atomically


class FaxFault(TextChoices):
    """The ways in which a call fails."""

    BUSY = "busy", _("話し中")
    NO_ANSWER = "no-answer", _("応答なし")
    OUT_OF_PAPER = "out-of-paper", _("用紙切れ（受け取りを断る）")
    HALF_A_PAGE = "half-a-page", _("半ページで切れる")
    HANG = "hang", _("つながったまま終わらない")


@dataclass(frozen=True)
class FaultOrder:
    """One fault: for `share` percent of the calls, for the next `calls` calls that it hits, or until it is cleared."""

    kind: FaxFault
    share: int = 100
    calls: int | None = None
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if not 1 <= self.share <= 100:
            raise ValueError("share is 1 to 100 percent")
        if self.calls is not None and self.calls < 1:
            raise ValueError("calls is a whole number from 1")

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what `FaultBook` wrote. Raises ValueError."""
        try:
            return cls(FaxFault(told["kind"]), int(told["share"]), told["calls"], str(told["mark"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a fault: {error}") from error


class FaultBook:
    """The fault in force. Writing is atomic; the simulator counts, the desk orders and clears."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._hits: dict[str, int] = {}
        self._calls: dict[str, int] = {}

    def order(self, fault: FaultOrder) -> None:
        """Put this fault in force in place of the one before."""
        write_atomically(self.path, json.dumps(asdict(fault)).encode(), mode=0o600)

    def clear(self) -> None:
        """Make the telephone network well again."""
        self.path.unlink(missing_ok=True)

    def in_force(self) -> FaultOrder | None:
        """The fault that was ordered; a file that cannot be read is none."""
        try:
            return FaultOrder.from_json(json.loads(self.path.read_bytes()))
        except (OSError, ValueError):
            return None

    def take(self, number: str) -> FaxFault | None:
        """What goes wrong with this call to this number, counted. The same calls are hit each time it is played."""
        fault = self.in_force()
        if fault is None:
            return None
        with self._lock:
            self._calls[number] = self._calls.get(number, 0) + 1
            dice = hashlib.sha256(f"{number} {self._calls[number]}".encode()).digest()
            if int.from_bytes(dice[:4]) % 100 >= fault.share:
                return None
            self._hits[fault.mark] = self._hits.get(fault.mark, 0) + 1
            if fault.calls is not None and self._hits[fault.mark] >= fault.calls:
                self.clear()
            return fault.kind
