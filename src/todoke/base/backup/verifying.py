"""The restore test: a backup that has never been restored is a hope, not a backup."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import transaction
from psycopg import sql

from todoke.base import clock
from todoke.base.backup import database
from todoke.base.backup.manifest import Manifest
from todoke.base.backup.models import Backup
from todoke.base.backup.registry import examinations
from todoke.base.backup.restoring import (
    Contents,
    check_that_it_fits,
    missing_files,
    opened,
    pour_into_database,
    read_through,
)
from todoke.base.postgres import EmbeddedServer

Say = Callable[[str], None]


@dataclass(frozen=True)
class Verdict:
    """What a restore test found: nothing in `troubles` means that this backup brings the city back."""

    contents: Contents
    troubles: tuple[str, ...]


def verify(path: Path, secret: str, *, say: Say) -> Verdict:
    """Restore a backup into a database made for this and dropped after it, and look whether all is there.

    Raises BackupTrouble for a file that is damaged or cannot be restored. The database of the house is only asked for a
    place beside it; where its user may make none, or where it does not answer, a server of our own is started.
    """
    say("バックアップを最後まで読み、壊れていないことを確かめています。")
    contents = read_through(path, secret)
    older = check_that_it_fits(contents.manifest)
    with _throw_away_database() as given:
        say("試しに復元しています。")
        with opened(path, secret) as reader:
            for name in reader.parts():
                if name == "database":
                    pour_into_database(reader.pieces(), given, contents.manifest)
                else:
                    for _piece in reader.pieces():
                        pass  # held against its sum while it passes
        say("復元したものを調べています。")
        troubles = [
            *_lost_rows(given, contents.manifest),
            *(f"文書がないか、違います: {name}" for name in missing_files(given, contents)),
            *(_examined(given, say) if not older else []),
        ]
    if older:
        say(f"このバックアップは古い版のものです（まだの変更 {len(older)}）。表の中の検査は省きました。")
    return Verdict(contents, tuple(troubles))


def note_verified(manifest: Manifest) -> bool:
    """Write into the database of the house that this backup was proven; False where it does not know it."""
    return bool(Backup.objects.filter(identifier=manifest.identifier).update(verified_at=clock.now()))


@contextmanager
def _throw_away_database() -> Iterator[dict[str, Any]]:
    name = f"todoke_restore_test_{secrets.token_hex(4)}"
    given = database.parameters()
    try:
        with database.open_beside(given) as beside:
            beside.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except (psycopg.errors.InsufficientPrivilege, psycopg.OperationalError):
        with _server_of_our_own() as ours:
            yield ours
        return
    try:
        yield {**given, "dbname": name}
    finally:
        with database.open_beside(given) as beside:
            beside.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _server_of_our_own() -> Iterator[dict[str, Any]]:
    home = settings.VAR / f"restore-test-{secrets.token_hex(4)}"
    server = EmbeddedServer(home)
    try:
        server.start()
        told = server.settings()
        yield {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "dbname": told["NAME"]}
    finally:
        server.stop()
        place = server.place
        for folder in dict.fromkeys((place.folder, place.sockets, home)):
            shutil.rmtree(folder, ignore_errors=True)


def _lost_rows(given: dict[str, Any], manifest: Manifest) -> Iterator[str]:
    with database.open_beside(given) as connection, connection.cursor() as cursor:
        for name, rows in manifest.tables.items():
            try:
                cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name)))
            except psycopg.errors.UndefinedTable:
                yield f"表 {name} がありません。"
                continue
            (found,) = cursor.fetchone() or (0,)
            if found != rows:
                yield f"表 {name} は {rows} 行のはずが {found} 行です。"
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        if tuple((room, name) for room, name in cursor.fetchall()) != manifest.migrations:
            yield "表の変更の記録が、バックアップのときと違います。"


def _examined(given: dict[str, Any], say: Say) -> list[str]:
    troubles = []
    with database.django_pointed_at(given):
        for examination in examinations:
            with transaction.atomic():
                found = examination.run()
            say(f"{examination.title}: {'異常なし' if not found else f'{len(found)} 件の異常'}")
            troubles += [f"{examination.title}: {trouble}" for trouble in found]
    return troubles
