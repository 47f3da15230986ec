"""Lines are written by a thread, in order; nobody waits for whoever reads them."""

import io
import logging
import os
import subprocess
import sys
import textwrap
import threading

import pytest

from todoke.base.health.spool import Spool


class Blocked(io.StringIO):
    """A stream whose other end does not read, until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.read = threading.Event()
        self.tried = threading.Event()

    def write(self, text: str) -> int:
        self.tried.set()
        assert self.read.wait(10)
        return super().write(text)


def said(number: int) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": f"line {number}"})


@pytest.fixture
def spooled():
    def spooled(stream: io.StringIO, most: int = 10_000) -> Spool:
        return Spool(logging.StreamHandler(stream), most=most)

    return spooled


def test_lines_come_out_in_order(spooled):
    stream = io.StringIO()
    spool = spooled(stream)

    for number in range(1000):
        spool.handle(said(number))
    spool.flush()

    assert stream.getvalue().splitlines() == [f"line {number}" for number in range(1000)]


def test_nobody_waits_for_a_reader_that_does_not_read_and_what_is_missing_is_counted(spooled):
    stream = Blocked()
    spool = spooled(stream, most=3)
    spool.handle(said(0))
    assert stream.tried.wait(10)

    for number in range(1, 11):
        spool.handle(said(number))  # would stand still here if it waited
    stream.read.set()
    spool.flush()
    spool.handle(said(11))
    spool.flush()

    assert stream.getvalue().splitlines() == [*(f"line {n}" for n in range(4)), "log_lines_left_out", "line 11"]


def test_the_line_about_the_gap_says_how_many(spooled):
    stream = Blocked()
    spool = spooled(stream, most=1)
    spool.setFormatter(logging.Formatter("%(message)s %(count)s", defaults={"count": ""}))
    spool.handle(said(0))
    assert stream.tried.wait(10)
    for number in range(1, 5):
        spool.handle(said(number))
    stream.read.set()
    spool.flush()
    spool.most = 10
    spool._lines.maxsize = 10

    spool.handle(said(5))
    spool.flush()

    assert "log_lines_left_out 3" in stream.getvalue()


def test_a_disk_without_room_ends_nothing(spooled):
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    spool = spooled(Full())
    for number in range(3):
        spool.handle(said(number))

    spool.flush()

    assert spool._writer is not None
    assert spool._writer.is_alive()


SPEAKING = """
import logging.config, os
from todoke.base.health import logs
logging.config.dictConfig(logs.settings_of("text"))
logs.speak_up("test", "text")
log = logging.getLogger("todoke.base")
"""


def said_by(program: str) -> list[str]:
    """What a process that runs on says on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", SPEAKING + textwrap.dedent(program)],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stderr.splitlines()


def test_the_last_lines_of_a_process_are_not_lost():
    lines = said_by("for number in range(500): log.warning('line_%d', number)")

    assert lines == [f"WARNING todoke.base line_{number}" for number in range(500)]


def test_a_child_process_tells_its_own_lines():
    lines = said_by(
        """
        log.warning("of_the_parent")
        logging.shutdown()
        if os.fork() == 0:
            log.warning("of_the_child")
            logging.shutdown()
            os._exit(0)
        os.wait()
        """
    )

    assert lines == ["WARNING todoke.base of_the_parent", "WARNING todoke.base of_the_child"]
