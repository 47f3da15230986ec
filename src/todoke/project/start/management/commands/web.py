"""`todoke web`: serve the site."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

PROCESSES = 2


class Command(BaseCommand):
    help = "画面を配信します（granian）。止めるには SIGTERM か Ctrl-C。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス。既定は 127.0.0.1 です。")
        parser.add_argument("--port", type=int, default=settings.PORT, help="待ち受けるポート。")
        parser.add_argument("--processes", type=int, default=PROCESSES, help="プロセスの数。")

    def handle(self, *_args: Any, host: str, port: int, processes: int, **_options: Any) -> None:
        command = [
            *(sys.executable, "-m", "granian", "todoke.project.wsgi:application"),
            *("--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(processes)),
            # One thread each: measured, granian's default gave a POST p99 of 1.26 s, one thread 57 ms.
            *("--blocking-threads", "1", "--no-ws", "--backlog", "1024"),
            *("--respawn-failed-workers", "--workers-kill-timeout", "8", "--log-level", "warning"),
        ]
        # The same process goes on as the web server, so that signals reach it directly.
        os.execv(sys.executable, command)  # noqa: S606 - our own arguments; no shell
