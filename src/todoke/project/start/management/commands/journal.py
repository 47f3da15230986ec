"""`todoke journal`: what staff entered while the database was away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base import journal
from todoke.base.clock import in_japan
from todoke.base.sealing import CannotOpen


class Command(BaseCommand):
    help = "データベースにつながらない間に職員が入力した内容の控えを、一覧し、表示し、消します。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", metavar="番号", help="この控えを表示します。なければ一覧です。")
        parser.add_argument("--forget", action="store_true", help="この控えを消します。")

    def handle(self, *, name: str | None, forget: bool, **_options: Any) -> None:
        if name is None:
            self._list()
            return
        try:
            if forget:
                journal.forget(name)
                self.stdout.write(f"控え {name} を消しました。")
            else:
                self._show(journal.read(name))
        except LookupError as error:
            raise CommandError(f"控え {name} はありません。「todoke journal」で一覧できます。") from error
        except CannotOpen as error:
            raise CommandError(f"控え {name} を開けません（{error}）。") from error

    def _list(self) -> None:
        found = journal.names()
        for name in found:
            self.stdout.write(name)
        self.stdout.write(f"{len(found)}件" if found else "控えはありません。")

    def _show(self, entry: journal.Entry) -> None:
        self.stdout.write(f"{in_japan(entry.at):%Y-%m-%d %H:%M:%S}  {entry.address}")
        for field, values in entry.fields.items():
            for value in values:
                self.stdout.write(f"\n{field}\n{value}")
