"""Files that are whole or not there: what a power cut, a full disk or a second writer may not spoil."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put `content` at `path` so that a reader sees the old file or the new one, never a part, also after a crash.

    Creates missing folders. Raises OSError (disk full, no permission) and then leaves the old file as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    # The rename itself is only safe once the folder has been written.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def nearest_folder(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists: whose disk it would be on."""
    return next(above for above in (path, *path.parents) if above.exists())
