"""The companion that releases notices at their time."""

import threading

from todoke.base.clock import now
from todoke.civic.notices.actions.scheduling import release_due
from todoke.civic.notices.rules.rights import LANE

EVERY_SECONDS = 5.0


class Clockwork:
    """Looks every few seconds for notices whose time has come; any number of them may run, on any number of hosts."""

    key = "notices.clockwork"
    lanes = frozenset({LANE})

    def run(self, lane: str, stop: threading.Event) -> None:
        """See jobs.registry.Companion."""
        del lane
        while not stop.is_set():
            release_due(at=now())
            stop.wait(EVERY_SECONDS)
