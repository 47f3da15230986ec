"""What a log line is about: the request, the edition, and which kind of process speaks.

Each request and each delivery has a thread to itself, and a new thread begins with nothing set.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("todoke_request_id", default="")
edition_id: ContextVar[str] = ContextVar("todoke_edition_id", default="")

_roles = [""]


@contextmanager
def about_edition(identifier: str) -> Iterator[None]:
    """Have every line that is logged inside name this edition."""
    mark = edition_id.set(identifier)
    try:
        yield
    finally:
        edition_id.reset(mark)


def play(role: str) -> None:
    """Say which kind of process this is: `web`, `worker emergency`, `intake` …"""
    _roles[0] = role


def role() -> str:
    """Which kind of process this is; empty for a command that soon ends."""
    return _roles[0]
