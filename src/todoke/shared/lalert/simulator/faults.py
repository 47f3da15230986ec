"""What a simulated node does wrong, ordered by staff, kept in one small file that both processes read and write."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ROUTES = ("normal", "backup", "UMC1", "UMC2", "UMC3")


class FaultKind(TextChoices):
    """The ways in which a node, or a carrier behind it, fails."""

    USER_ERROR = "401", _("アカウントを認めない（401）")
    NOT_BY_SCHEMA = "402", _("形式を受け付けない（402）")
    NODE_TROUBLE = "901", _("ノードの障害と答える（901）")
    HANG = "hang", _("返事をしない（受け取らない）")
    SWALLOW = "swallow", _("受け取ってから、返事をせずに切る")
    GARBAGE = "garbage", _("受け取ってから、読めない返事を返す")
    DEAD = "dead", _("止まっている（受け取らずに切る）")


@dataclass(frozen=True)
class Fault:
    """One fault, for the next `calls` calls, or until it is cleared."""

    kind: FaultKind
    calls: int | None = None

    def __post_init__(self) -> None:
        if self.calls is not None and self.calls < 1:
            raise ValueError("calls is a whole number from 1")


class FaultBook:
    """The faults in force, by node or carrier. The file is locked while it is read and written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "faults.json"

    def set(self, route: str, fault: Fault) -> None:
        """Put a fault in force, in place of the earlier one. Raises ValueError for an unknown route."""
        _check(route)
        with self._open() as faults:
            faults[route] = {"kind": fault.kind.value, "calls": fault.calls}

    def clear(self, route: str) -> None:
        """Make one node or carrier well again."""
        _check(route)
        with self._open() as faults:
            faults.pop(route, None)

    def take(self, route: str) -> Fault | None:
        """The fault for this call, counted."""
        with self._open() as faults:
            fault = _understood(faults.get(route))
            if fault is not None and fault.calls is not None:
                if fault.calls == 1:
                    del faults[route]
                else:
                    faults[route]["calls"] = fault.calls - 1
            return fault

    def in_force(self) -> dict[str, Fault]:
        """All of them, without counting a call."""
        with self._open() as faults:
            found = {route: _understood(told) for route, told in faults.items()}
        return {route: fault for route, fault in found.items() if fault is not None}

    @contextmanager
    def _open(self) -> Iterator[dict[str, Any]]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = file.read()
            faults = _read(before)
            yield faults
            after = json.dumps(faults)
            if after != before:
                file.seek(0)
                file.truncate()
                file.write(after)


def _check(route: str) -> None:
    if route not in ROUTES:
        raise ValueError(f"no node or carrier “{route}”: one of {', '.join(ROUTES)}")


def _read(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text or "{}")
    except ValueError:
        # Cut off by a crash: a simulator without faults is better than none.
        return {}
    return told if isinstance(told, dict) else {}


def _understood(told: Any) -> Fault | None:
    try:
        return Fault(FaultKind(told["kind"]), told["calls"])
    except (TypeError, KeyError, ValueError):
        return None
