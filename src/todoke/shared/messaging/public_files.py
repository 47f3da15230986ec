"""The folders that any web server can serve: where they are, who may write at a time, and how a file gets there.

Every writer of public files holds the lock of its folder, reads the ledger only then, and writes what differs. So an
older state never overwrites a newer one, however long a worker was asleep between deciding and writing.
"""

import fcntl
import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from todoke.base.disk import write_atomically
from todoke.shared.messaging.types import FrozenEdition, Mode

LOCK_PATIENCE_SECONDS = 5.0
# What shrinks when packed; the packed sibling is served by nginx (gzip_static), Caddy (precompressed) and WhiteNoise.
PACKED = frozenset({".html", ".xml", ".atom", ".json", ".geojson", ".csv"})


class FolderBusy(OSError):
    """Another process has been writing public files for longer than we may wait; try later."""


def alerts_root(mode: Mode) -> Path:
    """The folder of the alert pages and feeds. Each mode has its own: a drill cannot touch a public file."""
    match mode:
        case Mode.ACTUAL:
            return Path(settings.PUBLIC_ROOT) / "alerts"
        case Mode.EXERCISE:
            return Path(settings.DRILL_ROOT) / "alerts"
        case Mode.TEST:
            return Path(settings.DRILL_ROOT) / "test" / "alerts"


def alerts_address(site: str, mode: Mode) -> str:
    """The web address of that folder, ending in a slash."""
    return (
        site.rstrip("/")
        + {Mode.ACTUAL: "/alerts/", Mode.EXERCISE: "/drill/alerts/", Mode.TEST: "/drill/test/alerts/"}[mode]
    )


def page_name(language: str) -> str:
    """The file name of a page in this language; those without a page of their own read the Japanese one."""
    return {"ja-easy": "index.easy.html", "en": "index.en.html"}.get(language, "index.html")


def page_address(site: str, mode: Mode, message_key: str, language: str = "ja") -> str:
    """The web address of an alert's own page."""
    name = page_name(language)
    return f"{alerts_address(site, mode)}{message_key}/" + ("" if name == "index.html" else name)


def read_on_at(site: str, edition: FrozenEdition, language: str = "ja") -> str:
    """The web address where an edition is read on: the page that its content names, or the alert's own."""
    if not edition.content.page:
        return page_address(site, edition.mode, edition.message_key, language)
    address = site.rstrip("/") + edition.content.page.replace("{message}", edition.message_key)
    return address if language == "ja" else f"{address}?language={language}"


@contextmanager
def locked(root: Path, *, patience_seconds: float = LOCK_PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the folder alone, among all processes of this host; freed by the kernel when the process dies.

    Raises FolderBusy after `patience_seconds`. Hosts that share one folder over the network need a file system whose
    locks reach all of them (NFS 4 does).
    """
    root.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it: nobody serves it.
    descriptor = os.open(root.parent / f".{root.name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        give_up_at = time.monotonic() + patience_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    raise FolderBusy(f"{root} is being written by another process") from None
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def bring_about(root: Path, desired: Mapping[str, bytes]) -> list[str]:
    """Write those files that are not on disk as desired, each with its packed sibling, and name the ones written.

    The caller holds the lock. Every file written is read back; raises OSError when the disk does not hold what was
    written. Names are relative to the folder; later ones may refer to earlier ones, so they are written in order.
    """
    changed = []
    for name, content in desired.items():
        wanted = {name: content}
        if Path(name).suffix in PACKED:
            wanted[f"{name}.gz"] = packed(content)
        if all(read(root / one) == its_content for one, its_content in wanted.items()):
            continue
        # Both or none, the packed one last: a server takes a packed sibling that is older than its file for an old one.
        for one, its_content in wanted.items():
            write_atomically(root / one, its_content)
            changed.append(one)
            if read(root / one) != its_content:
                raise OSError(f"{root / one} does not hold what was written to it")
    return changed


# Looked at every few seconds, changed a few times a year.
@lru_cache(maxsize=512)
def packed(content: bytes) -> bytes:
    """The bytes as gzip, always the same for the same content: no time and no file name inside."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def read(path: Path) -> bytes | None:
    """What is on disk, or None."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


@dataclass(frozen=True)
class Upkeep:
    """A companion of the emergency lane (`todoke.base.jobs.registry.Companion`) that brings a folder to what the ledger
    says, every few seconds and without being asked: so an expiry shows, and a damaged or deleted file comes back.

    `refresh` is called with each mode, the actual one first; what it raises ends the round and is logged by the lane.
    """

    key: str
    refresh: Callable[[Mode], object]
    lanes: frozenset[str] = frozenset({"emergency"})
    every_seconds: float = 5.0

    def run(self, lane: str, stop: threading.Event) -> None:
        """Refresh all modes until told to stop."""
        del lane
        while not stop.is_set():
            for mode in Mode:
                self.refresh(mode)
            stop.wait(self.every_seconds)
