"""The calls of the simulated provider, in one file: written by its process alone, whole, and read by any."""

import json
import threading
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from todoke.base.clock import now
from todoke.base.disk import write_atomically

CALLS_KEPT = 500
# How long the bell rings before something happens.
RING_SECONDS = 4.0


@dataclass(frozen=True)
class Ringing:
    """One call as somebody at the other end meets it. Instants in ISO 8601; `taken_back_at` empty: it rang."""

    number: str
    telephone: str
    text: str
    key: str
    rang_at: str
    taken_back_at: str = ""
    repeats: int = 0

    def status(self, at: datetime, ring_seconds: float) -> tuple[str, str]:
        """How it stands, and what was pressed. How a telephone behaves stands in the end of its number."""
        if self.taken_back_at:
            return "canceled", ""
        if (at - datetime.fromisoformat(self.rang_at)).total_seconds() < ring_seconds:
            return "ringing", ""
        return BEHAVIOUR.get(self.telephone[-3:], ("completed", "1"))


BEHAVIOUR = {
    "408": ("no-answer", ""),
    "480": ("completed", ""),
    "486": ("busy", ""),
}
NOBODY = "404"


class Switchboard:
    """The calls, newest last; the oldest beyond five hundred are dropped."""

    def __init__(self, root: Path, *, ring_seconds: float = RING_SECONDS) -> None:
        self.path = root / "calls" / "calls.json"
        self.ring_seconds = ring_seconds
        self._lock = threading.RLock()

    def calls(self) -> list[Ringing]:
        """All that are kept, oldest first."""
        try:
            return [Ringing(**kept) for kept in json.loads(self.path.read_bytes())]
        except (FileNotFoundError, ValueError):
            return []

    def ring(self, telephone: str, text: str, key: str) -> tuple[Ringing, bool]:
        """Let it ring, and whether that is new: who asks with the same key gets the call that is there."""
        with self._lock:
            calls = self.calls()
            for place, call in enumerate(calls):
                if key and call.key == key:
                    calls[place] = replace(call, repeats=call.repeats + 1)
                    self._write(calls)
                    return call, False
            number = str(int(calls[-1].number) + 1 if calls else 1)
            call = Ringing(number, telephone, text, key, now().isoformat())
            self._write([*calls, call])
            return call, True

    def find(self, number: str) -> Ringing | None:
        """The call with this number."""
        return next((call for call in self.calls() if call.number == number), None)

    def take_back(self, number: str) -> bool:
        """Leave a call that was not answered yet; False where somebody has it, or it is over."""
        with self._lock:
            calls = self.calls()
            for place, call in enumerate(calls):
                if call.number == number and call.status(now(), self.ring_seconds)[0] == "ringing":
                    calls[place] = replace(call, taken_back_at=now().isoformat())
                    self._write(calls)
                    return True
            return False

    def _write(self, calls: list[Ringing]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        stored = json.dumps([asdict(call) for call in calls[-CALLS_KEPT:]], ensure_ascii=False)
        write_atomically(self.path, stored.encode(), mode=0o600)
