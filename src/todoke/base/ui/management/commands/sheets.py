from typing import Any

from django.core.management.base import BaseCommand

from todoke.base.ui.sheets import SITE_SHEET, joined_sheets


class Command(BaseCommand):
    help = "Write the one style sheet of the site from its parts."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        SITE_SHEET.write_text(joined_sheets(), encoding="utf-8")
        self.stdout.write(f"{SITE_SHEET.name}: {SITE_SHEET.stat().st_size:,} bytes")
