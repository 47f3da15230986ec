"""What the simulated station was told to say, in files, and what each unit does at an instant: pure arithmetic over
the time since it was told, so that a page and a caller always see the same."""

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from todoke.base.disk import write_atomically
from todoke.shared.loudspeakers.rules import Wave, starts_of, stopped_words
from todoke.shared.loudspeakers.station.faults import Faults

KEPT_MAX = 200
# Groups of one edition are ordered at the same moment, and each order has a number of its own.
_taking = threading.Lock()


class BadOrder(ValueError):
    """The station cannot carry this order out. The text says why."""


@dataclass(frozen=True)
class Told:
    """One order as the station keeps it. `lost`: accepted, and never sounded. `stopped_at`: another one replaced it."""

    key: str
    number: int
    told_at: datetime
    mode: str
    title: str
    text: str
    sha256: str
    seconds: float
    waves: tuple[Wave, ...]
    dead: frozenset[str]
    mute: frozenset[str]
    lost: bool
    start_after: float = 0
    stopped_at: datetime | None = None

    def units_at(self, at: datetime) -> dict[str, dict[str, Any]]:
        """What each unit says at this instant."""
        until = at if self.stopped_at is None else min(at, self.stopped_at)
        since = (until - self.told_at).total_seconds() - self.start_after
        starts = starts_of(self.waves, self.seconds)
        units = {unit: self._unit(unit, since - starts[wave.number]) for wave in self.waves for unit in wave.units}
        if self.is_stopped(at):
            for wave in self.waves:
                for unit in wave.units:
                    units[unit] = _stopped(units[unit], since - starts[wave.number])
        return units

    def is_stopped(self, at: datetime) -> bool:
        """Whether it has been stopped by then."""
        return self.stopped_at is not None and self.stopped_at <= at

    def state_at(self, at: datetime) -> str:
        """`queued`, `sounding` or `done`."""
        if self.is_stopped(at):
            return "done"
        if self.lost:
            return "queued"
        since = (at - self.told_at).total_seconds() - self.start_after
        if since < 0:
            return "queued"
        ends = max(starts_of(self.waves, self.seconds).values()) + self.seconds
        return "done" if since >= ends else "sounding"

    def _unit(self, unit: str, since: float) -> dict[str, str]:
        if self.lost or since < 0:
            return {"state": "waiting"}
        if unit in self.mute:
            return {"state": "unknown", "says": "子局から返事がありません"}
        if unit in self.dead:
            return {"state": "failed", "says": "子局が応答しません（電源または回線）"}
        return {"state": "sounded" if since >= self.seconds else "sounding"}


def _stopped(told: dict[str, Any], since: float) -> dict[str, Any]:
    """What a unit says once it was stopped: it had not begun, or was sounding for so long; others say what they did."""
    if told["state"] not in ("waiting", "sounding"):
        return told
    after = round(max(since, 0.0), 1) if told["state"] == "sounding" else 0.0
    return {"state": "stopped", "after_seconds": after, "says": stopped_words(after)}


class Shelf:
    """The station's files: sounds by their SHA-256, orders by their key."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep_sound(self, sha256: str, sound: bytes) -> bool:
        """Keep a sound; False when it was there already. Raises BadOrder when it is not what its name says."""
        if hashlib.sha256(sound).hexdigest() != sha256:
            raise BadOrder("the sound is not the one that its SHA-256 names")
        path = self.sound(sha256)
        if path.exists():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, sound)
        return True

    def sound(self, sha256: str) -> Path:
        """Where a sound lies."""
        return self.root / "sounds" / f"{sha256}.wav"

    def take(self, told: dict[str, Any], faults: Faults, *, at: datetime, lost: bool) -> tuple[Told, bool]:
        """Keep an order, and whether it is new: a key that is known changes nothing. Raises BadOrder."""
        with _taking:
            return self._take(told, faults, at=at, lost=lost)

    def _take(self, told: dict[str, Any], faults: Faults, *, at: datetime, lost: bool) -> tuple[Told, bool]:
        known = self.find(str(told.get("id", "")))
        if known is not None:
            return known, False
        try:
            stored = {
                "id": str(told["id"]),
                "number": len(self._paths()) + 1,
                "told_at": at.isoformat(),
                "mode": str(told["mode"]),
                "title": str(told["title"]),
                "text": str(told["text"]),
                "sha256": str(told["audio"]["sha256"]),
                "seconds": float(told["audio"]["seconds"]),
                "waves": [
                    [int(w["wave"]), list(map(str, w["groups"])), list(map(str, w["units"])), int(w["gap_seconds"])]
                    for w in told["waves"]
                ],
                "dead": sorted(faults.dead),
                "mute": sorted(faults.mute),
                "lost": lost,
                "start_after": float(told.get("start_after_seconds", 0)),
            }
        except (KeyError, TypeError, ValueError) as error:
            raise BadOrder(f"the order cannot be read: {error}") from error
        if not stored["waves"] or not self.sound(str(stored["sha256"])).exists():
            raise BadOrder("the order has no units, or its sound was not uploaded")
        path = self._path(str(stored["id"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(stored, ensure_ascii=False).encode(), mode=0o600)
        return self._with_its_stop(_understood(stored)), True

    def stop(self, keys: Iterable[str], *, at: datetime) -> list[str]:
        """Stop these at once; those that have not come yet will not sound when they do. Gives their keys.

        One that was stopped stays as it is, so that a repeated order changes nothing.
        """
        stopped = []
        for key in keys:
            path = self._stop_path(key)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                write_atomically(path, at.isoformat().encode(), mode=0o600)
            stopped.append(key)
        return stopped

    def find(self, key: str) -> Told | None:
        """The order with this key, or None."""
        return self._read(self._path(key))

    def newest(self, limit: int = 20) -> list[Told]:
        """The latest orders, newest first."""
        paths = sorted(self._paths(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return [told for path in paths[:limit] if (told := self._read(path))]

    def drop_old(self) -> None:
        """Forget all but the latest two hundred orders; sounds that nobody names any more go with them."""
        paths = sorted(self._paths(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in paths[KEPT_MAX:]:
            path.unlink(missing_ok=True)
        for path in sorted((self.root / "stopped").glob("*"), key=lambda path: path.stat().st_mtime_ns)[:-KEPT_MAX]:
            path.unlink(missing_ok=True)
        named = {told.sha256 for path in paths[:KEPT_MAX] if (told := _read(path))}
        if len(paths) > KEPT_MAX:
            for sound in (self.root / "sounds").glob("*.wav"):
                if sound.stem not in named:
                    sound.unlink(missing_ok=True)

    def _read(self, path: Path) -> Told | None:
        told = _read(path)
        return told and self._with_its_stop(told)

    def _with_its_stop(self, told: Told) -> Told:
        try:
            return replace(told, stopped_at=datetime.fromisoformat(self._stop_path(told.key).read_text("ascii")))
        except (OSError, ValueError):
            return told

    def _stop_path(self, key: str) -> Path:
        return self.root / "stopped" / self._path(key).stem

    def _paths(self) -> list[Path]:
        return list((self.root / "orders").glob("*.json"))

    def _path(self, key: str) -> Path:
        # A key from outside is never a path.
        return self.root / "orders" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"


def units_of(told: Iterable[Told]) -> frozenset[str]:
    """Every unit that any of these orders named."""
    return frozenset(unit for one in told for wave in one.waves for unit in wave.units)


def _read(path: Path) -> Told | None:
    try:
        return _understood(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _understood(stored: dict[str, Any]) -> Told:
    return Told(
        key=stored["id"],
        number=stored["number"],
        told_at=datetime.fromisoformat(stored["told_at"]),
        mode=stored["mode"],
        title=stored["title"],
        text=stored["text"],
        sha256=stored["sha256"],
        seconds=stored["seconds"],
        waves=tuple(Wave(number, tuple(groups), tuple(units), gap) for number, groups, units, gap in stored["waves"]),
        dead=frozenset(stored["dead"]),
        mute=frozenset(stored["mute"]),
        lost=stored["lost"],
        start_after=stored["start_after"],
    )
