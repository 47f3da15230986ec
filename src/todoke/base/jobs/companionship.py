"""Keeping companions going beside a worker."""

import logging
import threading
import time
from collections.abc import Iterable

from django.db import Error as DatabaseTrouble
from django.db import connections

from todoke.base.jobs.registry import Companion

log = logging.getLogger(__name__)

PAUSE_SECONDS_FIRST = 1.0
PAUSE_SECONDS_MAX = 30.0
# A database that was away comes back without telling; an emergency does not wait half a minute after that.
PAUSE_SECONDS_DATABASE = 2.0
HEALTHY_SECONDS = 60.0  # whoever ran that long starts again with the short pause


class Companionship:
    """The companions of one lane, a thread each, until `end` is called."""

    def __init__(
        self, lane: str, companions: Iterable[Companion], *, pause_seconds: float = PAUSE_SECONDS_FIRST
    ) -> None:
        self.lane = lane
        self._pause_seconds = pause_seconds
        self._stop = threading.Event()
        self._threads = [
            # Daemons: one that hangs does not keep the worker from ending.
            threading.Thread(target=self._accompany, args=(companion,), name=companion.key, daemon=True)
            for companion in companions
            if lane in companion.lanes
        ]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def ask_to_end(self) -> None:
        """Tell all to finish; does not wait."""
        self._stop.set()

    def end(self, *, within_seconds: float) -> list[str]:
        """Tell all to finish and wait; gives the keys of those that did not."""
        self._stop.set()
        deadline = time.monotonic() + within_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _accompany(self, companion: Companion) -> None:
        pause = self._pause_seconds
        while not self._stop.is_set():
            began, longest = time.monotonic(), PAUSE_SECONDS_MAX
            try:
                companion.run(self.lane, self._stop)
            except DatabaseTrouble as trouble:
                log.warning(
                    "companion_interrupted",
                    extra={"companion": companion.key, "lane": self.lane, "trouble": type(trouble).__name__},
                )
                longest = PAUSE_SECONDS_DATABASE
            except Exception:  # whatever a companion meets, neither the worker nor the other companions suffer
                log.exception("companion_failed", extra={"companion": companion.key, "lane": self.lane})
            else:
                if not self._stop.is_set():
                    log.warning("companion_returned_early", extra={"companion": companion.key, "lane": self.lane})
            finally:
                # Connections belong to a thread; a broken one would greet the next attempt.
                connections.close_all()
            if time.monotonic() - began > HEALTHY_SECONDS:
                pause = self._pause_seconds
            self._stop.wait(min(pause, longest))
            pause = min(pause * 2, longest)
