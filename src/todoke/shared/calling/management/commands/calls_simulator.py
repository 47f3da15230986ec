"""`todoke calls_simulator`: play a provider of automatic calls until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from todoke.base.health import logs
from todoke.shared.calling.automatic.simulator.provider import CallSimulator


class Command(BaseCommand):
    """Run the simulated provider on 127.0.0.1."""

    help = "模擬の自動電話事業者を、SIGTERM か Ctrl-C まで動かします。"
    # It must run while the database is away.
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Serve until a signal arrives."""
        logs.speak_up("calls-simulator", settings.LOGS)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        port = settings.CALLS_SIMULATOR_PORT
        try:
            with CallSimulator(settings.SIMULATOR_ROOT, port=port) as simulator:
                self.stdout.write(f"模擬の自動電話事業者を始めました: {simulator.address}")
                self.stdout.flush()
                stop.wait()
        except OSError as error:
            raise CommandError(
                f"模擬の自動電話事業者のポート {port} を使えません（{error.strerror or error}）。"
                "ほかで動いている todoke を止めるか、TODOKE_CALLS_SIMULATOR_PORT を変えてください。"
            ) from error
