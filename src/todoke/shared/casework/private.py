"""What people wrote about a case: sealed with the case's custody where it has one, and gone with it."""

import json
from collections.abc import Mapping
from typing import Any

from todoke.ground.retention.models import Gone
from todoke.shared.casework.models import Case

_PLAIN, _SEALED = b"\x00", b"\x01"


def hide(case: Case, text: str) -> bytes:
    """The text as a row keeps it."""
    if case.custody is None:
        return _PLAIN + text.encode()
    return _SEALED + case.custody.seal(text.encode(), context=_context(case))


def show(case: Case, kept: bytes | memoryview) -> str | None:
    """The text, or None after its retention has ended and its key is gone."""
    written = bytes(kept)
    if written[:1] == _PLAIN or case.custody is None:
        return written[1:].decode()
    try:
        return case.custody.open(written[1:], context=_context(case)).decode()
    except Gone:
        return None


def hide_values(case: Case, values: Mapping[str, Any]) -> bytes | None:
    """Values that JSON knows (dates as text), or None where there are none."""
    return hide(case, json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)) if values else None


def show_values(case: Case, kept: bytes | memoryview | None) -> dict[str, Any]:
    """The values again; none after the purge."""
    text = show(case, kept) if kept is not None else None
    return json.loads(text) if text else {}


def _context(case: Case) -> bytes:
    return b"casework " + case.key.bytes
