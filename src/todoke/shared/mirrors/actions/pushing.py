"""Bringing a mirror to what is public now: changed files first, the list last, and a look at what it really holds.

No transaction is open while anything is sent. A round that is killed anywhere is simply made again: putting the same
file twice is harmless, and the list is put only after everything that it names.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from todoke.base.clock import now
from todoke.shared.messaging.types import Never, TryLater
from todoke.shared.mirrors.actions.claims import Claim
from todoke.shared.mirrors.carriers import Carrier
from todoke.shared.mirrors.disk import bytes_of, public_files
from todoke.shared.mirrors.models import Mirror, MirrorFile
from todoke.shared.mirrors.rules import (
    COMPARE_EVERY,
    LIST,
    LIST_EVERY,
    PUSH_EVERY,
    PublicFile,
    in_order,
    list_of,
    media_type,
    pause_after,
)

log = logging.getLogger(__name__)

ROUND_SECONDS = 25.0
COMPARED_A_ROUND = 10
REMOVED_A_ROUND = 20


@dataclass
class Round:
    """What came of one round: files put, mended and removed, whether the copy is whole, and what went wrong."""

    put: int = 0
    mended: int = 0
    removed: int = 0
    is_whole: bool = False
    listed_at: datetime | None = None
    trouble: str = ""


def push(claim: Claim, carrier: Carrier, root: Path, *, clock: Callable[[], datetime] = now) -> Round:
    """One round for one mirror, and what came of it in its row; a late word of a lapsed claim is not written."""
    made = Round()
    ends = time.monotonic() + ROUND_SECONDS
    try:
        _make(made, claim.mirror_id, carrier, root, clock=clock, ends=ends)
    except (TryLater, Never) as trouble:
        made.trouble = trouble.says
        log.warning("mirror_push_failed", extra={"mirror": claim.mirror_id, "put": made.put})
    _write_down(claim, made, at=clock())
    return made


def _make(
    made: Round, mirror_id: int, carrier: Carrier, root: Path, *, clock: Callable[[], datetime], ends: float
) -> None:
    began = clock()
    files = public_files(root)
    given = {file.name: file for file in MirrorFile.objects.filter(mirror=mirror_id)}
    wanted = [file for name, file in files.items() if name not in given or given[name].digest != file.digest]
    for file in in_order(wanted, at=began):
        if time.monotonic() >= ends:
            return
        if _put(carrier, root, mirror_id, file, at=clock()):
            made.put += 1
    _mend(made, carrier, root, files, given, clock=clock, ends=ends)
    _remove(made, carrier, files, given, ends=ends)
    made.is_whole = True
    mirror = Mirror.objects.get(pk=mirror_id)
    # Something changed, or it is time to say again that somebody looked.
    is_stale = mirror.listed_at is None or not -LIST_EVERY < began - mirror.listed_at < LIST_EVERY
    if made.put or made.mended or made.removed or is_stale:
        carrier.put(LIST, list_of(files.values(), made_at=began), media_type(LIST))
        made.listed_at = began


def _put(carrier: Carrier, root: Path, mirror_id: int, file: PublicFile, *, at: datetime) -> bool:
    content = bytes_of(root, file.name)
    if content is None:
        return False
    carrier.put(file.name, content, media_type(file.name))
    # The digest that was seen, not that of the bytes: a file replaced in between differs again in the next round.
    MirrorFile.objects.update_or_create(
        mirror_id=mirror_id,
        name=file.name,
        defaults={
            "digest": file.digest,
            "size": file.size,
            "copied_at": at,
            "compared_at": at,
            "remove_at": None,
            "remove_by": None,
        },
    )
    return True


def _mend(
    made: Round,
    carrier: Carrier,
    root: Path,
    files: Mapping[str, PublicFile],
    given: Mapping[str, MirrorFile],
    *,
    clock: Callable[[], datetime],
    ends: float,
) -> None:
    """Compare what has not been compared for longest with what the mirror really holds, and put again what differs."""
    due = [row for row in given.values() if row.name in files and clock() - row.compared_at >= COMPARE_EVERY]
    for row in sorted(due, key=lambda row: row.compared_at)[:COMPARED_A_ROUND]:
        content = bytes_of(root, row.name)
        if time.monotonic() >= ends or content is None:
            continue
        if not carrier.holds(row.name, content):
            log.warning("mirror_file_differed", extra={"mirror": row.mirror_id, "file": row.name})
            carrier.put(row.name, content, media_type(row.name))
            made.mended += 1
        MirrorFile.objects.filter(pk=row.pk).update(compared_at=clock())


def _remove(
    made: Round,
    carrier: Carrier,
    files: Mapping[str, PublicFile],
    given: Mapping[str, MirrorFile],
    *,
    ends: float,
) -> None:
    """Take away what somebody has told us to, if it has not become public again."""
    told = [row for row in given.values() if row.remove_at is not None and row.name not in files]
    for row in told[:REMOVED_A_ROUND]:
        if time.monotonic() >= ends:
            return
        carrier.remove(row.name)
        MirrorFile.objects.filter(pk=row.pk).delete()
        made.removed += 1


@transaction.atomic
def _write_down(claim: Claim, made: Round, *, at: datetime) -> None:
    mirror = Mirror.objects.select_for_update().get(pk=claim.mirror_id)
    if mirror.push_claimed_until != claim.until:
        return
    mirror.push_claimed_until = None
    mirror.push_says = made.trouble[:500]
    mirror.push_failures = mirror.push_failures + 1 if made.trouble else 0
    mirror.push_due_at = at + (pause_after(mirror.push_failures) if made.trouble else PUSH_EVERY)
    mirror.mended += made.mended
    if made.is_whole and not made.trouble:
        mirror.whole_at = at
    if made.listed_at:
        mirror.listed_at = made.listed_at
    mirror.save()
