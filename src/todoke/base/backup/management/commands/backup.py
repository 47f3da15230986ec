"""`todoke backup [FILE|FOLDER]`: one encrypted file that holds the city."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.backup.database import server_running
from todoke.base.backup.keys import backup_key
from todoke.base.backup.making import make_backup, target_in
from todoke.base.backup.progress import Progress
from todoke.base.backup.trouble import BackupTrouble


class Command(BaseCommand):
    help = "データベースと文書を、暗号化したひとつのファイルに保存します。動かしたままで使えます。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "place",
            nargs="?",
            type=Path,
            metavar="FILE|FOLDER",
            help="書き込むファイルかフォルダー。既定は TODOKE_VAR/backups です。",
        )

    def handle(self, *_args: Any, place: Path | None, **_options: Any) -> None:
        if place is None:
            place = settings.BACKUP_ROOT
            settings.BACKUP_ROOT.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            first = not settings.BACKUP_KEY and not settings.BACKUP_KEY_FILE.exists()
            key = backup_key(make=True)
            with server_running():
                made = make_backup(target_in(place), key.secret, told=Progress(sys.stderr))
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        rows = sum(made.manifest.tables.values())
        self.stdout.write(
            f"保存しました: {made.path}（{made.size_bytes / 1e6:,.1f} MB、{rows:,} 行、"
            f"文書 {sum(made.manifest.files.values()):,} 件）。"
        )
        if first:
            self.stdout.write(
                f"鍵を作りました: {key.file}\n"
                "この鍵がなければ、バックアップはだれにも読めません。今すぐ、この機械とバックアップの"
                "どちらとも別の場所（金庫など）に写しを置いてください。"
            )
        self.stdout.write(f"復元できることを確かめるには: todoke restore --verify {made.path}")
        if made.missing:
            shown = "\n".join(f"  {name}" for name in made.missing[:20])
            raise CommandError(
                f"文書 {len(made.missing)} 件が、ないか壊れているため、正しく保存できませんでした"
                f"（ほかはすべて保存しました）。\n{shown}\n前のバックアップから戻してください。"
            )
