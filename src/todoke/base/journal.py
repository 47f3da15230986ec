"""What somebody entered while the database was away: sealed files on this host, so that no entry is lost with a tab.

Not a queue: nothing is done by itself when the database is back, because whoever wrote it may have sent it again, or
acted by other means. A person looks (`todoke journal`), and forgets it.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from todoke.base.disk import write_atomically
from todoke.base.sealing import CannotOpen, open_sealed, seal

SEALED_AS = b"base.journal"
BYTES_MAX = 256 * 1024
ENTRIES_MAX = 500
KEPT = timedelta(days=30)

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Entry:
    """One thing that somebody sent: when, to which address of ours, and every field as it was entered."""

    name: str
    at: datetime
    address: str
    fields: Fields


def keep(address: str, fields: Fields, *, at: datetime) -> str | None:
    """Keep what was sent; its name, or None where it is too large, there are too many, or the disk takes no more."""
    told = json.dumps({"at": at.isoformat(), "address": address, "fields": fields}, ensure_ascii=False).encode()
    forget_older(at - KEPT)
    if len(told) > BYTES_MAX or len(names()) >= ENTRIES_MAX:
        return None
    name = f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    try:
        write_atomically(_path(name), seal(told, context=SEALED_AS), mode=0o600)
    except OSError:
        return None
    return name


def names() -> list[str]:
    """The names of all entries, the oldest first."""
    return sorted(path.stem for path in _folder().glob("*.sealed"))


def read(name: str) -> Entry:
    """One entry. Raises LookupError where there is none of this name, base.sealing.CannotOpen without its key."""
    if name not in names():
        raise LookupError(name)
    told = json.loads(open_sealed(_path(name).read_bytes(), context=SEALED_AS))
    return Entry(name, datetime.fromisoformat(told["at"]), told["address"], told["fields"])


def forget(name: str) -> None:
    """Take an entry away. Raises LookupError."""
    if name not in names():
        raise LookupError(name)
    _path(name).unlink(missing_ok=True)


def forget_older(than: datetime) -> None:
    """Take away what nobody has looked at for so long."""
    for name in names():
        with suppress(CannotOpen, LookupError, OSError, ValueError):
            if read(name).at < than:
                forget(name)


def _folder() -> Path:
    return Path(settings.VAR) / "journal"


def _path(name: str) -> Path:
    return _folder() / f"{name}.sealed"
