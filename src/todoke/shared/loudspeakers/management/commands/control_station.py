"""`todoke control_station`: play the loudspeakers' control station until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from todoke.base.health import logs
from todoke.shared.loudspeakers.station.web import ControlStation


class Command(BaseCommand):
    """Run the simulated control station on 127.0.0.1."""

    help = "Play the loudspeakers' control station on this machine until SIGTERM or Ctrl-C."
    # It must run while the database is away.
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Serve until a signal arrives."""
        logs.speak_up("control_station", settings.LOGS)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_signal: stop.set())
        try:
            with ControlStation(
                settings.SIMULATOR_ROOT / "loudspeakers", port=settings.CONTROL_STATION_SIMULATOR_PORT
            ) as station:
                self.stdout.write(f"模擬の操作卓を始めました: {station.address}")
                self.stdout.flush()
                stop.wait()
        except OSError as error:
            raise CommandError(
                f"模擬の操作卓のポート {settings.CONTROL_STATION_SIMULATOR_PORT} を使えません"
                f"（{error.strerror or error}）。TODOKE_CONTROL_STATION_SIMULATOR_PORT を変えてください（例 8190）。"
            ) from error
