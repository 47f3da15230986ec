"""PostgreSQL clusters that may be killed: made with the embedded server's programmes, on 127.0.0.1."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from todoke.base.postgres.account import stepping_down
from todoke.base.postgres.engine import engine_for

USER = "todoke"
# Small and quick to start; everything that makes a commit safe stays as it is in earnest.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
    "timezone": "UTC",
    # As the page on running tells: a primary that has vanished is noticed by its replica, too.
    "wal_receiver_timeout": "5s",
}


@dataclass
class Cluster:
    """One server's data and port. `start` may be called again after `kill` or `stop`."""

    folder: Path
    port: int = 0
    options: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.account = stepping_down()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def server(self) -> dict[str, Any]:
        """How libpq reaches it, without a database."""
        return {"host": "127.0.0.1", "port": str(self.port), "user": USER}

    def make(self) -> None:
        """A new cluster with nothing in it."""
        self._own(self.folder)
        self.programme(
            *("initdb", f"--pgdata={self.data}", f"--username={USER}", "--encoding=UTF8", "--locale=C"),
            *("--auth=trust", "--no-instructions", "--no-sync"),
        )

    def copy_from(self, mould: "Cluster") -> None:
        """The same data as a cluster that is stopped."""
        self._own(self.folder)
        shutil.copytree(mould.data, self.data)
        self._own_all()

    def follow(self, primary: "Cluster", *, name: str) -> None:
        """Become a streaming replica of a running primary."""
        self._own(self.folder)
        connection = f"host=127.0.0.1 port={primary.port} user={USER} application_name={name}"
        self.programme(
            *("pg_basebackup", f"--pgdata={self.data}", f"--dbname={connection}", "--write-recovery-conf"),
            *("--wal-method=stream", "--checkpoint=fast", "--no-sync"),
        )

    def start(self) -> None:
        """Start and wait until it answers."""
        spelled = " ".join(f"-c {name}='{value}'" for name, value in {**OPTIONS, **self.options}.items())
        self.programme(
            *("pg_ctl", "start", "--wait", "--timeout=60", f"--pgdata={self.data}", "--log", "server.log"),
            *("--options", f"-p {self.port} {spelled}"),
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop it, if it runs; `immediate` is a crash without warning."""
        self.programme("pg_ctl", "stop", "--wait", f"--mode={mode}", f"--pgdata={self.data}", check=False)

    def kill(self) -> None:
        """`kill -9` of the server and every process of it, as a machine that loses power."""
        postmaster = self.postmaster()
        for number in (*_children(postmaster), postmaster):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def promote(self) -> None:
        """Make a replica the primary."""
        self.programme("pg_ctl", "promote", "--wait", f"--pgdata={self.data}")

    def postmaster(self) -> int:
        """The number of its first process."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def ask(self, question: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Rows of a question, past the house."""
        with psycopg.connect(**self.server, dbname=database, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(question)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def programme(self, name: str, *arguments: str, check: bool = True) -> None:
        """Run one of PostgreSQL's programmes as the account that may."""
        options = self.account.process_options() if self.account else {}
        # Into a file, not a pipe: the server keeps it open.
        with (self.folder / "programmes.log").open("ab") as said:
            done = subprocess.run(
                [str(engine_for(self.account, self.folder.parent).program(name)), *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
                umask=0o077,
                **options,
            )
        if check and done.returncode:
            log = self.folder / "server.log"
            raise RuntimeError(
                f"{name} failed: {(self.folder / 'programmes.log').read_text()[-2000:]}"
                f"{log.read_text()[-2000:] if log.exists() else ''}"
            )

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    def _own_all(self) -> None:
        if self.account:
            for parent, _, names in os.walk(self.data):
                for path in (Path(parent), *(Path(parent, name) for name in names)):
                    os.chown(path, self.account.uid, self.account.gid)


def free_port() -> int:
    """A port on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Any, seconds: float, what: str) -> float:
    """How many seconds it took; RuntimeError when it did not come to that in time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.05)
    raise RuntimeError(f"not within {seconds:g} s: {what}")


def _children(number: int) -> list[int]:
    import psutil

    try:
        return [child.pid for child in psutil.Process(number).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
