"""Starting, finding and stopping the embedded server."""

import fcntl
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from todoke.base.postgres.account import ROOT
from todoke.base.postgres.engine import RELEASE, Engine, engine_for
from todoke.base.postgres.place import PORT, STATE, Place, place_of, record
from todoke.base.postgres.trouble import ServerTrouble

ROLE = "todoke"
DATABASE = "todoke"

FREE_BYTES_MIN = 300_000_000  # a new cluster takes 40 MB, its first write-ahead log and one city some 200 more
START_SECONDS_MAX = 120
STOP_SECONDS_MAX = 30
LOG_BYTES_MAX = 10_000_000
LOG_LINES_SHOWN = 15

# After a crash the orphans of the dead server need a moment to leave its shared memory.
STILL_LEAVING = ("pre-existing shared memory block", '"postmaster.pid" already exists', '.lock" already exists')


class EmbeddedServer:
    """A PostgreSQL of our own, socket only, everything below `home` (or where `home/place.json` says).

    It outlives the process that starts it; a later start finds it running. Everything here may be called by several
    processes at the same moment. Each trouble is a ServerTrouble with a sentence for the person at the console.
    """

    def __init__(self, home: Path, *, state: Path = STATE) -> None:
        self.home = home.absolute()
        self.state = state
        # PostgreSQL's own settings beside ours, for the next start.
        self.options: dict[str, str] = {}

    @property
    def place(self) -> Place:
        """Where data and socket are, or will be."""
        return place_of(self.home, self.state)

    def settings(self) -> dict[str, str]:
        """Django's settings for this server. Looks only; starts and writes nothing."""
        return {"HOST": str(self.place.sockets), "PORT": PORT, "NAME": DATABASE, "USER": ROLE}

    def is_running(self) -> bool:
        """Whether a server listens on our socket; nobody else can, since the folder is closed to others."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self.place.socket))
            except OSError:
                return False
        return True

    def start(self) -> None:
        """Have the server running and its database there: found, started, recovered after a crash, or newly made."""
        with self._one_at_a_time():
            deadline = time.monotonic() + START_SECONDS_MAX
            while not self._answers():
                if time.monotonic() > deadline:
                    raise ServerTrouble("内蔵の PostgreSQL が答えません。", log=_tail(self.place.log))
                # A server that was just killed may hold its socket for a moment; one that replays its log listens, but
                # answers later. So look again each time.
                if not self.is_running():
                    self._make_ready(self.place)
                    self._launch(self.place)
                time.sleep(0.05)
            self.ensure_database()

    def stop(self) -> None:
        """Stop it cleanly (open transactions are rolled back); nothing happens when it is not running."""
        with self._one_at_a_time():
            place = self.place
            if not self.is_running():
                return
            for mode in ("fast", "immediate"):
                arguments = ["stop", "--wait", "--mode", mode, "--timeout", str(STOP_SECONDS_MAX)]
                if self._run(place, "pg_ctl", *arguments).returncode == 0:
                    return
        raise ServerTrouble("内蔵の PostgreSQL が止まりません。", log=_tail(place.log))

    def ensure_database(self) -> None:
        """Create the database if it is not there. The server must be running."""
        with self._connected("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def engine(self) -> Engine:
        """The programs that belong to this server, for a backup or a look inside."""
        return engine_for(self.place.account, self.state)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Only one process lays out, starts or stops; the others wait for it."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            lock = os.open(self.home / "lock", flags, 0o600)
        except OSError as error:
            raise ServerTrouble(f"データベースのフォルダー {self.home} を使えません: {error.strerror}") from error
        try:
            _wait_for(lock)
            yield
        finally:
            os.close(lock)

    def _make_ready(self, place: Place) -> None:
        if os.geteuid() == ROOT and place.folder.parent == self.state:
            _prepare_state(self.state)
        place.prepare()
        if place.data.exists():
            _check_release(place)
            _forget_the_dead(place)
        else:
            self._initialise(place)
        record(self.home, place)

    def _initialise(self, place: Place) -> None:
        free = shutil.disk_usage(place.folder).free
        if free < FREE_BYTES_MIN:
            raise ServerTrouble(
                f"ディスクの空きが足りません（{place.folder}: 空き {free // 1_000_000} MB、"
                f"必要 {FREE_BYTES_MIN // 1_000_000} MB）。空きを作ってから、もう一度起動してください。"
            )
        # Made under another name and renamed when complete, so that a crash leaves no half of a cluster.
        draft = place.folder / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        # Text sorts by code point and knows letters and capitals, the same on every machine: no libc, no ICU involved.
        made = self._run(
            place,
            "initdb",
            f"--pgdata={draft}",
            f"--username={ROLE}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            # Whoever gets into the socket's folder is the server's own account, or root.
            "--auth-local=trust",
            "--auth-host=reject",
            "--no-instructions",
        )
        if made.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise ServerTrouble("データベースの初期化（initdb）に失敗しました。", log=_last_lines(made.stderr))
        draft.rename(place.data)

    def _launch(self, place: Place) -> None:
        _keep_small(place.log)
        options = {
            "listen_addresses": "",
            # A list separated by commas: in quotation marks, any path is one entry.
            "unix_socket_directories": '"' + str(place.sockets).replace('"', '""') + '"',
            "port": PORT,
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.options,
        }
        spelled = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items())
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            # The log is named relative to the working folder, because pg_ctl hands its name to a shell.
            started = self._run(
                place, "pg_ctl", "start", "--wait", "--timeout", "60", "--log", place.log.name, "--options", spelled
            )
            if started.returncode == 0:
                return
            log = _tail(place.log)
            if time.monotonic() > deadline or not any(sign in log for sign in STILL_LEAVING):
                raise ServerTrouble("内蔵の PostgreSQL を起動できません。", log=log or _last_lines(started.stderr))
            time.sleep(0.2)
            _forget_the_dead(place)
            _cut(place.log)

    def _answers(self) -> bool:
        try:
            self._connected("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _connected(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.place.sockets), port=PORT, user=ROLE, dbname=database, connect_timeout=5, autocommit=True
        )

    def _run(self, place: Place, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's account, with an environment of its own."""
        options = place.account.process_options() if place.account else {}
        return subprocess.run(  # noqa: S603 - our own binaries, arguments as a list
            [str(self.engine().program(program)), *arguments],
            cwd=place.folder,
            env={"PATH": os.defpath, "PGDATA": str(place.data), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            umask=0o077,
            **options,
        )


def _wait_for(lock: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise ServerTrouble(
                    "ほかの起動処理が終わりません。動いている「todoke up」を確かめてください。"
                ) from None
            time.sleep(0.05)
        else:
            return


def _prepare_state(state: Path) -> None:
    """The system's folder for servers started by root: root's own, open for passing through, closed for writing."""
    try:
        state.mkdir(mode=0o755)
        state.chmod(0o755)  # a folder just made, whatever the umask
    except FileExistsError:
        pass
    except OSError as error:
        raise ServerTrouble(f"フォルダー {state} を作れません: {error.strerror}") from error
    seen = state.lstat()
    if seen.st_uid != ROOT or seen.st_mode & 0o022 or not seen.st_mode & 0o001:
        raise ServerTrouble(
            f"フォルダー {state} は root のもので、ほかの利用者は通れても書けない状態（755）でなければなりません。"
        )


def _check_release(place: Place) -> None:
    try:
        found = (place.data / "PG_VERSION").read_text().strip()
    except PermissionError as error:
        raise ServerTrouble(
            f"データ（{place.data}）は別の利用者が作りました。その利用者か root で起動してください。"
        ) from error
    except FileNotFoundError as error:
        raise ServerTrouble(f"{place.data} は PostgreSQL のデータではありません。中身を確かめてください。") from error
    if found != str(RELEASE):
        raise ServerTrouble(
            f"データは PostgreSQL {found} で作られました（このプログラムは {RELEASE}）。pg_dump で移してください。"
        )


def _forget_the_dead(place: Place) -> None:
    """Remove the mark of a server that is gone, when its number is taken: by another program, or by its own remains.

    PostgreSQL itself takes away a mark whose number is free. In a container numbers are small and soon taken again, and
    a first process that buries no one keeps the dead in the list; PostgreSQL would then refuse to start.
    """
    for mark in (place.data / "postmaster.pid", place.socket.with_name(place.socket.name + ".lock")):
        try:
            number = int(mark.read_text().split("\n", 1)[0])
            # proc_pid_stat(5): number, (name), state; Z is dead and not yet buried.
            name, state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)
        except (OSError, ValueError):
            # No mark, no such process, or no /proc to ask: PostgreSQL decides.
            continue
        if not name.endswith("(postgres") or state.split()[0] in "ZX":
            mark.unlink(missing_ok=True)


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as lines:
            lines.seek(max(0, log.stat().st_size - 8_000))
            return _last_lines(lines.read().decode(errors="replace"))
    except OSError:
        return ""


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-LOG_LINES_SHOWN:])


def _keep_small(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        _cut(log)


def _cut(log: Path) -> None:
    # Opened without following a link, since root may be writing into a folder of another account.
    os.close(os.open(log, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC))
