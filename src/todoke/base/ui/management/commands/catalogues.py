from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.ui.catalogues import compile_catalogues, faults_of_rooms


class Command(BaseCommand):
    help = "Compile the catalogues of all rooms; with --check, hold them to the sentences in the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Say what is missing or left over, change nothing.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{compile_catalogues()} catalogues compiled")
            return
        faults = [fault for found in faults_of_rooms().values() for fault in found]
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} faults in the catalogues")
        self.stdout.write("every sentence has its translations, and no translation is left over")
