"""`todoke doctor`: what is wrong, and what to do, on one screen."""

import json
import sys
import unicodedata
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from todoke.base.doctor import Check, Finding, Verdict, checks, examine

MARKS = {Verdict.OK: "○ 正常", Verdict.WARNING: "△ 注意", Verdict.FAILURE: "× 異常"}
TITLE_CELLS = 20
CONNECT_SECONDS = 3


class Command(BaseCommand):
    help = "動いているかを調べ、直し方を示します。異常があれば終了コード 1 で終わります。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="JSON で出力します。")

    def handle(self, *_args: Any, as_json: bool, **_options: Any) -> None:
        # A pool would go on trying in the background and keep each check waiting; here, no answer is an answer.
        options = connections.settings["default"]["OPTIONS"]
        options.pop("pool", None)
        options["connect_timeout"] = CONNECT_SECONDS
        findings = examine(checks)
        self.stdout.write(as_document(findings) if as_json else as_screen(findings))
        if any(finding.verdict is Verdict.FAILURE for _, finding in findings):
            sys.exit(1)


def as_document(findings: list[tuple[Check, Finding]]) -> str:
    """One JSON list, an object a check: key, title, verdict, says, mend."""
    rows = [
        {
            "key": check.key,
            "title": str(check.title),
            "verdict": finding.verdict.value,
            "says": str(finding.says),
            "mend": str(finding.mend),
        }
        for check, finding in findings
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_screen(findings: list[tuple[Check, Finding]]) -> str:
    """A line a check, under it what to do, and the sum at the end."""
    lines = []
    for check, finding in findings:
        lines.append(f"{MARKS[finding.verdict]}  {_padded(str(check.title))} {finding.says}")
        if finding.mend:
            lines.append(f"{' ' * 10}{' ' * TITLE_CELLS}→ {finding.mend}")
    failures = sum(finding.verdict is Verdict.FAILURE for _, finding in findings)
    warnings = sum(finding.verdict is Verdict.WARNING for _, finding in findings)
    lines.append(
        f"\n{failures} 件の異常、{warnings} 件の注意があります。" if failures or warnings else "\nすべて正常です。"
    )
    return "\n".join(lines)


def _padded(title: str) -> str:
    """Filled to one width; a Japanese letter takes two cells of a console (Unicode Standard Annex #11)."""
    cells = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in title)
    return title + " " * max(0, TITLE_CELLS - cells)
