"""What arrived at a simulated service, kept in files: one line of JSON for each arrival.

No database: a drill that rehearses its loss needs its mailbox all the more. Writing is for the simulators' process
alone, reading for any. The files hold addresses, so they are the owner's alone.
"""

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from todoke.base.clock import now

SEGMENT = 500
KEPT_MAX = 10_000


@dataclass(frozen=True)
class Arrival:
    """One thing that arrived.

    `key` is what makes a repeat known, `digest` the SHA-256 of its bytes, `content` the route's own; `duplicate` says
    that this key had arrived before. `received_at` is in UTC, ISO 8601.
    """

    number: int
    received_at: str
    key: str
    digest: str
    duplicate: bool
    mode: str
    title: str
    content: dict[str, Any]


class Postbox:
    """The arrivals of one route, numbered from 1, in files of 500; the oldest beyond ten thousand are dropped."""

    def __init__(self, folder: Path, *, kept_max: int = KEPT_MAX) -> None:
        self.folder = folder
        self.kept_max = kept_max
        self._lock = threading.Lock()
        self._latest: int | None = None
        self._known: OrderedDict[str, Arrival] = OrderedDict()

    def put(self, key: str, body: bytes, *, mode: str, title: str, content: dict[str, Any]) -> Arrival:
        """Keep an arrival; a key that arrived before marks it as a duplicate."""
        with self._lock:
            self._remember()
            number = (self._latest or 0) + 1
            arrival = Arrival(
                number=number,
                received_at=now().isoformat(),
                key=key,
                digest=hashlib.sha256(body).hexdigest(),
                duplicate=key in self._known,
                mode=mode,
                title=title,
                content=content,
            )
            self._append(arrival)
            self._latest = number
            self._note(arrival)
            if number % SEGMENT == 0:
                self._drop_old(number)
            return arrival

    def earlier(self, key: str) -> Arrival | None:
        """The arrival with this key that the service took, if it is still kept. For the simulators' process."""
        with self._lock:
            self._remember()
            return self._known.get(key)

    def with_start(self, start: str) -> Arrival | None:
        """The newest arrival whose key begins like this, if it is still kept. For the simulators' process."""
        with self._lock:
            self._remember()
            return next((self._known[key] for key in reversed(self._known) if key.startswith(start)), None)

    def newest(self, *, skip: int = 0, limit: int = 50) -> list[Arrival]:
        """Newest first."""
        found = []
        for position, arrival in enumerate(self._backwards()):
            if position >= skip + limit:
                break
            if position >= skip:
                found.append(arrival)
        return found

    def find(self, number: int) -> Arrival | None:
        """The arrival with this number, or None when there is none or it has been dropped."""
        path = self._path(number)
        return next((arrival for arrival in _read(path) if arrival.number == number), None) if number > 0 else None

    def count(self) -> int:
        """How many are kept."""
        segments = self._segments()
        if not segments:
            return 0
        last = _read(segments[-1])
        return (len(segments) - 1) * SEGMENT + len(last)

    def _remember(self) -> None:
        if self._latest is not None:
            return
        self._latest = 0
        for path in self._segments():
            for arrival in _read(path):
                self._latest = arrival.number
                self._note(arrival)

    def _note(self, arrival: Arrival) -> None:
        # A repeat that the service refused changes nothing about what it has.
        if arrival.key not in self._known or not arrival.content.get("refused"):
            self._known[arrival.key] = arrival
        while len(self._known) > self.kept_max:
            self._known.popitem(last=False)

    def _append(self, arrival: Arrival) -> None:
        line = json.dumps(asdict(arrival), ensure_ascii=False).encode() + b"\n"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One write to a file opened for appending: a reader sees a whole line, or one without its end, which it skips.
        descriptor = os.open(self._path(arrival.number), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def _path(self, number: int) -> Path:
        return self.folder / f"{(number - 1) // SEGMENT:09}.jsonl"

    def _segments(self) -> list[Path]:
        return sorted(self.folder.glob("?????????.jsonl"))

    def _drop_old(self, number: int) -> None:
        oldest_kept = self._path(max(number - self.kept_max + 1, 1))
        for path in self._segments():
            if path < oldest_kept:
                path.unlink(missing_ok=True)

    def _backwards(self) -> Iterator[Arrival]:
        for path in reversed(self._segments()):
            yield from reversed(_read(path))


def _read(path: Path) -> list[Arrival]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    # What stands after the last line break is still being written, or was cut off by a crash.
    return [arrival for line in lines[:-1] if (arrival := _understood(line))]


def _understood(line: bytes) -> Arrival | None:
    try:
        return Arrival(**json.loads(line))
    except (ValueError, TypeError):
        return None
