"""The key of the backups: TODOKE_BACKUP_KEY, or a file that is made with the first backup."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from todoke.base.backup.trouble import BackupTrouble


@dataclass(frozen=True)
class BackupKey:
    """The secret, and the file in which it is kept (None where the environment gives it)."""

    secret: str
    file: Path | None


def backup_key(*, make: bool) -> BackupKey:
    """The key with which this house seals its backups; `make` it where there is none yet. Raises BackupTrouble."""
    if settings.BACKUP_KEY:
        return BackupKey(settings.BACKUP_KEY, None)
    path: Path = settings.BACKUP_KEY_FILE
    if not path.exists():
        if not make:
            raise BackupTrouble(
                f"バックアップの鍵がありません。作ったときの鍵を TODOKE_BACKUP_KEY に入れるか、{path} に置いて"
                "ください。鍵がなければ、バックアップはだれにも読めません。"
            )
        _make(path)
    return BackupKey(path.read_text(encoding="ascii").strip(), path)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    # Two backups may begin at the same moment: the first link stands, and both read it.
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
