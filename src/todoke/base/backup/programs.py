"""PostgreSQL's own programmes that make and read a dump, and how they reach the database."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import pq

from todoke.base.backup.trouble import BackupTrouble
from todoke.base.postgres import ServerTrouble
from todoke.base.postgres.engine import find_engine

# Debian, the PostgreSQL project's own packages for Red Hat, Homebrew.
USUAL_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class Programme:
    """One of PostgreSQL's programmes and its major version."""

    path: Path
    major: int


def fitting(name: str, *, oldest: int) -> Programme:
    """The programme of this name that is at least as new as `oldest`, and nearest to it. Raises BackupTrouble.

    pg_dump refuses a server that is newer than itself (PostgreSQL 18, pg_dump, Notes).
    """
    found = [Programme(path, _major(path)) for path in dict.fromkeys(_candidates(name))]
    new_enough = sorted((programme for programme in found if programme.major >= oldest), key=lambda one: one.major)
    if not new_enough:
        seen = "、".join(f"{one.path}（{one.major} 版）" for one in found) or "なし"
        raise BackupTrouble(
            f"PostgreSQL {oldest} に合う {name} がありません（見つかったもの：{seen}）。"
            f"PostgreSQL {oldest} 以上のクライアントを入れ、PATH に加えてください。"
        )
    return new_enough[0]


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    for pattern in USUAL_FOLDERS:
        yield from sorted(Path("/").glob(pattern[1:] + "/" + name))
    try:
        ours = find_engine().program(name)
    except ServerTrouble:
        return
    if ours.exists():
        yield ours


def _major(path: Path) -> int:
    told = subprocess.run(  # noqa: S603 - found on PATH or in the known folders
        [str(path), "--version"], capture_output=True, text=True, check=False, timeout=10
    ).stdout
    number = re.search(r"\) (\d+)", told)
    return int(number.group(1)) if number else 0


def environment(parameters: dict[str, Any], *, database: str | None = None) -> dict[str, str]:
    """The environment in which such a programme reaches the database: nothing of it shows in the list of processes.

    `parameters` are Django's connection parameters; what has no variable of its own (the time-outs) is left out.
    """
    variables = {
        option.keyword.decode(): option.envvar.decode() if option.envvar else None
        for option in pq.Conninfo.get_defaults()
    }
    given = {**parameters, **({"dbname": database} if database else {})}
    found = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    found |= {name: os.environ[name] for name in ("HOME", "SSL_CERT_FILE") if name in os.environ}
    for name, value in given.items():
        variable = variables.get(name)
        if variable and value not in (None, ""):
            found[variable] = str(value)
    return found
