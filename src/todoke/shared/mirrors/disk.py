"""The public files as they stand on disk: names, hashes, and their bytes when they are wanted."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from todoke.shared.messaging.public_files import read
from todoke.shared.mirrors.rules import PublicFile, is_public_name

# Hashes by path, size, moment and inode: files are replaced as a whole, never written into.
_known: dict[tuple[str, int, int, int], str] = {}
_KNOWN_MAX = 20_000


def public_files(root: Path) -> dict[str, PublicFile]:
    """Every public file below this folder, by its name relative to it; never a draft's, a lock's or a drill's."""
    found: dict[str, PublicFile] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not is_public_name(name):
            continue
        try:
            told = path.stat()
            if not path.is_file() or path.is_symlink():
                continue
            key = (str(path), told.st_size, told.st_mtime_ns, told.st_ino)
            digest = _known.get(key) or hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            continue  # withdrawn at this very moment
        if len(_known) >= _KNOWN_MAX:
            _known.clear()
        _known[key] = digest
        found[name] = PublicFile(name, digest, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC))
    return found


def bytes_of(root: Path, name: str) -> bytes | None:
    """What the file holds now, or None when it has been withdrawn."""
    return read(root / name)
