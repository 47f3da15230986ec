"""Reading the record, and checking it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from django.db import connection, models, transaction
from django.db.models import QuerySet

from todoke.base.clock import JAPAN
from todoke.ground.audit.models import Entry, Head
from todoke.ground.audit.rules import GENESIS, Link, numbers_in, payload_hash

ROWS_AT_ONCE = 5_000


class Reader(Protocol):
    """Whoever reads, as far as the record needs to know: a `Viewer` of the people room."""

    def may(self, permission: str, section: str | None = None) -> bool: ...


def latest_entries(
    viewer: Reader,
    *,
    what: str = "",
    actor: str = "",
    target_type: str = "",
    target_key: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Entry]:
    """Entries that this viewer may read, newest first; none without the permission audit.read.

    `what` matches from the beginning ("people." is all of that room); `since` and `until` are Japanese days, both
    included.
    """
    if not viewer.may("audit.read"):
        return Entry.objects.none()
    entries = Entry.objects.order_by("-id")
    if what:
        entries = entries.filter(what__startswith=what)
    for field, wanted in (("actor", actor), ("target_type", target_type), ("target_key", target_key)):
        if wanted:
            entries = entries.filter(**{field: wanted})
    if since:
        entries = entries.filter(at__gte=_midnight(since))
    if until:
        entries = entries.filter(at__lt=_midnight(until + timedelta(days=1)))
    return entries


def entries_about(viewer: Reader, target: models.Model | tuple[str, object]) -> QuerySet[Entry]:
    """Everything that was done to this record, newest first; none without the permission audit.read."""
    if isinstance(target, models.Model):
        return latest_entries(viewer, target_type=target._meta.label_lower, target_key=str(target.pk))
    return latest_entries(viewer, target_type=target[0], target_key=str(target[1]))


@dataclass(frozen=True)
class Finding:
    """Something wrong in the record: the number where it shows (None for an entry without one) and what it is."""

    number: int | None
    what: str


def head() -> tuple[int, bytes]:
    """Number and hash of the newest link; of an empty record 0 and the genesis."""
    newest = Head.objects.first()
    return (newest.number, bytes(newest.hash)) if newest else (0, GENESIS)


def count_entries() -> int:
    """How many entries there are, for a progress display."""
    return Entry.objects.count()


def findings(anchors: dict[int, bytes] | None = None, progress: Callable[[int], None] | None = None) -> list[Finding]:
    """Everything that is wrong in the record: altered, removed, inserted, swapped or unlawfully purged entries.

    Recomputes every hash in Python from one snapshot. `anchors` are hashes kept elsewhere, by number. `progress` is
    told how many entries have been read.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        check = _Check(anchors or {})
        return [*check.walk(progress), *check.end(*head())]


# Instants come as microseconds since 1970: no parsing of a hundred thousand dates.
_ALL = """
SELECT id, number, (extract(epoch FROM at) * 1000000)::bigint, what, actor, target_type, target_key,
       payload, salt, payload_hash, previous_hash, hash
FROM audit_entry ORDER BY number NULLS LAST, id
"""


@dataclass(frozen=True)
class _Row:
    """One entry as the check reads it."""

    entry_id: int
    number: int | None
    microseconds: int
    what: str
    actor: str
    target_type: str
    target_key: str
    payload: str | None
    salt: bytes | None
    payload_hash: bytes
    previous_hash: bytes | None
    hash: bytes | None


class _Check:
    """A walk along the chain: where it stands, and what it has to remember for the end."""

    def __init__(self, anchors: dict[int, bytes]) -> None:
        self.anchors = anchors
        self.number, self.hash = 0, GENESIS
        self.purged: set[int] = set()
        self.purges: set[int] = set()

    def walk(self, progress: Callable[[int], None] | None) -> Iterator[Finding]:
        """What is wrong with the entries, in their order."""
        count = 0
        for count, row in enumerate(_rows(), 1):
            if progress and count % ROWS_AT_ONCE == 0:
                progress(count)
            if row.number is None:
                yield Finding(None, f"entry {row.entry_id} ({row.what}) has no number: it was inserted past the chain")
            elif row.number <= self.number:
                yield Finding(row.number, "this number stands twice: an entry was inserted")
            else:
                yield from self._link(row, row.number)
                yield from self._payload(row, row.number)
                self.number, self.hash = row.number, row.hash or b""
        if progress:
            progress(count)

    def _link(self, row: _Row, number: int) -> Iterator[Finding]:
        if number > self.number + 1:
            yield Finding(self.number + 1, f"missing: {_span(self.number + 1, number - 1)} removed")
        elif row.previous_hash != self.hash:
            yield Finding(number, f"does not follow {self.number}: one of the two was altered or exchanged")
        facts = Link(
            number,
            row.entry_id,
            row.microseconds,
            row.what,
            row.actor,
            row.target_type,
            row.target_key,
            row.payload_hash,
        )
        if facts.hash_after(row.previous_hash or b"") != row.hash:
            yield Finding(number, "its hash does not fit what it says: the entry was altered")
        if self.anchors.get(number, row.hash) != row.hash:
            yield Finding(number, "differs from its anchor: the chain was written anew up to here")

    def _payload(self, row: _Row, number: int) -> Iterator[Finding]:
        if row.payload is None and row.salt is None:
            self.purged.add(number)
        elif row.payload is None or row.salt is None or payload_hash(row.salt, row.payload) != row.payload_hash:
            yield Finding(number, "its payload does not fit its payload hash: payload or salt was altered")
        if row.what == "audit.purged":
            try:
                self.purges |= numbers_in(row.target_key)
            except ValueError:
                yield Finding(number, f"names no entries that were purged: “{row.target_key}”")

    def end(self, head_number: int, head_hash: bytes) -> Iterator[Finding]:
        """What only the head, the purges and the anchors show, once all entries were seen."""
        if self.number < head_number:
            yield Finding(self.number + 1, f"missing: {_span(self.number + 1, head_number)} removed from the end")
        elif self.number > head_number:
            yield Finding(head_number + 1, f"after the head: {_span(head_number + 1, self.number)} inserted")
        elif self.hash != head_hash:
            yield Finding(head_number, "the head of the chain has another hash than the newest entry")
        for number in sorted(self.purged - self.purges):
            yield Finding(number, "its payload is gone, and no purge is recorded")
        for number in sorted(self.anchors):
            if number > self.number:
                yield Finding(number, f"an anchor knows this number, but the record ends at {self.number}")


def _rows() -> Iterator[_Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for row in rows:
                yield _Row(*row)


def _span(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=JAPAN)


class BadAnchor(ValueError):
    """A file among the anchors that is none. The text says which file and what it should look like."""


def read_anchors(folder: Path) -> dict[int, bytes]:
    """The anchors kept in this folder, hash by number. Raises BadAnchor."""
    anchors = {}
    for file in sorted(folder.glob("????-??-??")):
        try:
            number, digest = file.read_text(encoding="ascii").split()
            anchors[int(number)] = bytes.fromhex(digest)
        except ValueError as error:
            raise BadAnchor(
                f"{file}: an anchor is one line, a number and a hash of 64 hexadecimal digits ({error}). "
                "Fetch the file again from the place to which the anchors are copied."
            ) from error
    return anchors
