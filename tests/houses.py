"""Houses for tests that need more than one database: each with a folder, a database and processes of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class House:
    """One `TODOKE_VAR` and one database; `run` is the command `todoke` in a process of its own."""

    var: Path
    server: dict[str, Any]
    name: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Its DATABASE_URL."""
        given = {name: value for name, value in self.server.items() if value}
        user = quote(str(given.pop("user", "")), safe="")
        return f"postgresql://{user}@/{self.name}?" + "&".join(
            f"{name}={quote(str(value), safe='')}" for name, value in given.items()
        )

    def environment(self) -> dict[str, str]:
        """What its processes see; nothing of the house that runs the tests."""
        usual = {name: value for name, value in os.environ.items() if not name.startswith(("TODOKE_", "DATABASE_URL"))}
        return {
            **usual,
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
            "DJANGO_SETTINGS_MODULE": "todoke.project.settings",
            "TODOKE_VAR": str(self.var),
            "DATABASE_URL": self.address,
            **self.more,
        }

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`todoke WORDS`; with `check`, a failure is a fault of the test and shows what was said."""
        done = subprocess.run(
            [sys.executable, "-m", "todoke.project.cli", *words],
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or done.returncode == 0, f"todoke {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done

    def inside(self, script: str, *words: str) -> str:
        """What a piece of Python says that runs with this house's settings and models."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django\ndjango.setup()\n{script}", *words],
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of its database, or none for a statement that gives none."""
        with psycopg.connect(**self.server, dbname=self.name, autocommit=True) as connection:
            cursor = connection.execute(question, values or None)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []


def usual_server() -> dict[str, Any]:
    """The server on which the tests run, without the name of a database."""
    from todoke.base.backup.database import parameters

    kept = ("host", "port", "user", "password", "sslmode")
    return {name: value for name, value in parameters().items() if name in kept and value}


@contextmanager
def database(server: dict[str, Any], name: str, *, template: str = "template0") -> Iterator[str]:
    """A database that is there for a while."""

    def order(words: str, *names: str) -> None:
        with psycopg.connect(**server, dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))

    order("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    order("CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield name
    finally:
        order("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
