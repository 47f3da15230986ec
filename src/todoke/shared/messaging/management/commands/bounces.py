"""`todoke bounces`: take in one mail that came back, from a pipe of the mail server."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from todoke.base.clock import now
from todoke.shared.messaging.actions.bounces import take_in
from todoke.shared.messaging.bounces.addresses import token_in
from todoke.shared.messaging.bounces.reading import READ_BYTES_MAX

# sysexits.h, which mail servers understand: data that is none, and “keep it and try again”.
EX_DATAERR = 65
EX_TEMPFAIL = 75
# Postfix tells the envelope's recipient in these (local(8)); Exim and others by the option.
ENVELOPE = ("ORIGINAL_RECIPIENT", "RECIPIENT")


class Command(BaseCommand):
    """Reads one mail from standard input. Ends with 0 when it has been dealt with, whatever it was; with 75 when the
    mail server is to keep it and try again (the database is away, or we stumbled); with 65 when there was nothing."""

    help = "メールサーバーから渡された不達の通知を1通、標準入力から読み取って記録します。"
    # Once for every mail: what `todoke up` has checked is not checked again.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", default="", metavar="ADDRESS", help="封筒の宛先（省略時は環境変数 ORIGINAL_RECIPIENT か RECIPIENT）"
        )

    def handle(self, **options: Any) -> None:
        raw = _from_the_pipe()
        if not raw.strip():
            self.stderr.write("標準入力が空です。メールを1通、標準入力から渡してください。")
            sys.exit(EX_DATAERR)
        try:
            taken = take_in(raw, to=options["to"] or _by_environment(), at=now())
        except Exception as trouble:
            self.stderr.write(f"いまは記録できません（{type(trouble).__name__}）。あとで、もう一度渡してください。")
            sys.exit(EX_TEMPFAIL)
        self.stdout.write(taken.value)


def _from_the_pipe() -> bytes:
    raw = sys.stdin.buffer.read(READ_BYTES_MAX)
    # The rest is taken and dropped: a server whose pipe breaks calls that a failure.
    while sys.stdin.buffer.read(64 * 1024):
        pass
    return raw


def _by_environment() -> str:
    return next((told for name in ENVELOPE if token_in(told := os.environ.get(name, ""))), "")
