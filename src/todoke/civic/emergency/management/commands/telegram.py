from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from todoke.civic.emergency.telegrams.show import show


class Command(BaseCommand):
    """Shows what telegrams say. `todoke telegram` runs the same before Django is started; this is its listed name."""

    help = "気象庁の電文を読み、1ファイルにつき1行のJSONで表示します（データベースは使いません）。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="電文のファイル（XMLまたはgzip）")

    def handle(self, **options: Any) -> None:
        unreadable = show(options["files"])
        if unreadable:
            raise SystemExit(unreadable)
