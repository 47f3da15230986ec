import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import OperationalError

from todoke.base.jobs.companionship import Companionship

WAIT_SECONDS = 5


@dataclass
class Demo:
    """A companion that does what the test says, and counts how often it was called."""

    act: Callable[[threading.Event], None]
    key: str = "demo.companion"
    lanes: frozenset[str] = frozenset({"emergency"})
    calls: int = 0
    called_twice: threading.Event = field(default_factory=threading.Event)

    def run(self, lane: str, stop: threading.Event) -> None:
        self.calls += 1
        if self.calls == 2:
            self.called_twice.set()
        self.act(stop)


def explode(stop: threading.Event) -> None:
    raise RuntimeError("the demonstration explodes")


def test_a_companion_runs_until_it_is_asked_to_end():
    demo = Demo(lambda stop: stop.wait(WAIT_SECONDS) and None)
    companionship = Companionship("emergency", [demo])

    companionship.begin()

    assert companionship.end(within_seconds=WAIT_SECONDS) == []
    assert demo.calls == 1


def test_a_companion_that_raises_is_told_and_called_again(caplog: pytest.LogCaptureFixture):
    demo = Demo(explode)
    companionship = Companionship("emergency", [demo], pause_seconds=0.01)

    companionship.begin()

    assert demo.called_twice.wait(WAIT_SECONDS)
    assert companionship.end(within_seconds=WAIT_SECONDS) == []
    assert caplog.records[0].getMessage() == "companion_failed"
    assert caplog.records[0].companion == "demo.companion"


def test_a_database_that_was_away_is_tried_again_within_two_seconds_however_long_it_took(caplog):
    def away(stop: threading.Event) -> None:
        raise OperationalError("the database is away")

    pauses: list[float] = []
    demo = Demo(away)
    companionship = Companionship("emergency", [demo], pause_seconds=1.0)

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0)
            if len(pauses) == 8:
                self.set()
            return self.is_set()

    companionship._stop = Stop()
    companionship.begin()
    companionship._threads[0].join(WAIT_SECONDS)

    assert pauses == [1.0] + [2.0] * 7
    assert {record.getMessage() for record in caplog.records} == {"companion_interrupted"}


def test_a_companion_that_returns_unasked_is_called_again(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    demo = Demo(lambda stop: None)
    companionship = Companionship("emergency", [demo], pause_seconds=0.01)

    companionship.begin()

    assert demo.called_twice.wait(WAIT_SECONDS)
    companionship.end(within_seconds=WAIT_SECONDS)
    assert caplog.records[0].getMessage() == "companion_returned_early"


def test_one_that_explodes_leaves_the_others_alone():
    calm = Demo(lambda stop: stop.wait(WAIT_SECONDS) and None, key="demo.calm")
    wild = Demo(explode, key="demo.wild")
    companionship = Companionship("emergency", [wild, calm], pause_seconds=0.01)

    companionship.begin()

    assert wild.called_twice.wait(WAIT_SECONDS)
    companionship.end(within_seconds=WAIT_SECONDS)
    assert calm.calls == 1


def test_one_that_hangs_is_named_and_not_waited_for():
    let_go = threading.Event()
    companionship = Companionship("emergency", [Demo(lambda stop: let_go.wait(WAIT_SECONDS) and None)])
    companionship.begin()

    late = companionship.end(within_seconds=0.05)

    let_go.set()
    assert late == ["demo.companion"]


def test_a_lane_has_only_its_own_companions():
    demo = Demo(explode, lanes=frozenset({"bulk"}))
    companionship = Companionship("emergency", [demo])

    companionship.begin()
    companionship.end(within_seconds=WAIT_SECONDS)

    assert demo.calls == 0
