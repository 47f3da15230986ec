"""The database of which every run of the tests takes copies, so that nobody waits for all migrations again.

It is kept on the server from run to run and named for what the migrations say: other migrations make another one, and
the old one goes. Django migrates each copy all the same, and finds nothing to do.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.utils import CursorWrapper

from tests.houses import usual_server

# What is installed beside the house brings migrations too, and some of them run statements of its package.
INSTALLED = Path(__file__).resolve().parents[1] / "locks" / "run.txt"
LOCK = 719_531
# As the settings name it, before it is named for a worker; a name has 63 bytes at most.
BEGINNING = f"kept_{connection.settings_dict['NAME'][:32]}_"

_create = DatabaseCreation._create_test_db


def is_there() -> bool:
    """Whether copies can be taken at once. Asked outside of any test, where Django's own connection is shut."""
    with psycopg.connect(**usual_server(), dbname="postgres") as server:
        found = server.execute("SELECT FROM pg_database WHERE datname = %s", [_name()])
        return found.fetchone() is not None


def make_it() -> None:
    """Have it there, made now or by somebody else at the same moment."""
    with _alone() as cursor:
        _ensure(connection.creation, cursor)


def create_as_copy(creation: DatabaseCreation, verbosity: int, autoclobber: bool = False, keepdb: bool = False) -> str:
    """Stands in the place of DatabaseCreation._create_test_db."""
    test = creation.connection.settings_dict["TEST"]
    if test.get("TEMPLATE"):
        return _create(creation, verbosity, autoclobber, keepdb)
    with _alone() as cursor:
        if keepdb and creation._database_exists(cursor, creation._get_test_db_name()):
            return creation._get_test_db_name()
        test["TEMPLATE"] = _ensure(creation, cursor)
        try:
            return _create(creation, verbosity, autoclobber, keepdb)
        finally:
            del test["TEMPLATE"]


def _ensure(creation: DatabaseCreation, cursor: CursorWrapper) -> str:
    kept = _name()
    if creation._database_exists(cursor, kept):
        return kept
    # Under another name until it is complete: whoever is killed here leaves no half of it.
    draft = f"{BEGINNING}draft"
    _migrate(creation, draft)
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [BEGINNING])
    for (old,) in cursor.fetchall():
        if old != draft and len(old) == len(kept):
            cursor.execute(f"DROP DATABASE {creation._quote_name(old)}")
    cursor.execute(f"ALTER DATABASE {creation._quote_name(draft)} RENAME TO {creation._quote_name(kept)}")
    return kept


def _migrate(creation: DatabaseCreation, name: str) -> None:
    facts = creation.connection.settings_dict
    usual, test = facts["NAME"], facts["TEST"]
    facts["TEST"] = {**test, "NAME": name, "TEMPLATE": "template0"}
    try:
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        creation.connection.close()
        creation.connection.close_pool()
        facts["NAME"], facts["TEST"] = usual, test


def _name() -> str:
    said = hashlib.sha256(f"{django.__version__} {INSTALLED.read_text(encoding='utf-8')}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted((Path(app.path) / "migrations").rglob("*.*")):
            if file.suffix != ".pyc":
                said.update(f"{app.label} {file.name} ".encode())
                said.update(file.read_bytes())
    return f"{BEGINNING}{said.hexdigest()[:16]}"


@contextmanager
def _alone() -> Iterator[CursorWrapper]:
    """One makes it, or copies it; the others wait."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield cursor
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


if __name__ == "__main__":
    django.setup()
    DatabaseCreation._create_test_db = create_as_copy  # type: ignore[method-assign]
    make_it()
