"""`todoke resume`: a person has looked at what a restore, or a database gone back in time, has left open."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from todoke.base.backup.models import Setback
from todoke.base.backup.setbacks import doubts_about, open_setbacks, resume
from todoke.base.clock import in_japan, now


class Command(BaseCommand):
    help = "復元のあとに止めてあるものを確認し、終わったことを記録します。--list は見るだけです。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", dest="only_list", help="見るだけで、何も変えません。")
        parser.add_argument(
            "--send",
            action="store_true",
            help="止めてあるもののうち、まだ有効なものをすべて送ります。すでに届いていれば、二重に届きます。",
        )
        parser.add_argument("--by", default="", help="確認した人。既定はこのコンソールの利用者です。")

    def handle(self, *_args: Any, only_list: bool, send: bool, by: str, **_options: Any) -> None:
        waiting = open_setbacks()
        if not waiting:
            self.stdout.write("確認を待つ復元はありません。")
            return
        for setback in waiting:
            self._show(setback)
            if not only_list:
                for line in resume(setback, by=by or getpass.getuser(), at=now(), send=send):
                    self.stdout.write(f"  {line}")
                self.stdout.write("  確認を終えました。")

    def _show(self, setback: Setback) -> None:
        self.stdout.write(
            f"{in_japan(setback.found_at):%Y-%m-%d %H:%M} {setback.get_kind_display()}: "
            f"{in_japan(setback.went_back_to):%Y-%m-%d %H:%M} の状態に戻りました（{setback.host}）。"
        )
        for line in (*setback.said, *doubts_about(setback)):
            self.stdout.write(f"  ・{line}")
