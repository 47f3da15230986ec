"""What rooms may plug into the workers and into `todoke up`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from todoke.base.registry import Registry


class Companion(Protocol):
    """Work without end that belongs beside the jobs of a lane: a dispatcher, a sweep.

    `run` gets a thread of its own and returns only once `stop` is set, within three seconds; it waits with
    `stop.wait(seconds)`, never with sleep. If it raises, the trouble is logged, its database connections are closed,
    and it is called again after a pause that grows to 30 seconds, or to two where it was the database's trouble.
    Several hosts may run the same companion at once, so it takes its work with `SKIP LOCKED` or a lock of its own.
    Example: every two seconds, lease the deliveries that are due and hand them over.
    """

    @property
    def key(self) -> str: ...

    @property
    def lanes(self) -> frozenset[str]: ...

    def run(self, lane: str, stop: threading.Event) -> None: ...


companions: Registry[Companion] = Registry("jobs.companions")


class Stage(IntEnum):
    """The order in which `todoke up` stops its processes; the database comes last of all."""

    WEB = 1
    WORKERS = 2
    OTHERS = 3


@dataclass(frozen=True)
class Process:
    """A process that `todoke up` keeps alive: a verb of `todoke` with its options.

    It ends by itself within ten seconds after SIGTERM. `when` is asked once, at start. Example: `Process(
    "emergency.intake", ("intake",))`.
    """

    key: str
    arguments: tuple[str, ...]
    when: Callable[[], bool] = field(default=lambda: True)
    stage: Stage = Stage.OTHERS


processes: Registry[Process] = Registry("jobs.processes")


@dataclass(frozen=True)
class Welcome:
    """Lines that a room adds to what `todoke up` prints once the site answers: addresses, demonstration accounts.

    `lines` is called after the city is loaded; it must not give away anything of a real city.
    """

    key: str
    lines: Callable[[], list[str]]


welcomes: Registry[Welcome] = Registry("jobs.welcomes")
