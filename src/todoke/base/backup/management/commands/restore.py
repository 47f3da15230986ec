"""`todoke restore FILE`, and `todoke restore --verify FILE`, which changes nothing."""

import platform
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from todoke.base.backup.database import server_running
from todoke.base.backup.keys import backup_key
from todoke.base.backup.restoring import restore
from todoke.base.backup.setbacks import doubts_about
from todoke.base.backup.trouble import BackupTrouble
from todoke.base.backup.verifying import note_verified, verify
from todoke.base.clock import in_japan


class Command(BaseCommand):
    help = "バックアップを復元します。--verify は、別の場所に試しに復元して調べるだけで、何も変えません。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="todoke backup で作ったファイル。")
        parser.add_argument("--verify", action="store_true", help="試しに復元して調べ、捨てます。何も変えません。")
        parser.add_argument("--replace", action="store_true", help="今のデータベースの中身を捨てて復元します。")

    def handle(self, *_args: Any, file: Path, verify: bool, replace: bool, **_options: Any) -> None:
        try:
            secret = backup_key(make=False).secret
            with server_running():
                if verify:
                    self._verify(file, secret)
                else:
                    self._restore(file, secret, replace=replace)
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _verify(self, file: Path, secret: str) -> None:
        found = verify(file, secret, say=self._say)
        manifest = found.contents.manifest
        troubles = [*found.troubles, *(f"バックアップのときになかった文書: {name}" for name in found.contents.missing)]
        if troubles:
            shown = "\n".join(f"  {trouble}" for trouble in dict.fromkeys(troubles))
            raise CommandError(f"このバックアップでは、すべては戻りません。\n{shown}")
        try:
            known = note_verified(manifest)
        except OperationalError:
            known = False
        self._say(
            f"復元できます: {in_japan(manifest.made_at):%Y-%m-%d %H:%M} の状態、"
            f"{sum(manifest.tables.values()):,} 行、文書 {sum(manifest.files.values()):,} 件。"
            + ("" if known else "（このデータベースの記録にないバックアップなので、確かめた日時は残しません。）")
        )

    def _restore(self, file: Path, secret: str, *, replace: bool) -> None:
        setback, missing = restore(file, secret, replace=replace, host=platform.node(), say=self._say)
        self._say(f"{in_japan(setback.went_back_to):%Y-%m-%d %H:%M} の状態に戻しました。")
        for line in (*setback.said, *doubts_about(setback)):
            self._say(f"・{line}")
        self._say(
            "この時刻より後に入力・発信したことは、ここにはありません。上のことを確かめてから"
            "「todoke up」などで起動し、「todoke resume」で確認を終えてください。"
        )
        if missing:
            shown = "\n".join(f"  {name}" for name in missing[:20])
            raise CommandError(f"文書 {len(missing)} 件は、バックアップになかったか壊れていたため戻りません。\n{shown}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
