"""The key store: one small file for each period key, outside the database and outside its backups.

`IDENTIFIER.key` holds the key, sealed with SEAL_KEYS; `IDENTIFIER.gone` says that it was destroyed, and under which
keys the records that were still kept lay from then on. The second one is what makes a restored backup right again:
whoever is named in it is still there under another key, and whoever is not was purged. No key comes back once its
`.gone` stands. Every file is whole or not there, readable by its owner alone, and on the disk before anything relies
on it.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base import sealing
from todoke.base.disk import write_atomically

KEY_BYTES = 32
MODE = 0o600
FOLDER_MODE = 0o700


class KeyIsGone(Exception):
    """This key was destroyed: what hangs on it can be read by nobody."""


class KeyIsMissing(Exception):
    """The key should be in the store and is not: the folder is not mounted, or was lost. Nothing was purged."""

    sentence: str | Promise = _(
        "保管の鍵が見つかりません。鍵の置き場（TODOKE_KEY_STORE）を確かめ、"
        "写しから「todoke keys import」で戻してください。"
    )

    def __init__(self, identifier: UUID) -> None:
        super().__init__(f"{identifier}.key is neither there nor destroyed; check TODOKE_KEY_STORE")
        self.identifier = identifier


class KeyIsDamaged(KeyIsMissing):
    """The file of the key is there and cannot be opened: altered, or sealed with a key that SEAL_KEYS has no more."""


@dataclass(frozen=True)
class About:
    """What a period key is for: enough to make its row anew in a database that has gone back in time."""

    kind: str
    label: str
    retention_class: str
    made_at: datetime


@dataclass(frozen=True)
class Survivor:
    """Where the data key of a record that is still kept lies now: the period key, and the wrapped bytes."""

    period: UUID
    wrapped_key: bytes


@dataclass(frozen=True)
class Purged:
    """That a record was purged, and the dates by which it was: a restored database may not know them."""

    closed_on: date
    expires_on: date


def is_there() -> bool:
    """Whether the folder exists."""
    return _root().is_dir()


def put(identifier: UUID, about: About) -> None:
    """Make a new key and keep it; it is on the disk when this returns. Raises OSError."""
    write(identifier, about, secrets.token_bytes(KEY_BYTES))


def write(identifier: UUID, about: About, secret: bytes) -> None:
    """Keep this key, sealed with the first of SEAL_KEYS."""
    told = {
        "kind": about.kind,
        "label": about.label,
        "class": about.retention_class,
        "made_at": about.made_at.isoformat(),
        "secret": base64.b64encode(secret).decode(),
    }
    _keep(_path(identifier, "key"), told)


def read(identifier: UUID) -> tuple[About, bytes]:
    """The key and what it is for. Raises KeyIsGone, KeyIsMissing, KeyIsDamaged."""
    # The mark of its destruction counts before the key: a crash may have left both.
    if _path(identifier, "gone").exists():
        raise KeyIsGone(str(identifier))
    try:
        told = _read(_path(identifier, "key"))
    except FileNotFoundError as error:
        raise KeyIsMissing(identifier) from error
    except (OSError, ValueError, sealing.CannotOpen) as error:
        raise KeyIsDamaged(identifier) from error
    about = About(told["kind"], told["label"], told["class"], datetime.fromisoformat(told["made_at"]))
    return about, base64.b64decode(told["secret"])


def destroy(
    identifier: UUID, survivors: Mapping[UUID, Survivor], purged: Mapping[UUID, Purged] | None = None, *, on: date
) -> None:
    """Destroy a key for good; where the records lie that are still kept is written first. May be done again."""
    mark = _path(identifier, "gone")
    if not mark.exists():
        told = {
            "on": on.isoformat(),
            "survivors": {
                str(custody): [str(each.period), base64.b64encode(each.wrapped_key).decode()]
                for custody, each in survivors.items()
            },
            "purged": {
                str(custody): [each.closed_on.isoformat(), each.expires_on.isoformat()]
                for custody, each in (purged or {}).items()
            },
        }
        _keep(mark, told)
    _burn(_path(identifier, "key"))


def is_gone(identifier: UUID) -> bool:
    """Whether this key was destroyed."""
    return _path(identifier, "gone").exists()


def fate(identifier: UUID, custody: UUID) -> Survivor | Purged | None:
    """What became of a record whose key was destroyed, through as many keys as were destroyed since; None: unknown."""
    found: Survivor | None = None
    seen: set[UUID] = set()
    while identifier not in seen and is_gone(identifier):
        seen.add(identifier)
        told = _read(_path(identifier, "gone"))
        if dates := told["purged"].get(str(custody)):
            return Purged(date.fromisoformat(dates[0]), date.fromisoformat(dates[1]))
        if not (now := told["survivors"].get(str(custody))):
            return None
        found = Survivor(UUID(now[0]), base64.b64decode(now[1]))
        identifier = found.period
    return found


def identifiers(suffix: str = "key") -> Iterator[UUID]:
    """The keys that are there; with “gone”, those that were destroyed."""
    for path in sorted(_root().glob(f"*.{suffix}")):
        yield UUID(path.stem)


def content(identifier: UUID, suffix: str) -> bytes:
    """The file as it lies there, sealed."""
    return _path(identifier, suffix).read_bytes()


def put_back(identifier: UUID, suffix: str, sealed: bytes) -> bool:
    """A file of a copy: written where it is not there, a destroyed key never; says whether it was written.

    Raises CannotOpen for one that SEAL_KEYS do not open: nothing is written then.
    """
    path = _path(identifier, suffix)
    sealing.open_sealed(sealed, context=_context(path))
    if path.exists() or is_gone(identifier):
        return False
    _make_folder()
    write_atomically(path, sealed, mode=MODE)
    if suffix == "gone":
        _burn(_path(identifier, "key"))
    return True


def seal_anew() -> int:
    """Seal every file with the first of SEAL_KEYS, so that an older one may leave the list; how many were changed."""
    changed = 0
    for path in (*_root().glob("*.key"), *_root().glob("*.gone")):
        if not sealing.is_sealed_with_the_first_key(path.read_bytes()):
            _keep(path, _read(path))
            changed += 1
    return changed


def _root() -> Path:
    return Path(settings.KEY_STORE)


def _path(identifier: UUID, suffix: str) -> Path:
    return _root() / f"{identifier}.{suffix}"


def _context(path: Path) -> bytes:
    # A file under another name does not open: nobody can put one key in the place of another.
    return b"retention." + path.name.encode()


def _read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(sealing.open_sealed(path.read_bytes(), context=_context(path)))
    return told


def _keep(path: Path, told: dict[str, Any]) -> None:
    _make_folder()
    write_atomically(path, sealing.seal(json.dumps(told).encode(), context=_context(path)), mode=MODE)


def _burn(path: Path) -> None:
    if not path.exists():
        return
    # Overwritten for disks that write in place; on others the encryption of the disk has the last word.
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync_folder()


def _make_folder() -> None:
    _root().mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)


def _sync_folder() -> None:
    folder = os.open(_root(), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
