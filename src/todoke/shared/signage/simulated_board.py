"""The simulated display boards: what each shows now, kept in files, and a fault that staff can order."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.base.disk import write_atomically
from todoke.shared.messaging.channels.registers import BOARD_MAX, board_units

NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
SHOWN_MAX = 20
BODY_BYTES_MAX = 10_000


class BoardFault(TextChoices):
    """How a simulated board fails."""

    NONE = "none", _("正常")
    BUSY = "busy", _("いまは受け取れない（503）")
    REFUSES = "refuses", _("断る（400）")
    TAKES_AND_FAILS = "takes-and-fails", _("受け取ってから、障害の番号を返す（500）")


@dataclass(frozen=True)
class Shown:
    """One board as a passer-by sees it, and how often it was told the same."""

    name: str
    text: str
    level: int | None
    mode: str
    received_at: datetime
    repeats: int


def take(root: Path, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """What the board answers to a call: status and JSON. A known id is a repeat, and changes nothing."""
    fault = fault_in_force(root)
    if fault is BoardFault.BUSY:
        return 503, {"message": "busy"}
    if fault is BoardFault.REFUSES:
        return 400, {"message": "refused"}
    try:
        told = json.loads(body)
        text, identifier = str(told["text"]), str(told["id"])
        level, mode, language = told["level"], str(told["mode"]), str(told["language"])
    except (ValueError, KeyError, TypeError):
        return 400, {"message": "text, id, level, mode and language are wanted"}
    if not text or board_units(language)(text) > BOARD_MAX:
        return 400, {"message": f"a text has 1 to {BOARD_MAX} full-width characters"}
    before = _read(root / f"{name}.json")
    repeats = int(before.get("repeats", 0)) + 1 if before.get("id") == identifier else 0
    kept = {
        "id": identifier,
        "text": text,
        "level": level if isinstance(level, int) else None,
        "mode": mode if mode in ("exercise", "test") else "actual",
        "received_at": before["received_at"] if repeats else now().isoformat(),
        "repeats": repeats,
    }
    write_atomically(root / f"{name}.json", json.dumps(kept, ensure_ascii=False).encode())
    if fault is BoardFault.TAKES_AND_FAILS:
        return 500, {"message": "simulated"}
    return 200, {"id": identifier}


def boards(root: Path) -> list[Shown]:
    """What every board shows, the newest first."""
    paths = [path for path in root.glob("*.json") if NAME.fullmatch(path.stem)] if root.is_dir() else []
    found = [shown for path in paths if (shown := _shown(path)) is not None]
    return sorted(found, key=lambda shown: shown.received_at, reverse=True)[:SHOWN_MAX]


def order_fault(root: Path, fault: BoardFault) -> None:
    """Have all simulated boards fail like this, until it is ordered otherwise."""
    write_atomically(root / "fault.txt", fault.value.encode())


def fault_in_force(root: Path) -> BoardFault:
    """The fault that was ordered."""
    try:
        return BoardFault((root / "fault.txt").read_text())
    except (OSError, ValueError):
        return BoardFault.NONE


def _shown(path: Path) -> Shown | None:
    told = _read(path)
    try:
        at = datetime.fromisoformat(told["received_at"])
        return Shown(path.stem, told["text"], told["level"], told["mode"], at, told["repeats"])
    except (KeyError, ValueError, TypeError):
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
