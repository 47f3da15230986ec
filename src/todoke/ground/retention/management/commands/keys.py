"""`todoke keys export | import | reseal | copies`: the key store, its copies, its seal."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import in_japan, now
from todoke.base.disk import write_atomically
from todoke.ground.retention import keystore
from todoke.ground.retention.actions import keys
from todoke.ground.retention.models import KeyCopy


class Command(BaseCommand):
    """The keys of what is in custody. They are in no backup; `export` is the only way to have them twice."""

    help = "保管の鍵の写しを作り、写しから戻し、新しい TODOKE_SEAL_KEYS で封じ直します。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="すべての鍵を、封をしたひとつのファイルに写します")
        export.add_argument("file", type=Path)
        back = verbs.add_parser("import", help="写しにあって、ここにない鍵を戻します（廃棄した鍵は戻りません）")
        back.add_argument("file", type=Path)
        verbs.add_parser("reseal", help="すべての鍵を、TODOKE_SEAL_KEYS の最初の鍵で封じ直します")
        copies = verbs.add_parser("copies", help="作った写しの一覧です")
        copies.add_argument("--destroyed", type=int, metavar="番号", help="この写しは消した、と知らせます")

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        {"export": self._export, "import": self._import, "reseal": self._reseal, "copies": self._copies}[verb](options)

    def _export(self, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        if file.exists():
            raise CommandError(f"{file} はもうあります。上書きはしません。別の名前を指定してください。")
        try:
            write_atomically(file, keys.copy_of_the_store(file_name=file.name, at=now()), mode=0o600)
        except OSError as error:
            raise CommandError(f"{file} に書けません（{os.strerror(error.errno or 0)}）。") from error
        self.stdout.write(
            f"写しました: {file}（鍵 {sum(1 for _ in keystore.identifiers())} 件）。\n"
            "この機械とも、データベースのバックアップとも別の場所に置き、"
            "TODOKE_SEAL_KEYS は一緒に置かないでください。\n"
            "廃棄のあとは、新しい写しを作り、古い写しを消してください。古い写しが残ると、廃棄した記録が読めてしまいます。"
        )
        for copy in keys.stale_copies():
            self.stdout.write(f"消してください: {copy.pk} {copy.file_name}（{in_japan(copy.made_at):%Y-%m-%d %H:%M}）")

    def _import(self, options: dict[str, Any]) -> None:
        try:
            written = keys.take_copy(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(f"{options['file']} を読めません（{error.strerror}）。") from error
        except keys.BadCopy as error:
            raise CommandError(f"{options['file']}: {error.sentence}") from error
        self.stdout.write(f"{written} 件を戻しました。")
        if open_setbacks() and (said := keys.mend_after_restore(at=now())):
            self.stdout.write(said)

    def _reseal(self, options: dict[str, Any]) -> None:
        del options
        self.stdout.write(f"{keystore.seal_anew()} 件を封じ直しました。")

    def _copies(self, options: dict[str, Any]) -> None:
        if number := options["destroyed"]:
            copy = KeyCopy.objects.filter(pk=number, destroyed_at=None).first()
            if copy is None:
                raise CommandError(f"{number} という番号の写しは、一覧にありません。")
            keys.say_copy_is_destroyed(copy)
        for copy in KeyCopy.objects.filter(destroyed_at=None):
            self.stdout.write(f"{copy.pk} {in_japan(copy.made_at):%Y-%m-%d %H:%M} 鍵 {copy.keys} 件 {copy.file_name}")
