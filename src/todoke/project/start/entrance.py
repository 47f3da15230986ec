"""What must hold before the house opens, each asked with a limit."""

import fcntl
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError, connection

HOST = "127.0.0.1"
DATABASE_SECONDS_MAX = 60
LOOK_SECONDS = 0.1


class NotReady(RuntimeError):
    """The house cannot be opened; the text says why and what to do."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let only one `todoke up` work in this folder. Raises NotReady with the other's process number."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "up.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.read(lock, 20).decode(errors="replace").strip()
            raise NotReady(
                f"この場所（{folder}）では「todoke up」がすでに動いています（プロセス {other}）。"
                "先にそれを止めるか、TODOKE_VAR で別のフォルダーを指定してください。"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        yield
    finally:
        os.close(lock)


def check_port_is_free(port: int) -> None:
    """Raise NotReady when something listens on the port already, or the port may not be used."""
    with socket.socket() as probe:
        # As the web server does it: a port whose last connections are just closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise NotReady(
                f"ポート {port} を使う権限がありません。「--port 8000」のように 1024 以上を指定してください。"
            ) from error
        except OSError as error:
            raise NotReady(
                f"ポート {port} は、ほかのプログラムが使っています。そのプログラムを止めるか、"
                f"「todoke up --port {port + 1 if port < 65535 else 8000}」のように別のポートを指定してください。"
            ) from error


def wait_for_database(stop: threading.Event) -> None:
    """Wait until the database of DATABASE_URL answers, for one minute. Raises NotReady."""
    deadline = time.monotonic() + DATABASE_SECONDS_MAX
    while not stop.is_set():
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise NotReady(
                    f"DATABASE_URL のデータベースにつながりません（{str(error).strip().splitlines()[0]}）。"
                    "動いているか、ホスト名・利用者・データベース名が正しいかを確かめてください。"
                ) from error
            stop.wait(1)
        else:
            return


def wait_for_answer(address: str, seconds_max: float, stop: threading.Event, *, meanwhile: Callable[[], None]) -> bool:
    """Whether the site answered a request in time with anything but a fault of its own (5xx)."""
    # No proxy of the environment: this is our own machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline and not stop.is_set():
        meanwhile()
        try:
            with opener.open(address, timeout=10):
                return True
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return True
        except OSError:
            pass  # not listening yet
        stop.wait(LOOK_SECONDS)
    return False
