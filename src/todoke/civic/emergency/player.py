"""The companion that plays drills: beside the emergency lane, on any number of hosts."""

import threading

from todoke.base.clock import now
from todoke.civic.emergency.actions.drills import play

TICK_SECONDS = 1.0


class DrillPlayer:
    """Looks every second for what is due; rows say what has been done, so it may be killed at any moment."""

    key = "emergency.drills"
    lanes = frozenset({"emergency"})

    def run(self, lane: str, stop: threading.Event) -> None:
        """Play until told to stop."""
        del lane
        while not stop.is_set():
            play(at=now())
            stop.wait(TICK_SECONDS)
