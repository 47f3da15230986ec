"""`todoke networks`: play X, Mastodon, Facebook and others until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from todoke.base.health import logs
from todoke.shared.social.simulators.server import SocialSimulator


class Command(BaseCommand):
    """Run the simulated networks on 127.0.0.1."""

    help = "Play the social networks (X, Mastodon, Facebook, apprise) on this machine until SIGTERM or Ctrl-C."
    # They must run while the database is away.
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Serve until a signal arrives."""
        logs.speak_up("networks", settings.LOGS)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        port = settings.SOCIAL_SIMULATOR_PORT
        try:
            with SocialSimulator(settings.SIMULATOR_ROOT, port=port) as simulator:
                self.stdout.write(f"模擬のソーシャルメディアを始めました: {simulator.address}")
                self.stdout.flush()
                stop.wait()
        except OSError as error:
            raise CommandError(
                f"模擬のソーシャルメディアのポート {port} を使えません（{error.strerror or error}）。"
                "ほかで動いている todoke を止めるか、TODOKE_SOCIAL_SIMULATOR_PORT を変えてください"
                "（例 TODOKE_SOCIAL_SIMULATOR_PORT=8281）。"
            ) from error
