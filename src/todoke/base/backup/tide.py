"""The tide: how every host notices that the database has gone back in time without telling anybody.

The database counts upward while dispatchers run, every few seconds, in its one `TideMark` row; each host keeps in a
file the highest number whose commit it was told of. A database that then counts below a host's mark has lost time: a
snapshot was put back, or a replica was promoted that had not got everything. A replica that has all acknowledged
commits has the mark, too: its failover is no setback and holds up nothing.

A host only knows what it has seen. One that starts with an empty folder has no mark and believes the database; so after
a snapshot was put back, the first host to start is one that was at work before.
"""

import json
import logging
import platform
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction

from todoke.base import database_clock
from todoke.base.backup.database import RESTORING
from todoke.base.backup.models import Setback
from todoke.base.backup.setbacks import set_back
from todoke.base.disk import write_atomically

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
# A loss up to this length is the tail of a failover: the last moments of a primary whose replicas ran behind.
TAIL = timedelta(seconds=60)
# Found later than this, it is no failover that is going on, but something put back.
TAIL_IS_FRESH = timedelta(minutes=10)


class RestoreGoesOn(OperationalError):
    """Somebody is restoring this database: nothing may leave before that is done. Try again soon."""


@dataclass(frozen=True)
class Mark:
    """A number of one database, the word of the database, and the database's own time of it."""

    word: str
    number: int
    at: datetime


class Watch:
    """Keeps up every few seconds, for whoever claims something in a loop; the first look is due at once."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")

    def look(self) -> None:
        """Keep up, and measure the database's clock, if it is time to. To be called before each round of claims."""
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            database_clock.look_again()
            keep_up()
            self._looked_at = time.monotonic()

    def begin_again(self) -> None:
        """The connection was lost: look before the next claim, whenever the last look was."""
        self._looked_at = float("-inf")


def keep_up() -> Setback | None:
    """Count one up, and compare with what this host has seen before; gives the setback that was found, if there is one.

    To be called before anything is claimed, after every loss of the connection, and every few seconds. Raises
    RestoreGoesOn. A folder that cannot be written (a full disk) is logged and holds up nothing.
    """
    path: Path = settings.TIDE_FILE
    # Read before counting: what is in the file now was acknowledged before, so an honest database must come out above.
    seen = _read(path)
    with transaction.atomic():
        before, after = _count_up()
        known = seen.get(after.word)
        found = None
        if known is not None and after.number <= known.number and not _is_explained(known):
            found = set_back(
                _kind(known, before, after), went_back_to=before.at, seen_until=known.at, host=platform.node()
            )
    if found is not None:
        log.error(
            "database_went_back", extra={"seen": known and known.number, "now": after.number, "setback": found.pk}
        )
    _write(path, {**seen, after.word: after})
    return found


def _kind(known: Mark, before: Mark, after: Mark) -> Setback.Kind:
    is_tail = known.at - before.at <= TAIL and after.at - known.at <= TAIL_IS_FRESH
    return Setback.Kind.TAIL if is_tail else Setback.Kind.FOUND


def _is_explained(known: Mark) -> bool:
    """Whether another host, or the restore itself, has dealt with it since this host last looked."""
    return Setback.objects.filter(found_at__gt=known.at).exists()


def _count_up() -> tuple[Mark, Mark]:
    """The mark as it was found, and the next one; held until the transaction ends, so that hosts go one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [RESTORING])
        if not cursor.fetchone()[0]:
            raise RestoreGoesOn("a restore is going on in this database")
        cursor.execute(
            "INSERT INTO backup_tidemark (id, word, number, ticked_at) VALUES (1, %s, 0, clock_timestamp())"
            " ON CONFLICT (id) DO NOTHING",
            [uuid.uuid4()],
        )
        cursor.execute("SELECT word, number, ticked_at FROM backup_tidemark WHERE id = 1 FOR UPDATE")
        word, number, at = cursor.fetchone()
        cursor.execute(
            "UPDATE backup_tidemark SET number = number + 1, ticked_at = clock_timestamp() WHERE id = 1"
            " RETURNING number, ticked_at"
        )
        next_number, next_at = cursor.fetchone()
    return Mark(str(word), number, at.astimezone(UTC)), Mark(str(word), next_number, next_at.astimezone(UTC))


def _read(path: Path) -> dict[str, Mark]:
    try:
        told: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="ascii"))
        return {
            word: Mark(word, int(mark["number"]), datetime.fromisoformat(mark["at"])) for word, mark in told.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("tide_file_unreadable", extra={"error": type(error).__name__})
        return {}


def _write(path: Path, marks: dict[str, Mark]) -> None:
    told = {word: {"number": mark.number, "at": mark.at.isoformat()} for word, mark in sorted(marks.items())}
    try:
        write_atomically(path, json.dumps(told, indent=1).encode())
    except OSError as error:
        log.warning("tide_file_unwritable", extra={"error": error.strerror})
