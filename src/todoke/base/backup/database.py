"""Reaching the database beside Django: connections of our own, and Django's pointed elsewhere for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from todoke.base.postgres import EmbeddedServer

# Whoever holds it exclusively is restoring; dispatchers take it shared before they claim anything.
RESTORING = 0x746F_646F_6B65_0001

# Where the tables wait that a restore replaces, until it has gone well.
ASIDE = "todoke_before_restore"

# What Django gives its own connections, and psql's family does not know.
_DJANGOS_OWN = ("cursor_factory", "context", "prepare_threshold", "client_encoding")


def parameters() -> dict[str, Any]:
    """How Django reaches its database at this moment, as libpq names it."""
    found = connection.get_connection_params()
    return {name: value for name, value in found.items() if name not in _DJANGOS_OWN}


def open_beside(given: dict[str, Any]) -> psycopg.Connection[Any]:
    """A connection of our own, in autocommit."""
    return psycopg.connect(**given, autocommit=True)


@contextmanager
def server_running() -> Iterator[None]:
    """Have the embedded server running, and stop it again where it was not; nothing where the database is elsewhere."""
    server: EmbeddedServer | None = settings.EMBEDDED_SERVER
    if server is None or server.is_running():
        yield
        return
    server.start()
    try:
        yield
    finally:
        let_go()
        server.stop()


def let_go() -> None:
    """Close Django's connection and its pool."""
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]  # of Django's backend for PostgreSQL


@contextmanager
def django_pointed_at(given: dict[str, Any]) -> Iterator[None]:
    """Have Django's usual connection lead to another database. For commands, which have one thread."""
    usual = dict(connection.settings_dict)
    let_go()
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    connection.settings_dict.update({ours: str(given.get(theirs) or "") for theirs, ours in named.items()})
    connection.settings_dict["OPTIONS"] = {name: value for name, value in given.items() if name not in named}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(usual)


def tables_of(cursor: psycopg.Cursor[Any]) -> list[str]:
    """The names of all tables of ours."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]
