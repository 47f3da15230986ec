"""`todoke lalert_simulator`: play L-Alert's two nodes until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from todoke.base.health import logs
from todoke.shared.lalert.simulator.node import NodeSimulator


class Command(BaseCommand):
    """Run the simulated nodes on 127.0.0.1."""

    help = "Play L-Alert's normal and backup node on this machine until SIGTERM or Ctrl-C."
    # They must run while the database is away.
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Serve until a signal arrives."""
        logs.speak_up("lalert-simulator", settings.LOGS)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        try:
            with NodeSimulator(settings.SIMULATOR_ROOT, port=settings.LALERT_SIMULATOR_PORT) as nodes:
                self.stdout.write(f"Lアラートの模擬ノードを始めました: HTTP 127.0.0.1:{nodes.port}")
                self.stdout.flush()
                stop.wait()
        except OSError as error:
            raise CommandError(
                f"Lアラートの模擬ノードのポート {settings.LALERT_SIMULATOR_PORT} を使えません"
                f"（{error.strerror or error}）。"
                "ほかで動いている todoke を止めるか、TODOKE_LALERT_SIMULATOR_PORT を変えてください"
                "（例 TODOKE_LALERT_SIMULATOR_PORT=8183）。"
            ) from error
