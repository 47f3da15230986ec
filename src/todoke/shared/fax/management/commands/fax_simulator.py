"""`todoke fax_simulator`: play a FAX server and the machines at the other end until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.health import logs
from todoke.shared.fax.simulator.server import FaxSimulator


class Command(BaseCommand):
    """Run the simulated FAX server on 127.0.0.1."""

    help = "模擬FAXサーバー（HylaFAXの手順）とその回線を、SIGTERM か Ctrl-C まで動かします。"
    # It must run while the database is away.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How fast its lines are."""
        parser.add_argument(
            "--speed", type=float, default=10.0, help="本物の回線の何倍の速さで送るか（初めは10。1ページおよそ4秒）"
        )

    def handle(self, **options: Any) -> None:
        """Serve until a signal arrives."""
        if not options["speed"] > 0:
            raise CommandError("--speed は0より大きい数にしてください（例 --speed 10）。")
        logs.speak_up("fax-simulator", settings.LOGS)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        simulator = FaxSimulator(
            settings.SIMULATOR_ROOT / "fax",
            port=settings.FAX_SIMULATOR_PORT,
            modems=settings.FAX_LINES,
            speed=options["speed"],
        )
        try:
            with simulator:
                self.stdout.write(f"模擬FAXを始めました: 127.0.0.1:{simulator.port}、{settings.FAX_LINES}回線")
                self.stdout.flush()
                stop.wait()
        except OSError as error:
            raise CommandError(
                f"模擬FAXのポート {settings.FAX_SIMULATOR_PORT} を使えません（{error.strerror or error}）。"
                "ほかで動いている todoke を止めるか、TODOKE_FAX_SIMULATOR_PORT を変えてください。"
            ) from error
