"""Letting go of recordings: what was said stays in its row for good, its sound while somebody wants to hear it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from todoke.shared.loudspeakers.queries import sounds_in_use

# The public hears it for a day; a review of the disaster comes within weeks.
KEPT = timedelta(days=90)
# A sound lies there before the broadcast is written down that names it.
UNNAMED_KEPT = timedelta(days=1)


def prune_sounds(root: Path, *, at: datetime) -> int:
    """Delete the sounds that nothing needs any more; how many.

    Done twice, or by two hosts at once, it changes nothing.
    """
    used_before = (at - UNNAMED_KEPT).timestamp()
    old = [path for path in _sounds(root) if _used_at(path) < used_before]
    needed = sounds_in_use({path.stem for path in old}, since=at - KEPT)
    gone = [path for path in old if path.stem not in needed]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _sounds(root: Path) -> Iterator[Path]:
    folder = root / "sounds"
    # Also what a process that died left half written.
    return (path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else iter(())


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        # Another host was quicker.
        return float("inf")
