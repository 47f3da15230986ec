"""Waking the dispatchers of this process: a nudge that there is something in the ledger."""

import threading

# A retry may fall due at any second, and a condition cannot wait for the stop as well.
REST_SECONDS = 1.0

_wake = threading.Condition()
_calls = 0


def wake() -> None:
    """Have every dispatcher of this process look at the ledger now."""
    global _calls  # noqa: PLW0603 - one number for the whole process, guarded by its condition
    with _wake:
        _calls += 1
        _wake.notify_all()


def calls() -> int:
    """How often anybody has called so far; to be read before looking at the ledger."""
    return _calls


def rest(heard: int, stop: threading.Event) -> None:
    """Wait until somebody calls after call number `heard`, or for a second."""
    with _wake:
        _wake.wait_for(lambda: _calls != heard or stop.is_set(), timeout=REST_SECONDS)
