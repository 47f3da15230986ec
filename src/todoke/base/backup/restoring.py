"""Restoring a backup: read all of it first, then the database and the files, and last what must not leave the house."""

import hashlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from todoke.base.backup import database
from todoke.base.backup.manifest import Manifest
from todoke.base.backup.models import Setback
from todoke.base.backup.parts import PartsReader
from todoke.base.backup.programs import Programme, environment, fitting
from todoke.base.backup.registry import kept_files
from todoke.base.backup.sealed_stream import SealedReader
from todoke.base.backup.setbacks import set_back
from todoke.base.backup.trouble import BackupTrouble, Damaged
from todoke.base.disk import write_atomically

Say = Callable[[str], None]

# pg_restore of 17 and newer says this to every server, and older servers do not know it; everything else is a fault.
HARMLESS = 'unrecognized configuration parameter "transaction_timeout"'
KNOWS_TRANSACTION_TIMEOUT = 17
LEAVING_SECONDS = 3.0


@dataclass(frozen=True)
class Contents:
    """What was found in a file that is whole: its manifest, the SHA-256 of each of its files, what was missing then."""

    manifest: Manifest
    files: dict[str, str]
    missing: tuple[str, ...]


def read_through(path: Path, secret: str) -> Contents:
    """Read a backup from its first byte to its last; raises Damaged for the least thing wrong. Changes nothing."""
    with opened(path, secret) as reader:
        manifest = Manifest.from_json(reader.manifest)
        files: dict[str, str] = {}
        for name in reader.parts():
            digest = hashlib.sha256()
            for piece in reader.pieces():
                digest.update(piece)
            if name != "database":
                files[name.removeprefix("files/")] = digest.hexdigest()
        return Contents(manifest, files, tuple(reader.closing["missing"]))


@contextmanager
def opened(path: Path, secret: str) -> Iterator[PartsReader]:
    """The parts of a backup, from its beginning. Raises BackupTrouble, and Damaged while it is read."""
    try:
        with path.open("rb") as file, SealedReader(file, secret) as stream:
            yield PartsReader(stream)
    except OSError as error:
        raise BackupTrouble(f"{path} を読めません（{error.strerror}）。場所と権限を確かめてください。") from error


def check_that_it_fits(manifest: Manifest) -> list[str]:
    """What this programme must still apply to the backup. Raises BackupTrouble for one of a newer programme."""
    known = set(MigrationLoader(None).disk_migrations)
    told = set(manifest.migrations)
    ours = {room for room, _ in known}
    newer = sorted(f"{room} {name}" for room, name in told - known if room in ours)
    if newer:
        raise BackupTrouble(
            f"このバックアップは、新しい版の Todoke（{manifest.programme}）で作られました（{'、'.join(newer[:3])}）。"
            "Todoke をその版に上げてから復元してください。"
        )
    return sorted(f"{room} {name}" for room, name in known - told)


def restore(path: Path, secret: str, *, replace: bool, host: str, say: Say) -> tuple[Setback, list[str]]:
    """Put a backup into the database of this house and see to it that nothing of its past leaves. Raises BackupTrouble.

    Refuses a database with tables unless `replace`; then its tables wait aside until everything has gone well, and are
    what they were if not. Refuses while anybody else is connected. Gives the setback that it is, and the names of files
    that rows name and that the backup does not hold.
    """
    say("バックアップを最後まで読み、壊れていないことを確かめています。")
    contents = read_through(path, secret)
    missing = check_that_it_fits(contents.manifest)
    given = database.parameters()
    database.let_go()
    with database.open_beside(given) as connection:
        _be_the_only_one(connection)
        _refuse_company(connection)
        _tidy_up_after_a_crash(connection)
        had = database.tables_of(connection.cursor())
        if had and not replace:
            raise BackupTrouble(
                f"データベースは空ではありません（表が {len(had)}）。"
                "中身を捨てて復元するには --replace を付けてください。"
            )
        if had:
            _put_aside(connection)
        try:
            _fill(path, secret, given, contents, say)
            if missing:
                say(f"表を今の版に合わせています（{len(missing)} の変更）。")
                call_command("migrate", "--no-input", verbosity=0)
            say("止めておくべきものを止めています。")
            setback = set_back(Setback.Kind.RESTORED, went_back_to=contents.manifest.made_at, host=host)
        except BaseException:
            database.let_go()
            _take_back(connection, had=bool(had))
            raise
        if had:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(database.ASIDE)))
        lost = missing_files(given, contents)
    return setback, lost


def _fill(path: Path, secret: str, given: dict[str, Any], contents: Contents, say: Say) -> None:
    """Bring database and files into place, in the order in which they lie in the file."""
    with opened(path, secret) as reader:
        for name in reader.parts():
            if name == "database":
                say(f"データベースを復元しています（元の大きさ {contents.manifest.database_bytes / 1e6:,.0f} MB）。")
                pour_into_database(reader.pieces(), given, contents.manifest)
            else:
                _put_file(name.removeprefix("files/"), reader.pieces(), contents.files)
    if contents.files:
        say(f"文書 {len(contents.files)} 件を戻しました。")


def _put_file(name: str, pieces: Iterable[bytes], expected: dict[str, str]) -> None:
    key, _, inside = name.partition("/")
    room = next((room for room in kept_files if room.key == key), None)
    if room is None or not _stays_inside(inside):
        raise Damaged(f"このプログラムが知らない場所のファイルです（{name}）。")
    # One document fits into memory: it came in through a form or an interface with a limit of its own.
    content = b"".join(pieces)
    if hashlib.sha256(content).hexdigest() != expected[name]:
        raise Damaged(f"ファイル {name} が、先に読んだときと違います。復元中に書き換えられました。")
    try:
        write_atomically(room.root() / inside, content, mode=0o600)
    except OSError as error:
        raise BackupTrouble(
            f"{room.root()} に書けません（{error.strerror}）。空きと権限を確かめてください。"
        ) from error


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts


def pour_into_database(pieces: Iterable[bytes], given: dict[str, Any], manifest: Manifest) -> None:
    """Hand a dump to pg_restore, into an empty database. Raises BackupTrouble with its last words."""
    with database.open_beside(given) as connection:
        server = connection.info.server_version // 10000
    if server < manifest.server // 10000:
        raise BackupTrouble(
            f"バックアップは PostgreSQL {manifest.server // 10000} のものです（ここは {server}）。"
            "同じか新しい PostgreSQL に復元してください。"
        )
    programme = fitting("pg_restore", oldest=max(server, manifest.dumped_with))
    with tempfile.TemporaryFile() as errors:
        reading = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programme, arguments as a list
            _command(programme, server, str(given["dbname"])),
            env=environment(given),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        assert reading.stdin is not None  # asked for above
        try:
            for piece in pieces:
                reading.stdin.write(piece)
            reading.stdin.close()
        except BrokenPipeError:
            pass  # it has given up and says why
        except BaseException:
            reading.kill()
            raise
        finally:
            code = reading.wait()
        faults = _faults(errors)
        if faults or (code != 0 and server >= KNOWS_TRANSACTION_TIMEOUT):
            raise BackupTrouble("pg_restore が失敗しました。\n" + "\n".join(faults[-10:]))
    with database.open_beside(given) as connection:
        # A dump brings no statistics; without them the first hours would be slow.
        connection.execute("ANALYZE")


def _command(programme: Programme, server: int, name: str) -> list[str]:
    command = [str(programme.path), f"--dbname={name}", "--no-owner", "--no-privileges", "--no-password"]
    if programme.major < KNOWS_TRANSACTION_TIMEOUT or server >= KNOWS_TRANSACTION_TIMEOUT:
        return [*command, "--exit-on-error", "--single-transaction"]
    return command


def _faults(errors: IO[bytes]) -> list[str]:
    errors.seek(0)
    lines = errors.read().decode(errors="replace").splitlines()
    return [line for line in lines if "error:" in line and HARMLESS not in line]


def missing_files(given: dict[str, Any], contents: Contents) -> list[str]:
    """The files that the restored rows name and that the backup does not hold, or not as they should be."""
    with database.open_beside(given) as connection, connection.cursor() as cursor:
        return [
            f"{room.key}/{file.name}"
            for room in kept_files
            for file in list(room.named(cursor))
            if contents.files.get(f"{room.key}/{file.name}") != file.sha256
        ]


def _be_the_only_one(connection: psycopg.Connection[Any]) -> None:
    """Take the lock under which nobody claims anything, and keep it as long as this connection lives."""
    connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{LEAVING_SECONDS:g}s")))
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [database.RESTORING])
    except psycopg.errors.LockNotAvailable as error:
        raise BackupTrouble("ほかの復元が、このデータベースで動いています。終わるのを待ってください。") from error
    connection.execute("RESET lock_timeout")


def _refuse_company(connection: psycopg.Connection[Any]) -> None:
    deadline = time.monotonic() + LEAVING_SECONDS
    while True:
        found = connection.execute(
            "SELECT count(*), string_agg(DISTINCT nullif(application_name, ''), '、') FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
        count, names = found or (0, None)
        if not count:
            return
        if time.monotonic() < deadline:
            # Whoever has just hung up, ourselves among them, is still on the list for a moment.
            time.sleep(0.1)
            continue
        raise BackupTrouble(
            f"ほかに {count} の接続があります（{names or '名前なし'}）。"
            "先に todoke up、todoke web、todoke worker、todoke intake を、すべてのホストで止めてください。"
        )


def _put_aside(connection: psycopg.Connection[Any]) -> None:
    """Move what is there out of the way, whole, and lay out an empty place as initdb does (PostgreSQL 15 and newer)."""
    aside = sql.Identifier(database.ASIDE)
    with connection.transaction():
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(aside))
        connection.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(aside))
        connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        connection.execute("COMMENT ON SCHEMA public IS 'standard public schema'")


def _tidy_up_after_a_crash(connection: psycopg.Connection[Any]) -> None:
    """A restore that was killed before its end has left what was there before it aside: it comes back."""
    waiting = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [database.ASIDE]).fetchone()
    if waiting and not database.tables_of(connection.cursor()):
        _take_back(connection, had=True)


def _take_back(connection: psycopg.Connection[Any], *, had: bool) -> None:
    """Undo what was restored so far: the database is again what it was before."""
    with connection.transaction():
        connection.execute("DROP SCHEMA public CASCADE")
        if had:
            connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(database.ASIDE)))
        else:
            connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
            connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
