"""How a worker shows that it lives: a session of the database that holds a lock in its name.

When the worker dies, however it dies, the database ends the session and the lock is free at once: no time-out has to
pass before another one takes up what it left. The session is this module's own, apart from the pool's: it stays open.
"""

import logging
import secrets
import time
from typing import Any

import psycopg
from procrastinate.contrib.django.utils import connector_params

log = logging.getLogger(__name__)

# The class of these locks among the advisory locks of the database; the second number is the holder.
HOLDERS = 0x746F646F
# After a restart of the database, or a fail-over, everybody's locks are gone: each gets so long to take its own again
# before anybody calls anybody dead.
GRACE_SECONDS = 10.0
PING_SECONDS = 2.0


class Holder:
    """This process, as the bundles that it carries name it."""

    def __init__(self) -> None:
        self.number = secrets.randbelow(2**31 - 1) + 1
        self._session: psycopg.Connection | None = None
        self._since = 0.0
        self._pinged = 0.0

    def keep(self) -> bool:
        """Hold the lock, or take it again; whether it is held now. Called every loop, it asks every two seconds."""
        if self._session is not None and time.monotonic() - self._pinged < PING_SECONDS:
            return True
        try:
            if self._session is None:
                self._session = psycopg.connect(**_parameters())
                self._session.execute("SELECT pg_advisory_lock(%s, %s)", [HOLDERS, self.number])
                self._since = time.monotonic()
            else:
                self._session.execute("SELECT 1")
        except psycopg.Error:
            self.let_go()
            return False
        self._pinged = time.monotonic()
        return True

    def dead_among(self, holders: set[int]) -> set[int]:
        """Those whose session is gone. Nobody is called dead while our own session is younger than the grace."""
        if self._session is None or time.monotonic() - self._since < GRACE_SECONDS:
            return set()
        return {holder for holder in holders - {self.number} if self._is_dead(holder)}

    def _is_dead(self, holder: int) -> bool:
        assert self._session is not None
        try:
            row = self._session.execute("SELECT pg_try_advisory_lock(%s, %s)", [HOLDERS, holder]).fetchone()
            if row is None or not row[0]:
                return False
            self._session.execute("SELECT pg_advisory_unlock(%s, %s)", [HOLDERS, holder])
        except psycopg.Error:
            self.let_go()
            return False
        return True

    def let_go(self) -> None:
        """End the session; the lock goes with it."""
        if self._session is not None:
            self._session.close()
        self._session = None


def _parameters() -> dict[str, Any]:
    # A database that vanished without a word is noticed within half a minute. The other way round, a worker's host that
    # vanished so may keep its lock for long: then the lease runs out by the clock.
    return {
        **connector_params(),
        "autocommit": True,
        "application_name": "todoke holder",
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 20_000,
    }
