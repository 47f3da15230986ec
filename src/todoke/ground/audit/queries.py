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

    `what` matches from the beginning ("people." is all of that room); `since` and `until` are Japanese days, both included.
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

    Recomputes every hash in Python from one snapshot. `anchors` are hashes kept elsewhere, by number. `progress` is told
    how many entries have been read.
    """
    with transaction.atomic(durable=False):
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return list(_findings(head(), anchors or {}, progress or (lambda count: None)))


# Instants come as microseconds since 1970: no parsing of a hundred thousand dates.
_ALL = """
SELECT id, number, (extract(epoch FROM at) * 1000000)::bigint, what, actor, target_type, target_key,
       payload, salt, payload_hash, previous_hash, hash
FROM audit_entry ORDER BY number NULLS LAST, id
"""


def _findings(
    newest: tuple[int, bytes], anchors: dict[int, bytes], progress: Callable[[int], None]
) -> Iterator[Finding]:
    head_number, head_hash = newest
    number_before, hash_before = 0, GENESIS
    purged: set[int] = set()
    purges: set[int] = set()
    count = 0
    for row in _rows():
        entry_id, number, microseconds, what, actor, target_type, target_key, payload, salt, kept, previous, link = row
        count += 1
        if count % ROWS_AT_ONCE == 0:
            progress(count)
        if number is None:
            yield Finding(None, f"entry {entry_id} ({what}) has no number: it was inserted past the chain")
            continue
        if number <= number_before:
            yield Finding(number, "this number stands twice: an entry was inserted")
            continue
        if number > number_before + 1:
            yield Finding(number_before + 1, f"missing: {_span(number_before + 1, number - 1)} removed")
        elif previous != hash_before:
            yield Finding(number, f"does not follow {number_before}: one of the two was altered or exchanged")
        facts = Link(number, entry_id, microseconds, what, actor, target_type, target_key, kept)
        if facts.hash_after(previous or b"") != link:
            yield Finding(number, "its hash does not fit what it says: the entry was altered")
        if payload is None and salt is None:
            purged.add(number)
        elif payload is None or salt is None or payload_hash(salt, payload) != kept:
            yield Finding(number, "its payload does not fit its payload hash: payload or salt was altered")
        if what == "audit.purged":
            try:
                purges |= numbers_in(target_key)
            except ValueError:
                yield Finding(number, f"names no entries that were purged: “{target_key}”")
        if number in anchors and anchors[number] != link:
            yield Finding(number, "differs from its anchor: the chain was written anew up to here")
        number_before, hash_before = number, link
    progress(count)
    if number_before < head_number:
        yield Finding(number_before + 1, f"missing: {_span(number_before + 1, head_number)} removed from the end")
    elif number_before > head_number:
        yield Finding(head_number + 1, f"{_span(head_number + 1, number_before)} stand after the head: inserted")
    elif hash_before != head_hash:
        yield Finding(head_number, "the head of the chain has another hash than the newest entry")
    for number in sorted(purged - purges):
        yield Finding(number, "its payload is gone, and no purge is recorded")
    for number in sorted(anchors):
        if number > number_before:
            yield Finding(number, f"an anchor knows this number, but the record ends at {number_before}")


def _rows() -> Iterator[tuple]:  # type: ignore[type-arg]
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


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
