"""Log lines that hold nobody up: a thread writes them, whatever lies at the other end of standard error.

A collector that stops reading fills the pipe after 64 KB, and whoever writes into it stands still from then on. Work on
an alert may not: lines wait here, at most `LINES_MAX` of them, and what finds no room is left out and counted.
"""

import logging
import os
import queue
import threading
from typing import TextIO

LINES_MAX = 10_000
# How long the end of a process waits for its last lines.
LAST_LINES_SECONDS = 2.0


class Spool(logging.Handler):
    """Hands the lines of a stream handler, formatted where they arise, to a thread of its own.

    Once there is room again, a line `log_lines_left_out` says how many are missing before it.
    """

    def __init__(self, behind: logging.StreamHandler[TextIO], *, most: int = LINES_MAX) -> None:
        super().__init__()
        self.behind = behind
        self.most = most
        self.setFormatter(behind.formatter)
        self._begin()
        # Threads and the locks that they hold do not come along into a child process.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lines: queue.Queue[str] = queue.Queue(self.most)
        self._left_out = 0
        self._writer: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record's line; it never waits."""
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="log lines", daemon=True)
            self._writer.start()
        try:
            if self._left_out:
                self._lines.put_nowait(self.format(self._gap(record)))
                self._left_out = 0
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._left_out += 1

    def flush(self) -> None:
        """Wait until everything is written, two seconds at most."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(lambda: not self._lines.unfinished_tasks, LAST_LINES_SECONDS)

    def _gap(self, record: logging.LogRecord) -> logging.LogRecord:
        gap = logging.makeLogRecord({"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"})
        gap.msg, gap.created, gap.count = "log_lines_left_out", record.created, self._left_out
        return gap

    def _write(self) -> None:
        lines = self._lines
        while True:
            line = lines.get()
            try:
                stream = self.behind.stream
                stream.write(line + self.behind.terminator)
                stream.flush()
            except (OSError, ValueError):
                # The disk is full or the other end has gone. Nobody is left to be told.
                self._left_out += 1
            finally:
                lines.task_done()
