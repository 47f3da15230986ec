import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from todoke.base.jobs.registry import Process, Stage
from todoke.project.start.supervisor import Supervisor

SLEEP = ("shell", "--no-imports", "-c", "import os, time; print('pid', os.getpid()); time.sleep(60)")
WAIT_SECONDS = 20


class Console:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def numbers(self) -> list[int]:
        """The process numbers that the demonstration children have printed."""
        return [int(found[1]) for line in self.lines if (found := re.search(r"\| pid (\d+)$", line))]


@pytest.fixture(autouse=True)
def found_by_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children find the house where this process found it."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


@pytest.fixture
def console() -> Console:
    return Console()


def wait_until(enough: Callable[[], bool], supervisor: Supervisor | None = None) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not enough():
        assert time.monotonic() < deadline
        if supervisor:
            supervisor.look_after()
        time.sleep(0.05)


def lives(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat") as line:  # noqa: PTH123 - a file of the kernel
            return line.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_child_that_dies_is_started_again_and_said_so(console: Console, request: pytest.FixtureRequest):
    supervisor = Supervisor([Process("demo.sleeper", SLEEP)], console)
    request.addfinalizer(supervisor.stop)
    supervisor.start()
    wait_until(lambda: len(console.numbers()) == 1)

    os.kill(console.numbers()[0], signal.SIGKILL)

    wait_until(lambda: len(console.numbers()) == 2, supervisor)
    supervisor.stop()
    assert "sleeper が終了しました（終了コード -9）。0.2 秒後に起動し直します。" in console.lines
    assert not any(lives(number) for number in console.numbers())


def test_lines_of_a_child_carry_its_name(console: Console):
    supervisor = Supervisor([Process("demo.talker", ("shell", "--no-imports", "-c", "print('hello')"))], console)

    supervisor.start()
    wait_until(lambda: bool(console.lines))
    supervisor.stop()

    assert console.lines[0] == "talker     | hello"


def test_children_end_stage_by_stage(console: Console):
    tell = (
        "import signal, sys, time; signal.signal(15, lambda *_: (print('gone'), sys.exit()))\n"
        "print('up'); time.sleep(60)"
    )
    stages = {"demo.other": Stage.OTHERS, "demo.web": Stage.WEB, "demo.worker": Stage.WORKERS}
    processes = [Process(key, ("shell", "--no-imports", "-c", tell), stage=stage) for key, stage in stages.items()]
    supervisor = Supervisor(processes, console)
    supervisor.start()
    wait_until(lambda: sum(line.endswith("| up") for line in console.lines) == 3)

    supervisor.stop()

    assert [line.split()[0] for line in console.lines if line.endswith("| gone")] == ["web", "worker", "other"]


def test_a_process_that_is_not_wanted_is_left_out(console: Console):
    supervisor = Supervisor([Process("demo.sleeper", SLEEP, when=lambda: False)], console)

    assert supervisor.children == []


def test_children_die_with_a_supervisor_that_is_killed():
    parent = (
        "import time; from todoke.base.jobs.registry import Process\n"
        "from todoke.project.start.supervisor import Supervisor\n"
        f"Supervisor([Process('demo.sleeper', {SLEEP!r})], lambda line: print(line, flush=True)).start()\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as running:
        child = int(running.stdout.readline().split()[-1])  # type: ignore[union-attr]
        assert lives(child)

        running.kill()

    wait_until(lambda: not lives(child))
