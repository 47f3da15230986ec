"""`todoke city load FOLDER [--check]`"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from todoke.base.tables import FAULTS_MAX
from todoke.ground.places.actions import load_city
from todoke.ground.places.registry import LoadReport, Outcome


class Command(BaseCommand):
    """Loads the city from a folder of plain files."""

    help = "市の内容をフォルダーのファイルから読み込みます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="フォルダーを読み、データベースに書きます。")
        load.add_argument("folder", type=Path, help="city.tomlのあるフォルダー")
        load.add_argument("--check", action="store_true", help="調べるだけで、何も書きません。")

    def handle(self, *_args: Any, folder: Path, check: bool, **_options: Any) -> None:
        report = load_city(folder, by="todoke city load", check=check)
        for note in report.notes:
            self.stdout.write(note)
        for warning in report.warnings:
            self.stdout.write(_("注意 %(warning)s") % {"warning": warning})
        if report.faults:
            self._tell_faults(report)
            sys.exit(1)
        self._tell_counts(report, check=check)

    def _tell_faults(self, report: LoadReport) -> None:
        for fault in report.faults:
            self.stderr.write(str(fault))
        if report.fault_count > FAULTS_MAX:
            self.stderr.write(_("ほかに%(count)d件の誤りがあります。") % {"count": report.fault_count - FAULTS_MAX})
        self.stderr.write(_("誤りが%(count)d件あります。何も書き込みませんでした。") % {"count": report.fault_count})

    def _tell_counts(self, report: LoadReport, *, check: bool) -> None:
        for what, counter in report.counts.items():
            self.stdout.write(
                _("%(what)s: 新規%(created)d、変更%(changed)d、そのまま%(unchanged)d、削除%(deleted)d、残した%(left)d")
                % {"what": what, **{outcome.value: counter[outcome] for outcome in Outcome}}
            )
        self.stdout.write(
            _("調べただけです。何も書き込みませんでした。")
            if check
            else _("読み込みました。%(count)d件を変えました。") % {"count": report.changes()}
        )
