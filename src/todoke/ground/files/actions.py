"""Keeping bytes, reading them back, letting them go."""

import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from todoke.base import clock
from todoke.base.prepared import insert
from todoke.base.rounds.errands import Errand
from todoke.ground.files.malware.clamd import Scanner, ScannerTrouble
from todoke.ground.files.models import Document, Scan
from todoke.ground.files.rules import media_type_of
from todoke.ground.files.uploads.inspecting import inspected
from todoke.ground.files.uploads.kinds import LIMITS, Limits, UploadKind
from todoke.ground.files.uploads.refusals import Reason, Refused

log = logging.getLogger("todoke.files")

SCAN = Errand("files.scan", _("隔離した文書を、もう一度検査する"))
PURGE = Errand("files.purge", _("期限の過ぎた文書を消す"))

NAME_CHARACTERS_MAX = 255


class SupportsRead(Protocol):
    """An opened file, an upload of a form: whatever gives at most so many bytes when asked."""

    def read(self, size: int, /) -> bytes: ...


class Damaged(Exception):
    """The bytes of a document are missing, or are not those that were kept. Restore them from the backup."""

    def __init__(self, document: Document) -> None:
        super().__init__(_("保管した文書が見つからないか、壊れています。情報システム担当に連絡してください。"))
        self.document_id = document.pk
        self.sha256 = document.sha256


class Purged(Exception):
    """The document has been let go after the date until which it was kept."""

    def __init__(self, document: Document) -> None:
        super().__init__(_("この文書は保存期限を過ぎたため、廃棄しました。"))
        self.document_id = document.pk
        self.purged_at = document.purged_at


class Quarantined(Exception):
    """The document waits for the malware scanner, or something was found in it. Nobody gets its bytes."""

    def __init__(self, document: Document) -> None:
        super().__init__(_("ウイルス検査が済んでいないため、まだ開けません。しばらくしてからもう一度開いてください。"))
        self.document_id = document.pk
        self.scan = document.scan


class WrongType(Exception):
    """The bytes are not what the sender says they are."""

    def __init__(self, claimed: str, found: str) -> None:
        super().__init__(_("ファイルの種類が名前と合いません。正しいファイルを選んでください。"))
        self.claimed = claimed
        self.found = found


@transaction.atomic
def store(content: bytes, *, name: str, media_type: str | None = None, kept_until: date | None = None) -> Document:
    """Keep these bytes: on the disk and synced before this returns, the row with the surrounding transaction.

    The type is sniffed; with `media_type` given, anything else raises WrongType. OSError when the disk is full or not
    writable: nothing has been kept then. Equal bytes are written once, and healed where they were damaged.
    """
    found = media_type_of(content)
    if media_type is not None and media_type != found:
        raise WrongType(media_type, found)
    return _keep(content, name=name, media_type=found, kept_until=kept_until)


def take_in(
    upload: bytes | SupportsRead,
    *,
    name: str,
    allowed: Collection[UploadKind],
    kept_until: date | None = None,
    limits: Limits = LIMITS,
    seal: Callable[[bytes], bytes] | None = None,
    kept_as: str = "",
) -> Document:
    """Keep what a resident or a member of staff sends in, after looking at every part of it.

    Neither name nor claimed type is believed. Photographs are drawn anew (place and camera go), everything else is kept
    as it came. Raises Refused with a sentence for the sender: nothing has been kept then. Where the malware scanner
    cannot say anything, the document is kept in quarantine (`scan`), and `read` raises Quarantined until it can.
    docs/running/uploads.md lists what is refused.

    With `seal`, the bytes are kept as it gives them back: only whoever seals can open them. Nobody could look into them
    later, so while the scanner cannot say anything they are refused (Reason.NOT_LOOKED_AT), not put in quarantine.
    `kept_as` is the name of the row where the file's own is personal and lies elsewhere.
    """
    content = upload if isinstance(upload, bytes) else upload.read(limits.bytes_max + 1)
    sound = inspected(content, name=name, allowed=allowed, limits=limits)
    # The scanner sees what came, not only what is kept; before the transaction, since it may take its time.
    scan = _scanned(content)
    if scan is Scan.INFECTED:
        raise Refused(Reason.MALWARE)
    if seal is not None and scan is Scan.WAITING:
        raise Refused(Reason.NOT_LOOKED_AT)
    kept = sound.content if seal is None else seal(sound.content)
    return _keep(kept, name=kept_as or sound.name, media_type=sound.kind.value, kept_until=kept_until, scan=scan)


def scan_again() -> int:
    """Ask the scanner about every document in quarantine; how many left it clean. Stops where it still says nothing.

    What something is found in stays unreadable, and its bytes go with the next purge.
    """
    clean = 0
    for document in list(Document.objects.filter(scan=Scan.WAITING, purged_at__isnull=True)):
        with SCAN.guarded(document.pk):
            scan = _scanned(_bytes_of(document))
            if scan is Scan.WAITING:
                break
            document.scan = scan
            if scan is Scan.INFECTED:
                document.kept_until = clock.in_japan(clock.now()).date() - timedelta(days=1)
                log.warning("files.malware-found-later", extra={"document": document.pk})
            document.save(update_fields=["scan", "kept_until"])
            clean += scan is not Scan.INFECTED
    return clean


def _scanned(content: bytes) -> Scan:
    if not settings.MALWARE_SCANNER:
        return Scan.NOT_SCANNED
    try:
        found = Scanner(settings.MALWARE_SCANNER).finds(content)
    except ScannerTrouble as trouble:
        log.warning("files.scanner-trouble", extra={"trouble": str(trouble)})
        return Scan.WAITING
    return Scan.INFECTED if found else Scan.CLEAN


@transaction.atomic
def _keep(
    content: bytes, *, name: str, media_type: str, kept_until: date | None, scan: Scan = Scan.NOT_AN_UPLOAD
) -> Document:
    digest = hashlib.sha256(content).hexdigest()
    _hold(digest)
    path = _path_of(digest)
    if not _is_whole(path, digest):
        _write(path, content)
    document = Document(
        sha256=digest,
        size_bytes=len(content),
        media_type=media_type,
        name=name[:NAME_CHARACTERS_MAX] or digest[:12],
        stored_at=clock.now(),
        kept_until=kept_until,
        scan=scan,
    )
    insert(document)
    return document


def read(document: Document) -> bytes:
    """The bytes exactly as they were kept. Raises Purged, Quarantined, or Damaged when they are missing or altered."""
    if document.purged_at is not None:
        raise Purged(document)
    if document.is_in_quarantine:
        raise Quarantined(document)
    return _bytes_of(document)


def _bytes_of(document: Document) -> bytes:
    try:
        content = _path_of(document.sha256).read_bytes()
    except OSError as error:
        raise Damaged(document) from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise Damaged(document)
    return content


def purge_due(today: date) -> int:
    """Let go of every document whose date has passed; how many. Each in a transaction of its own: it can be stopped.

    `today` is the date in Japan. Bytes that no row knows and that are older than a day go, too.
    """
    due = Document.objects.filter(kept_until__lt=today, purged_at__isnull=True).order_by("pk")
    purged = PURGE.each(due, lambda document: _purge(document.pk), limit=None)
    _sweep()
    return purged


@transaction.atomic
def _purge(pk: int) -> bool:
    document = Document.objects.select_for_update().get(pk=pk)
    if document.purged_at is not None:
        return False
    _hold(document.sha256)
    document.purged_at = clock.now()
    document.save(update_fields=["purged_at"])
    if not Document.objects.filter(sha256=document.sha256, purged_at__isnull=True).exists():
        # Before the commit: a crash in between leaves a row without bytes that is purged at the next run.
        _path_of(document.sha256).unlink(missing_ok=True)
    return True


def _sweep() -> None:
    a_day_ago = (clock.now() - timedelta(days=1)).timestamp()
    for path in _files():
        if path.stat().st_mtime >= a_day_ago:
            continue
        with transaction.atomic():
            _hold(path.name)
            if not Document.objects.filter(sha256=path.name, purged_at__isnull=True).exists():
                path.unlink(missing_ok=True)


def _files() -> Iterator[Path]:
    root = Path(settings.FILES_ROOT)
    return root.glob("??/*") if root.is_dir() else iter(())


def _hold(digest: str) -> None:
    # One filing and one purge of the same bytes at the same time: without the lock, the purge could take away the file
    # that the filing has just found in place. Held until the end of the transaction.
    key = int.from_bytes(hashlib.sha256(digest.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _path_of(digest: str) -> Path:
    return Path(settings.FILES_ROOT) / digest[:2] / digest


def _is_whole(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    """Written aside, synced, renamed, and the folder synced: after a power cut the file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.parent / f".{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
