"""`todoke simulators`: play the outside services until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from todoke.base.health import logs
from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.simulators.simulator import Simulator


class Command(BaseCommand):
    """Run the simulated mail server, LINE and webhook partners on 127.0.0.1."""

    help = "Play the outside services (mail, LINE, webhook) on this machine until SIGTERM or Ctrl-C."
    # They must run while the database is away.
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Serve until a signal arrives."""
        smtp_port, http_port = settings.SIMULATOR_PORTS
        logs.speak_up("simulators", settings.LOGS)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        try:
            with Simulator(
                settings.SIMULATOR_ROOT, secret_of=webhook_secret_of, smtp_port=smtp_port, http_port=http_port
            ) as simulator:
                self.stdout.write(
                    f"模擬サービスを始めました: SMTP 127.0.0.1:{simulator.smtp_port}、"
                    f"HTTP 127.0.0.1:{simulator.http_port}"
                )
                self.stdout.flush()
                stop.wait()
        except OSError as error:
            raise CommandError(
                f"模擬サービスのポート {smtp_port} か {http_port} を使えません（{error.strerror or error}）。"
                "ほかで動いている todoke を止めるか、TODOKE_SIMULATOR_PORTS を変えてください"
                "（例 TODOKE_SIMULATOR_PORTS=8126,8181）。"
            ) from error
