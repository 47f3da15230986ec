"""`todoke audit verify` and `todoke audit anchor`."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.clock import in_japan, now
from todoke.ground.audit.queries import BadAnchor, count_entries, findings, head, read_anchors


class Command(BaseCommand):
    """Checks the chain of the record, and keeps copies of its head."""

    help = "Check that no entry of the audit record was altered, removed or inserted; keep a copy of its newest hash."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("verify", help="recompute the whole chain; exit 1 if anything is wrong")
        verbs.add_parser("anchor", help="write number and hash of the newest entry to TODOKE_VAR/anchors/DATE")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        del args, options
        folder: Path = settings.VAR / "anchors"
        if verb == "anchor":
            self._anchor(folder)
        else:
            self._verify(folder)

    def _anchor(self, folder: Path) -> None:
        number, digest = head()
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / in_japan(now()).date().isoformat()
        if file.exists():
            self.stdout.write(f"{file} is there already and stays as it is: one anchor a day.")
            return
        file.write_text(f"{number} {digest.hex()}\n", encoding="ascii")
        self.stdout.write(f"{file}: entry {number}. Copy it to a machine that the database's keepers cannot write to.")

    def _verify(self, folder: Path) -> None:
        total = count_entries()

        def progress(count: int) -> None:
            self.stderr.write(f"\r{count} of {total} entries", ending="" if count < total else "\n")

        try:
            anchors = read_anchors(folder)
        except BadAnchor as error:
            raise CommandError(str(error)) from error
        wrong = findings(anchors, progress if sys.stderr.isatty() or total else None)
        for finding in wrong:
            self.stdout.write(f"number {finding.number or '—'}: {finding.what}")
        if wrong:
            raise CommandError(
                f"{len(wrong)} things are wrong in the audit record. Keep this output and the database as it is."
            )
        self.stdout.write(f"{total} entries, {len(anchors)} anchors: nothing altered, removed or inserted.")
