"""Keeps a set of processes alive, and ends them in order."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

from todoke.base.health.redaction import redacted
from todoke.base.jobs.registry import Process

PAUSE_SECONDS_FIRST = 0.2
PAUSE_SECONDS_MAX = 5.0
HEALTHY_SECONDS = 5.0  # whoever lived that long is restarted with the short pause again
LEAVE_SECONDS = 12.0  # a worker takes ten at most

Say = Callable[[str], None]


@dataclass
class Child:
    """One process and its restarts."""

    process: Process
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause_seconds: float = PAUSE_SECONDS_FIRST
    reader: threading.Thread | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.process.key.split(".", 1)[1]


class Supervisor:
    """Starts each process as a child in a session of its own, so that Ctrl-C reaches only the supervisor.

    `start`, `look_after` and `stop` belong to one thread, the main one: on Linux a child's bond is to the thread that
    made it.
    """

    def __init__(
        self, processes: Iterable[Process], say: Say, retell: Callable[[str, str], None] | None = None
    ) -> None:
        """`say` takes the supervisor's own sentences, `retell` a process's name and each line that it writes."""
        self.children = [Child(process) for process in processes if process.when()]
        self._say = say
        self._retell = retell or (lambda name, line: say(told_as_text(name, line)))

    def start(self) -> None:
        for child in self.children:
            self._start(child)

    def look_after(self) -> None:
        """Restart whoever has died, after a pause that grows; to be called several times a second."""
        for child in self.children:
            if child.running is not None and child.running.poll() is not None:
                self._bury(child)
            if child.running is None and time.monotonic() >= child.start_again_at:
                self._start(child)

    def stop(self) -> None:
        """End all, stage by stage, and wait; whoever does not end is killed."""
        for stage in sorted({child.process.stage for child in self.children}):
            leaving = [child for child in self.children if child.process.stage == stage and child.running]
            for child in leaving:
                _signal_group(child, signal.SIGTERM)
            deadline = time.monotonic() + LEAVE_SECONDS
            for child in leaving:
                self._wait_for(child, deadline)

    def _start(self, child: Child) -> None:
        command = [sys.executable, "-m", "todoke.project.cli", *child.process.arguments]
        child.running = subprocess.Popen(  # noqa: S603 - our own command, as a list
            [sys.executable, "-m", "todoke.project.start.tether", str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        child.started_at = time.monotonic()
        assert child.running.stdout is not None  # asked for above
        child.reader = threading.Thread(target=self._pass_on, args=(child.name, child.running.stdout), daemon=True)
        child.reader.start()

    def _bury(self, child: Child) -> None:
        assert child.running is not None  # only called with one that has ended
        code = child.running.returncode
        # Its own children (the web server's workers) would hold the port.
        _signal_group(child, signal.SIGKILL)
        child.running = None
        if time.monotonic() - child.started_at > HEALTHY_SECONDS:
            child.pause_seconds = PAUSE_SECONDS_FIRST
        child.start_again_at = time.monotonic() + child.pause_seconds
        self._say(f"{child.name} が終了しました（終了コード {code}）。{child.pause_seconds:g} 秒後に起動し直します。")
        child.pause_seconds = min(child.pause_seconds * 2, PAUSE_SECONDS_MAX)

    def _wait_for(self, child: Child, deadline: float) -> None:
        assert child.running is not None  # only called with running ones
        try:
            child.running.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._say(f"{child.name} が {LEAVE_SECONDS:g} 秒たっても終わらないため、強制的に止めます。")
        _signal_group(child, signal.SIGKILL)
        child.running.wait()
        child.running = None
        if child.reader:
            child.reader.join(1)

    def _pass_on(self, name: str, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                self._retell(name, line.decode(errors="replace").rstrip())


def told_as_text(name: str, line: str) -> str:
    """A process's line for a console, with its name before it."""
    return f"{name:<10} | {line}"


def told_as_json(name: str, line: str) -> str:
    """A process's line for a collector: as it is where it is an object already, else made into one."""
    return line if line.startswith("{") and line.endswith("}") else as_object(name, line)


def as_object(name: str, line: str) -> str:
    """A sentence as a log line of TODOKE_LOGS=json; what a process writes past its logs is redacted here."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"time": at, "level": "info", "logger": "todoke.up", "message": redacted(line), "role": name}
    return json.dumps(told, ensure_ascii=False)


def _signal_group(child: Child, number: signal.Signals) -> None:
    assert child.running is not None  # a child keeps its number until it is forgotten
    # Nobody may be left in it; macOS says “not permitted” where only a zombie is left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.running.pid, number)
