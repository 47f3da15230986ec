"""Ready: the database answers, its tables are ours, nobody is stopping us."""

import os
import socket
import threading
import time

import pytest
from django.db import connection

from todoke.base.health import readiness, stopping
from todoke.base.health.readiness import Examination, database_lacks


def keys(lacks) -> list[str]:
    return [lack.key for lack in lacks]


@pytest.fixture
def fresh(monkeypatch):
    monkeypatch.setattr(readiness, "_examination", Examination(kept_seconds=0))


@pytest.fixture
def silent_port():
    """A port that takes connections and says nothing: a database host that hangs."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listener:
        yield listener.getsockname()[1]


def elsewhere(monkeypatch, **where) -> None:
    parameters = {**connection.get_connection_params(), **where}
    monkeypatch.setattr(readiness, "connection", type("Elsewhere", (), {"get_connection_params": lambda: parameters}))


@pytest.mark.django_db
def test_a_migrated_database_lacks_nothing() -> None:
    assert database_lacks(2) == []


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_named(monkeypatch) -> None:
    wanted = {**readiness.wanted_migrations(), ("messaging", "9999_not_yet"): ()}
    monkeypatch.setattr(readiness, "wanted_migrations", lambda: wanted)

    (lack,) = database_lacks(2)

    assert lack.key == "migrations"
    assert "messaging 9999_not_yet" in lack.says
    assert "todoke migrate" in lack.says


@pytest.mark.django_db
def test_a_migration_that_replaces_applied_ones_is_not_missing(monkeypatch) -> None:
    applied = next(iter(readiness.wanted_migrations()))
    monkeypatch.setattr(readiness, "wanted_migrations", lambda: {("messaging", "9999_squashed"): (applied,)})

    assert database_lacks(2) == []


def test_a_database_that_refuses_is_told_without_its_address(monkeypatch) -> None:
    elsewhere(monkeypatch, host="127.0.0.1", port=1, dbname="secret-name")

    (lack,) = database_lacks(2)

    assert (lack.key, lack.says) == ("database", "データベースにつながりません。")


def test_a_database_that_hangs_is_told_within_the_limit_and_asked_once(monkeypatch, silent_port) -> None:
    elsewhere(monkeypatch, host="127.0.0.1", port=silent_port)
    examination = Examination(limit_seconds=0.3)
    began, threads = time.monotonic(), threading.active_count()

    first, second = examination.lacks(), examination.lacks()

    assert time.monotonic() - began < 1.5
    assert keys(first) == keys(second) == ["database"]
    assert "0.3" not in first[0].says
    assert threading.active_count() <= threads + 1


def test_a_server_that_is_stopping_says_so(settings, tmp_path, fresh, monkeypatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr(readiness, "database_lacks", lambda _limit: [])
    assert readiness.lacks() == []

    stopping.begin(tmp_path, os.getppid())
    stopped = readiness.lacks()
    stopping.forget(tmp_path, os.getppid())

    assert keys(stopped) == ["stopping"]
    assert readiness.lacks() == []
