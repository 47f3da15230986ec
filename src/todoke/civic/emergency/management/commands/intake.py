import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from todoke.base.database_clock import keep_to_the_database
from todoke.base.health import logs
from todoke.civic.emergency.intake.drafting import prepared
from todoke.civic.emergency.intake.loop import look_once, run


class Command(BaseCommand):
    """Takes in telegrams from the watched folder and the feeds, until SIGTERM or Ctrl-C; gone within ten seconds."""

    help = "受信フォルダーと気象庁の配信から電文を取り込みます。止めるには SIGTERM か Ctrl-C。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="1回だけ確認して終わります")

    def handle(self, **options: Any) -> None:
        folder, addresses = settings.INTAKE_FOLDER, settings.FEEDS
        if options["once"]:
            self.stdout.write(f"{look_once(folder, addresses, prepared)}件を取り込みました。")
            return
        logs.speak_up("intake", settings.LOGS)
        keep_to_the_database()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write(f"{folder} と {len(addresses)} 件の配信を見ています。")
        run(folder, addresses, stop, prepared)
