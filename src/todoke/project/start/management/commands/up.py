"""`todoke up`: the whole city hall with one command."""

import io
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from todoke.base.jobs.registry import processes, welcomes
from todoke.base.postgres import EmbeddedServer
from todoke.project.start.entrance import (
    NotReady,
    alone_in,
    check_port_is_free,
    wait_for_answer,
    wait_for_database,
)
from todoke.project.start.supervisor import Supervisor, as_object, told_as_json, told_as_text

LOOK_SECONDS = 0.1
DATABASE_LOOKS = 10  # looks at the processes for one look at the database
ANSWER_SECONDS_MAX = 60


class Command(BaseCommand):
    help = "データベース、画面、裏方の処理をまとめて起動し、見守ります。止めるには Ctrl-C。"
    # The database does not run yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help="待ち受けるポート（既定は TODOKE_PORT、なければ 8000）。")

    def handle(self, *_args: Any, port: int | None, **_options: Any) -> None:
        if port is not None and port != settings.PORT:
            _begin_again_with(port)
        self._stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        self._lock = threading.Lock()
        self._looks = 0
        server: EmbeddedServer | None = settings.EMBEDDED_SERVER
        try:
            with alone_in(settings.VAR):
                check_port_is_free(settings.PORT)
                try:
                    self._open_the_house(server)
                finally:
                    if server:
                        self._say("データベースを止めています。")
                        server.stop()
                        self._say("すべて止まりました。")
        except NotReady as trouble:
            raise CommandError(str(trouble)) from trouble

    def _open_the_house(self, server: EmbeddedServer | None) -> None:
        if server:
            self._say("データベースを起動しています。")
            server.start()
        else:
            self._say("データベースを待っています。")
            wait_for_database(self._stop)
        self._prepare()
        supervisor = Supervisor(processes, self._say, self._retell)
        look_after = partial(self._look_after, supervisor, server)
        try:
            if not self._stop.is_set():
                supervisor.start()
                self._welcome(look_after)
            while not self._stop.wait(LOOK_SECONDS):
                look_after()
        finally:
            self._say("止めています。")
            supervisor.stop()

    def _prepare(self) -> None:
        """Bring tables, texts, style sheets and the city up to date; each step changes nothing the second time."""
        known = get_commands()
        steps: list[tuple[str, str, list[str]]] = [
            ("catalogues", "訳文を用意しています。", []),
            ("migrate", "表を用意しています。", ["--no-input"]),
            ("collectstatic", "画面の部品を用意しています。", ["--no-input"]),
        ]
        for name, says, arguments in steps:
            if name in known and not self._stop.is_set():
                self._say(says)
                call_command(name, *arguments, verbosity=0, stdout=self._listener())
        if "city" in known and not self._stop.is_set():
            self._say(f"市の情報を読み込んでいます（{settings.CITY_FOLDER}）。")
            call_command("city", "load", str(settings.CITY_FOLDER), stdout=self._listener())

    def _welcome(self, look_after: Callable[[], None]) -> None:
        address = f"http://127.0.0.1:{settings.PORT}/"
        if not wait_for_answer(address, ANSWER_SECONDS_MAX, self._stop, meanwhile=look_after):
            if self._stop.is_set():
                return
            raise NotReady(f"{ANSWER_SECONDS_MAX} 秒待ちましたが、{address} が答えません。上の記録を確かめてください。")
        # They hold the sample city's passwords: for the eyes of whoever started it, and not for a collector of logs.
        for welcome in welcomes if settings.LOGS == "text" else ():
            for line in welcome.lines():
                self._say(line)
        self._say(f"準備ができました。 {address}  （止めるには Ctrl-C）")

    def _look_after(self, supervisor: Supervisor, server: EmbeddedServer | None) -> None:
        supervisor.look_after()
        self._looks += 1
        if server and self._looks % DATABASE_LOOKS == 0 and not server.is_running():
            self._say("データベースが止まっていました。起動し直します。")
            server.start()

    def _say(self, sentence: str) -> None:
        self._write(as_object("up", sentence) if settings.LOGS == "json" else sentence)

    def _listener(self) -> "Told | None":
        """What a command of ours writes to where each line is to be one of the log; None for the console itself."""
        return Told(self._say) if settings.LOGS == "json" else None

    def _retell(self, name: str, line: str) -> None:
        self._write(told_as_json(name, line) if settings.LOGS == "json" else told_as_text(name, line))

    def _write(self, line: str) -> None:
        """One whole line to the console, from whichever thread; a console that is gone is no reason to stop."""
        with self._lock:
            try:
                self.stdout.write(line)
                self.stdout.flush()
            except OSError:
                # The terminal was closed: go on without one. The file stays open to the end.
                self.stdout = OutputWrapper(Path(os.devnull).open("w"))  # noqa: SIM115


class Told(io.TextIOBase):
    """A file to write to that has each whole line said."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._told = say
        self._rest = ""

    def write(self, text: str) -> int:
        """Take the text, and say the lines that it completes."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                self._told(line.strip())
        return len(text)


def _begin_again_with(port: int) -> None:
    """Start anew with another port, because the settings (addresses in feeds and mails) follow from it."""
    os.environ["TODOKE_PORT"] = str(port)
    os.execv(sys.executable, [sys.executable, "-m", "todoke.project.cli", "up"])  # noqa: S606 - the same command
