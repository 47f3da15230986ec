"""Making a backup: one snapshot of the database and the files that it names, sealed into one file."""

import errno
import os
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, BinaryIO

import psycopg
from django.conf import settings
from psycopg import sql

from todoke.base import clock
from todoke.base.backup import database
from todoke.base.backup.manifest import Manifest
from todoke.base.backup.models import Backup
from todoke.base.backup.parts import PIECE_BYTES_MAX, PartsWriter
from todoke.base.backup.programs import Programme, environment, fitting
from todoke.base.backup.registry import KeptFile, KeptFiles, kept_files
from todoke.base.backup.sealed_stream import SealedWriter
from todoke.base.backup.trouble import BackupTrouble

# pg_dump waits that long for a table that somebody is changing, then gives up rather than hang over night.
LOCK_WAIT = "60s"
# gzip at its quickest: the dump shall not take the processor from an emergency.
COMPRESSION = "1"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Made:
    """A backup that stands under its name. `missing` are files that rows name and that were not there, or damaged."""

    path: Path
    manifest: Manifest
    size_bytes: int
    missing: tuple[str, ...]


def target_in(place: Path) -> Path:
    """The file that a backup of this moment becomes: `place` itself, or a name by the Japanese clock in that folder."""
    if place.is_dir():
        return place / f"todoke-{clock.in_japan(clock.now()):%Y%m%d-%H%M%S}.backup"
    return place


def make_backup(target: Path, secret: str, *, told: Told) -> Made:
    """Write a backup to `target`, which must not exist yet. `told` hears the part and its bytes so far, now and then.

    Raises BackupTrouble; then nothing stands under the name. The file is whole, on the disk and readable by its owner
    alone when this returns.
    """
    if target.exists():
        raise BackupTrouble(f"{target} はもうあります。上書きはしません。別の名前を指定してください。")
    identifier, made_at = uuid.uuid4(), clock.now()
    with _draft_of(target) as file, _snapshot() as (reading, snapshot):
        programme = fitting("pg_dump", oldest=reading.info.server_version // 10000)
        manifest = _facts(reading, identifier, made_at, programme)
        stream = SealedWriter(file, secret)
        parts = PartsWriter(stream, manifest.as_json())
        _put_database(parts, programme, snapshot, manifest.left_out, told)
        missing = [name for room in kept_files for name in _put_files(parts, room, reading, told)]
        parts.close({"missing": missing})
    size = target.stat().st_size
    Backup.objects.create(identifier=identifier, made_at=made_at, file_name=target.name[-255:], size_bytes=size)
    return Made(target, manifest, size, tuple(missing))


@contextmanager
def _draft_of(target: Path) -> Iterator[BinaryIO]:
    """A file beside the target that takes its name once it is whole and on the disk, and goes away otherwise."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise BackupTrouble(_in_words(error, target)) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _in_words(error: OSError, target: Path) -> str:
    if error.errno in FULL:
        return (
            f"{target.parent} に空きがないため、バックアップを書けませんでした。途中のファイルは消しました。"
            "空きを作るか、別の場所を指定してください。"
        )
    return f"{target} に書けません（{error.strerror}）。場所と権限を確かめてください。"


@contextmanager
def _snapshot() -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A connection that sees one moment of the database, and the name under which pg_dump sees the same."""
    with database.open_beside(database.parameters()) as reading:
        reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = reading.execute("SELECT pg_export_snapshot()").fetchone()
        assert found is not None  # a function gives a row
        yield reading, str(found[0])
        reading.execute("ROLLBACK")


def tables_left_out(names: list[str]) -> tuple[str, ...]:
    """The tables of which only the shape is kept.

    Jobs are hints about a moment that is gone, rebuilt from the ledgers; sessions and counters of a restored past would
    let in whom somebody has meanwhile signed out.
    """
    cache = settings.CACHES["default"]["LOCATION"]
    return tuple(name for name in names if name.startswith("procrastinate_") or name in ("django_session", cache))


def _facts(
    reading: psycopg.Connection[Any], identifier: uuid.UUID, made_at: datetime, programme: Programme
) -> Manifest:
    with reading.cursor() as cursor:
        names = database.tables_of(cursor)
        if "django_migrations" not in names:
            raise BackupTrouble("データベースに Todoke の表がありません。DATABASE_URL を確かめてください。")
        left_out = tables_left_out(names)
        rows: dict[str, int] = {}
        for name in names:
            if name not in left_out:
                cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name)))
                rows[name] = cursor.fetchone()[0]  # type: ignore[index]  # count gives a row
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        migrations = tuple((room, name) for room, name in cursor.fetchall())
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone() or (0,)
        files = {room.key: sum(1 for _ in room.named(cursor)) for room in kept_files}
    return Manifest(
        identifier=identifier,
        made_at=made_at.astimezone(UTC),
        programme=version("todoke"),
        server=reading.info.server_version,
        dumped_with=programme.major,
        database_bytes=size,
        migrations=migrations,
        tables=rows,
        left_out=left_out,
        files=files,
    )


def _put_database(
    parts: PartsWriter, programme: Programme, snapshot: str, left_out: tuple[str, ...], told: Told
) -> None:
    command = [
        *(str(programme.path), "--format=custom", f"--compress={COMPRESSION}", "--no-owner", "--no-privileges"),
        *(
            f"--snapshot={snapshot}",
            f"--lock-wait-timeout={LOCK_WAIT}",
            f"--exclude-schema={database.ASIDE}",
            "--no-password",
        ),
        *(f"--exclude-table-data=public.{name}" for name in left_out),
    ]
    with tempfile.TemporaryFile() as errors:
        dump = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programme, arguments as a list
            command,
            env=environment(database.parameters()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            assert dump.stdout is not None  # asked for above
            parts.begin("database")
            _pour(dump.stdout, parts, "database", told)
            parts.end()
            if dump.wait() != 0:
                raise BackupTrouble(f"pg_dump が失敗しました。\n{_tail(errors)}")
        finally:
            # Also when the disk is full: nobody reads on, and pg_dump would wait for ever.
            dump.kill()
            dump.wait()


def _pour(source: IO[bytes], parts: PartsWriter, name: str, told: Told) -> int:
    size = 0
    while piece := source.read(PIECE_BYTES_MAX):
        parts.piece(piece)
        size += len(piece)
        told(name, size)
    return size


def _put_files(parts: PartsWriter, room: KeptFiles, reading: psycopg.Connection[Any], told: Told) -> Iterator[str]:
    """Put the files that the snapshot names; gives the names of those that are missing or not what they should be."""
    with reading.cursor() as cursor:
        for count, file in enumerate(room.named(cursor), 1):
            if not _put_file(parts, room, file):
                yield f"{room.key}/{file.name}"
            told(f"files {room.key}", count)


def _put_file(parts: PartsWriter, room: KeptFiles, file: KeptFile) -> bool:
    try:
        source = (room.root() / file.name).open("rb")
    except OSError:
        return False
    with source:
        parts.begin(f"files/{room.key}/{file.name}")
        _pour(source, parts, file.name, lambda _name, _size: None)
        return parts.end().sha256 == file.sha256


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return "\n".join(errors.read().decode(errors="replace").strip().splitlines()[-10:])
