"""What FAX does by the clock: tells the ledger who has confirmed, and puts those who have not on the list."""

import threading
from datetime import timedelta

from todoke.base.clock import now
from todoke.shared.fax.actions import confirming

TICK_SECONDS = 5.0


class Clockwork:
    """A companion of the emergency lane; any number of them may run, on any number of hosts."""

    key = "fax.clockwork"
    lanes = frozenset({"emergency"})

    def __init__(self, *, confirm_minutes: int) -> None:
        self.after = timedelta(minutes=confirm_minutes)

    def run(self, lane: str, stop: threading.Event) -> None:
        """Look every five seconds, until told to stop."""
        del lane
        while not stop.is_set():
            self.tick()
            stop.wait(TICK_SECONDS)

    def tick(self) -> None:
        """One look."""
        confirming.tell_the_ledger(at=now())
        confirming.chase(at=now(), after=self.after)
