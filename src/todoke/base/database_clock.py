"""One clock for all hosts: the database's.

What is due, what has expired and whose lease has lapsed is decided on many hosts; with clocks five minutes apart one of
them would send early, another late, and a third would take away what its neighbour is just sending. So every process
that decides such things goes by the database's clock, measured anew every few seconds, and says when its host is wrong.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from todoke.base import clock

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0
# An answer that took longer says too little about the moment that it speaks of.
ROUND_TRIP_SECONDS_MAX = 1.0
NOTED = timedelta(seconds=2)

_lock = threading.Lock()
_keeping = False
_measured_at: float | None = None
_noted = False


def keep_to_the_database() -> None:
    """From now on this process goes by the database's clock; measured with the first connection and then again."""
    global _keeping  # noqa: PLW0603 - said once for the whole process
    _keeping = True
    connection_created.connect(_on_connection, dispatch_uid="todoke.base.database_clock")


def stop_keeping() -> None:
    """Go by the host's clock again."""
    global _keeping, _measured_at, _noted
    _keeping, _measured_at, _noted = False, None, False
    connection_created.disconnect(dispatch_uid="todoke.base.database_clock")
    clock.keep_to(None)


def look_again() -> None:
    """Measure anew if it is time to; for whoever keeps one connection for ever. Nothing in a process that keeps not."""
    if _keeping:
        _measure(connection)


def _on_connection(connection: BaseDatabaseWrapper, **_facts: Any) -> None:
    _measure(connection)


def _measure(wrapper: BaseDatabaseWrapper) -> None:
    # Whoever finds somebody measuring goes on with what is known.
    if not _lock.acquire(blocking=False):
        return
    try:
        if _measured_at is None or clock.steady() - _measured_at >= AGAIN_SECONDS:
            _ask(wrapper)
    finally:
        _lock.release()


def _ask(wrapper: BaseDatabaseWrapper) -> None:
    global _measured_at, _noted  # noqa: PLW0603 - guarded by the lock
    with wrapper.cursor() as cursor:
        asked = clock.steady()
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
        answered = clock.steady()
    if answered - asked > ROUND_TRIP_SECONDS_MAX and _measured_at is not None:
        return
    _measured_at = answered
    clock.keep_to(theirs, (asked + answered) / 2)
    difference = datetime.now(UTC) - theirs
    if (abs(difference) > NOTED) is not _noted:
        _noted = not _noted
        event = "host_clock_is_wrong" if _noted else "host_clock_is_right_again"
        log.warning(event, extra={"seconds_ahead": round(difference.total_seconds(), 1)})
