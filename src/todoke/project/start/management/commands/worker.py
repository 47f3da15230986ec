"""`todoke worker --lane emergency`: work off the jobs of one or several lanes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from todoke.base.database_clock import keep_to_the_database
from todoke.base.jobs import LANES
from todoke.base.jobs.registry import companions
from todoke.base.jobs.worker import work_lanes
from todoke.project.start.console import log_to_console


class Command(BaseCommand):
    help = "仕事の列（レーン）を処理します。止めるには SIGTERM か Ctrl-C。10 秒以内に終わります。"
    # The programme is checked by its tests; a restart in an emergency shall not wait for that.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lane",
            action="append",
            choices=LANES,
            required=True,
            dest="lanes",
            help="処理するレーン。繰り返して指定できます。",
        )

    def handle(self, *_args: Any, lanes: list[str], **_options: Any) -> None:
        log_to_console("worker " + " ".join(lanes))
        keep_to_the_database()
        work_lanes(lanes, companions)
