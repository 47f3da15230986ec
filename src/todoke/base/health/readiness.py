"""Whether this process may be sent visitors: the database answers, its tables are ours, and nobody is stopping us."""

import os
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from todoke.base.health.stopping import is_stopping

LIMIT_SECONDS = 2.0
# Whoever asks, and however often: the database hears of it once a second.
KEPT_SECONDS = 1.0

Migration = tuple[str, str]


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: a key for machines, a sentence for people."""

    key: str
    says: str


STOPPING = Lack("stopping", "終了の途中です。新しい要求は、ほかのプロセスに送ってください。")
NO_ANSWER = Lack("database", f"データベースが {LIMIT_SECONDS:g} 秒以内に答えません。")
AWAY = Lack("database", "データベースにつながりません。")


def lacks() -> list[Lack]:
    """Everything that is missing at this moment; empty when all is there."""
    found = [STOPPING] if is_stopping(settings.VAR, os.getppid()) else []
    return [*found, *_examination.lacks()]


class Examination:
    """Asks the database, at most once a second and within two, and remembers what it said.

    In a thread of its own, since neither a name server nor a dead host keeps to a limit; as long as one hangs, no
    second one is sent after it.
    """

    def __init__(self, *, limit_seconds: float = LIMIT_SECONDS, kept_seconds: float = KEPT_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._kept_seconds = kept_seconds
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: list[Lack] | None = None
        self._found_at = float("-inf")

    def lacks(self) -> list[Lack]:
        """What the database lacks."""
        with self._lock:
            if self._found is not None and time.monotonic() - self._found_at < self._kept_seconds:
                return self._found
            if self._thread is None or not self._thread.is_alive():
                self._found = None
                self._thread = threading.Thread(target=self._look, name="readiness", daemon=True)
                self._thread.start()
            self._thread.join(self._limit_seconds)
            # Set by the thread only: a sentence about a thread that still hangs is not kept.
            return [NO_ANSWER] if self._found is None else self._found

    def _look(self) -> None:
        self._found = database_lacks(self._limit_seconds)
        self._found_at = time.monotonic()


_examination = Examination()


def database_lacks(limit_seconds: float) -> list[Lack]:
    """What the database lacks, by a connection of its own: those of the pool may be busy, or wait for ten seconds."""
    parameters = {**connection.get_connection_params(), "connect_timeout": max(2, round(limit_seconds))}
    parameters.pop("pool", None)
    try:
        with psycopg.connect(**parameters, autocommit=True) as plain:
            plain.execute(f"SET statement_timeout = {round(limit_seconds * 1000)}")
            applied = {(row[0], row[1]) for row in plain.execute("SELECT app, name FROM django_migrations")}
    except psycopg.errors.UndefinedTable:
        applied = set()
    except psycopg.errors.QueryCanceled:
        return [NO_ANSWER]
    except psycopg.Error:
        # What the driver says may name hosts and accounts, and this page is open to everybody.
        return [AWAY]
    missing = [name for name, replaced in wanted_migrations().items() if not _is_applied(name, replaced, applied)]
    if not missing:
        return []
    named = "、".join(f"{app} {name}" for app, name in sorted(missing)[:3])
    return [
        Lack(
            "migrations",
            f"データベースに、まだの変更が {len(missing)} 件あります（{named}{' など' if len(missing) > 3 else ''}）。"
            "「todoke migrate」を実行してください。",
        )
    ]


@lru_cache(maxsize=1)
def wanted_migrations() -> dict[Migration, tuple[Migration, ...]]:
    """Every migration of this programme, with those that it replaces. Read from disk once for each process."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {name: tuple(loader.disk_migrations[name].replaces) for name in loader.graph.nodes}


def _is_applied(name: Migration, replaced: tuple[Migration, ...], applied: set[Migration]) -> bool:
    return name in applied or (bool(replaced) and applied.issuperset(replaced))
