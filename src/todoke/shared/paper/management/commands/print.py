"""`todoke print`: every sheet of one edition into a folder, with or without a database."""

import csv
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.press.fonts import NoJapaneseFont
from todoke.shared.messaging.types import FrozenEdition, Mode
from todoke.shared.paper.courier import KEY, places_from
from todoke.shared.paper.keeping import UnreadableEdition, read_edition
from todoke.shared.paper.pack import lay_out, sheets_of, zipped
from todoke.shared.paper.papers import Place
from todoke.shared.paper.press import CannotPrint
from todoke.shared.paper.queries import edition_named, places_for


class Command(BaseCommand):
    """Lay out the print pack. With --from-file neither network nor database is asked for anything."""

    help = "ひとつの版の印刷一式（FAX、掲示、配布、読み上げ、原稿、一覧）をフォルダーに作ります。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which edition, and where to."""
        parser.add_argument(
            "edition", nargs="?", default="latest", help="版の識別子、お知らせのキー、または latest（最新の版）"
        )
        parser.add_argument("--to", required=True, type=Path, metavar="FOLDER", help="置き場所。なければ作ります")
        parser.add_argument("--zip", action="store_true", help="ZIPファイル（todoke-print.zip）ひとつにします")
        parser.add_argument(
            "--from-file", type=Path, metavar="FILE", help="edition.json または公開データのCAPから作ります"
        )
        parser.add_argument(
            "--mode", choices=Mode.values, default=Mode.ACTUAL, help="latest で探す版。ふつうは本番（actual）"
        )

    def handle(self, **options: Any) -> None:
        """Make the sheets and write them."""
        edition, places = self._edition(options)
        try:
            sheets = sheets_of(edition, places, site=settings.SITE_ADDRESS)
            if options["zip"]:
                sheets = {"todoke-print.zip": zipped(edition, sheets)}
            written = lay_out(sheets, options["to"])
        except (CannotPrint, NoJapaneseFont) as trouble:
            raise CommandError(str(trouble.says)) from trouble
        except OSError as error:
            raise CommandError(
                f"{options['to']} に書けません（{error.strerror or error}）。--to をほかの場所にしてください。"
            ) from error
        self.stdout.write(f"{edition.title()}：{len(written)}個のファイルを {options['to']} に作りました。")

    def _edition(self, options: dict[str, Any]) -> tuple[FrozenEdition, list[Place]]:
        if options["from_file"]:
            try:
                edition = read_edition(options["from_file"])
            except UnreadableEdition as error:
                raise CommandError(str(error)) from error
            return edition, _places_in(settings.CITY_FOLDER / "destinations.csv", edition)
        found = edition_named(options["edition"], Mode(options["mode"]))
        if found is None:
            raise CommandError(
                f"「{options['edition']}」という版はありません。職員の机の「発信の記録」で確かめるか、latest と書いて"
                "ください。訓練の版は --mode exercise で探します。"
            )
        return found, places_for(found)


def _places_in(path: Path, edition: FrozenEdition) -> list[Place]:
    """The places of the city folder; none where it is not there, since the sheets must come out all the same."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("channel") == KEY]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    pairs = [(row.get("name") or "", row.get("address") or "") for row in rows]
    return places_from(pairs, is_drill=edition.mode.is_drill)
