"""Beside the emergency lane: asks the control station what became of each broadcast, and which units are well."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connections

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.shared.loudspeakers.actions.broadcasts import claim_one, take_in
from todoke.shared.loudspeakers.actions.patrol import take_in_faults
from todoke.shared.loudspeakers.models import Broadcast, Unit
from todoke.shared.loudspeakers.protocol import Station
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.messaging.types import Never, TryLater

log = logging.getLogger("todoke.loudspeakers")

PAUSE_SECONDS = 2.0
PATROL = timedelta(minutes=5)


class Listener:
    """Every two seconds for each broadcast that sounds; every five minutes for the units. Several may be at work.

    `station_for` gives the station of a broadcast: the real one, or the one that plays it. `warm_up` is called once, so
    that the voice of this process is there before the first alert needs it (it takes seconds to come up).
    """

    key = "loudspeakers.listener"
    lanes = frozenset({Lane.EMERGENCY.value})

    def __init__(
        self, station_for: Callable[[str], Station | None], warm_up: Callable[[], object] = lambda: None
    ) -> None:
        self.station_for = station_for
        self.warm_up = warm_up

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Listen until told to stop."""
        due_at = now()
        self.be_ready()
        while not stop.is_set():
            while not stop.is_set() and self.step():
                pass
            if now() >= due_at:
                due_at = now() + PATROL
                self.patrol()
            connections.close_all()
            stop.wait(PAUSE_SECONDS)

    def be_ready(self) -> None:
        """Have the voice come up, where there are units to speak through."""
        if not Unit.objects.filter(is_active=True).exists():
            return
        try:
            self.warm_up()
        except SpeechAway:
            # The doctor says so, and the channel will.
            log.warning("loudspeakers.no-speech")

    def step(self) -> bool:
        """Ask about one broadcast; False when there is none to ask about."""
        broadcast = claim_one(at=now())
        if broadcast is None:
            return False
        progress, says = None, ""
        try:
            progress = self._station(broadcast).progress(broadcast.key)
            if progress is None:
                says = "操作卓は、この放送を知らないと答えました。"
        except (TryLater, Never) as trouble:
            says = trouble.says
        take_in(broadcast.pk, progress, at=now(), pause_seconds=PAUSE_SECONDS, says=says)
        return True

    def patrol(self) -> None:
        """Ask which units are well; what the station does not answer is its route's trouble, not the units'."""
        station = self.station_for("")
        if station is None or not Unit.objects.filter(is_active=True).exists():
            return
        try:
            faults = station.faults()
        except (TryLater, Never):
            log.warning("loudspeakers.patrol-failed")
            return
        take_in_faults(faults, at=now())

    def _station(self, broadcast: Broadcast) -> Station:
        station = self.station_for(broadcast.address)
        if station is None:
            raise Never("操作卓のアドレス（TODOKE_CONTROL_STATION）が設定されていません。")
        return station
