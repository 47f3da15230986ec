"""Which pg_dump is taken, and what of the database's address shows."""

from pathlib import Path

import pytest

from todoke.base.backup import programs
from todoke.base.backup.trouble import BackupTrouble


@pytest.fixture
def installed(monkeypatch):
    def are(*majors: int) -> None:
        monkeypatch.setattr(programs, "_candidates", lambda name: iter(Path(f"/opt/{m}/{name}") for m in majors))
        monkeypatch.setattr(programs, "_major", lambda path: int(path.parent.name))

    return are


@pytest.mark.parametrize(("majors", "server", "taken"), [((18, 15, 16), 15, 15), ((18, 15), 16, 18), ((17,), 17, 17)])
def test_the_one_nearest_to_the_server_is_taken(installed, majors, server, taken):
    installed(*majors)

    assert programs.fitting("pg_dump", oldest=server).major == taken


def test_one_that_is_too_old_is_refused_with_what_was_found(installed):
    installed(15, 16)

    with pytest.raises(BackupTrouble, match=r"PostgreSQL 18 に合う pg_dump がありません（.*16 版") as refused:
        programs.fitting("pg_dump", oldest=18)

    assert "PATH" in str(refused.value)


def test_the_embedded_servers_own_is_always_among_them():
    assert programs.fitting("pg_dump", oldest=18).major >= 18


def test_the_password_stands_in_the_environment_and_nowhere_else():
    found = programs.environment(
        {"host": "a,b", "port": 5432, "user": "u", "password": "secret", "dbname": "city", "tcp_user_timeout": "1"},
        database="other",
    )

    assert found["PGPASSWORD"] == "secret"
    assert (found["PGHOST"], found["PGPORT"], found["PGDATABASE"]) == ("a,b", "5432", "other")
    assert "PGTARGETSESSIONATTRS" not in found
