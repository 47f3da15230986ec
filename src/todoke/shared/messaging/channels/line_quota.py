"""How much of the month's quota of LINE is left, and how much of it ordinary notices may use.

Read from LINE (https://developers.line.biz/en/reference/messaging-api/#get-quota, read in November 2026), once a minute
at most. LINE's own count is an approximation and lags behind, so what this process has sent since is added; once that
comes to a tenth of what was left, LINE is asked again. So several processes overshoot the reserve by a tenth each at
most.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

READ_AGAIN_SECONDS = 60.0
# Without an answer we go on as if nothing were bounded: the other side still has the last word.
ASK_AGAIN_SECONDS = 10.0
SHARE_UNSEEN = 0.1


@dataclass(frozen=True)
class Reading:
    """What LINE said: the month's quota (None: no bounds), and how much of it is used."""

    quota: int | None
    used: int


class Quota:
    """The month's quota as one process sees it. `read` asks LINE; None when there is no answer."""

    def __init__(self, read: Callable[[], Reading | None], *, reserve: float) -> None:
        self.reserve = reserve
        self._read = read
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._again_at = 0.0
        self._sent = 0

    def left(self) -> tuple[Reading, int] | None:
        """What LINE said last, and how many messages of it are left beyond the reserve (below 0: it is touched).

        None where LINE does not answer; with no bounds, the number means nothing.
        """
        reading = self._latest()
        if reading is None:
            return None
        quota = reading.quota or 0
        return reading, int(quota - reading.used - self._sent - self.reserve * quota)

    def allows(self, people: int) -> bool:
        """Whether an ordinary notice may go to so many: the reserve is left to emergencies."""
        reading = self._latest()
        if reading is None or reading.quota is None:
            return True
        return reading.quota - reading.used - self._sent - people >= self.reserve * reading.quota

    def note(self, people: int) -> None:
        """So many have been sent something."""
        with self._lock:
            self._sent += people

    def read_again(self) -> None:
        """Ask LINE at the next question, because what is known is wrong."""
        with self._lock:
            self._again_at = 0.0

    def _latest(self) -> Reading | None:
        # One thread asks, the others go by what was known: nobody waits in a row for a slow answer.
        if not self._is_stale() or not self._lock.acquire(blocking=self._reading is None):
            return self._reading
        try:
            if self._is_stale():
                reading = self._read()
                self._again_at = time.monotonic() + (READ_AGAIN_SECONDS if reading else ASK_AGAIN_SECONDS)
                if reading:
                    self._reading, self._sent = reading, 0
        finally:
            self._lock.release()
        return self._reading

    def _is_stale(self) -> bool:
        if time.monotonic() >= self._again_at:
            return True
        reading = self._reading
        if reading is None or reading.quota is None:
            return False
        return self._sent > SHARE_UNSEEN * max(1, reading.quota - reading.used)
