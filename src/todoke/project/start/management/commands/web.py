"""`todoke web`: serve the site."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from todoke.project.start.server import Serving

PROCESSES = 2
DRAIN_SECONDS_MAX = 60


class Command(BaseCommand):
    help = "画面を配信します（granian）。止めるには SIGTERM か Ctrl-C。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス。既定は 127.0.0.1 です。")
        parser.add_argument("--port", type=int, default=settings.PORT, help="待ち受けるポート。")
        parser.add_argument("--processes", type=int, default=PROCESSES, help="プロセスの数。")
        parser.add_argument(
            "--drain",
            type=float,
            default=0,
            help=(
                "止めるとき、/readyz で「終了中」と答えながら要求を受け続ける秒数。"
                f"負荷分散装置の下では 5 など（{DRAIN_SECONDS_MAX} まで）。既定は 0 です。"
            ),
        )

    def handle(self, *_args: Any, host: str, port: int, processes: int, drain: float, **_options: Any) -> None:
        command = Serving(
            host=host,
            port=port,
            processes=processes,
            var=str(settings.VAR),
            logs=settings.LOGS,
            drain_seconds=min(max(drain, 0), DRAIN_SECONDS_MAX),
        ).command()
        # The same process goes on as the web server, so that signals reach it directly.
        os.execv(command[0], command)  # noqa: S606 - our own arguments; no shell
