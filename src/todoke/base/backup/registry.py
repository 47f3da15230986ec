"""What rooms plug in so that a backup is whole and a restore does no harm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg

from todoke.base.registry import Registry


@dataclass(frozen=True)
class KeptFile:
    """A file that a row refers to: its name below the room's folder, with slashes, and the SHA-256 it must have."""

    name: str
    sha256: str


class KeptFiles(Protocol):
    """Files of a room, outside the database, without which its rows are worth nothing.

    `root` is the folder below which they lie. `named` gives every file that the rows of one snapshot refer to; it asks
    only through the cursor that it is given, because that one sees the snapshot. A file must be on the disk before the
    row that names it is committed, and may go only once no row names it. What can be made again from the database, as
    public pages can, is not plugged in. Example: the scans that belong to the rows of a room of letters.
    """

    @property
    def key(self) -> str: ...

    def root(self) -> Path: ...

    def named(self, cursor: psycopg.Cursor[Any]) -> Iterator[KeptFile]: ...


kept_files: Registry[KeptFiles] = Registry("backup.files")


@dataclass(frozen=True)
class Loss:
    """A database that has gone back in time: found at `found_at`, it stands where the city stood at `went_back_to`.

    What began after `seen_until` began in the restored city itself and is no business of this loss: an emergency that
    is released before anybody has noticed is not held up. `is_tail`: only the last moments are gone, as after the
    failover of a site whose replicas run behind; what carries a key that makes a repeat safe then goes on by itself.
    `number` is the row that keeps it (`backup.setback`).
    """

    number: int
    found_at: datetime
    went_back_to: datetime
    seen_until: datetime
    is_tail: bool


class AfterRestore(Protocol):
    """What a room does when the database has gone back in time, so that nothing stale leaves the house.

    `set_aside` brings everything that was still to happen by itself into a state in which it does not, and asks a
    person; it leaves alone what began after `seen_until`. It runs in one transaction with those of the other rooms,
    calls nothing outside, and says in one Japanese sentence what it did, empty when there was nothing.
    `resume` lets go on what `set_aside` held and what still makes sense, when a person said so; it says what it did.
    `doubts` gives a sentence for each thing that a person must look at because the programme cannot know.
    Example: a room of bookings cancels the reminders that were planned.
    """

    @property
    def key(self) -> str: ...

    def set_aside(self, loss: Loss) -> str: ...

    def resume(self, loss: Loss, *, by: str) -> str: ...

    def doubts(self, loss: Loss) -> list[str]: ...


after_restore: Registry[AfterRestore] = Registry("backup.after-restore")


class Examination(Protocol):
    """A question to a database that has just been restored for a test: sentences about what is wrong, or none.

    It only reads, through Django's usual connection. Example: “the chain of the record is whole”.
    """

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    def run(self) -> list[str]: ...


examinations: Registry[Examination] = Registry("backup.examinations")
