"""Facts that a letter is filled with: what kinds there are, whether a value is one, and how it stands on the paper."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from todoke.base.canonical import canonical as as_text
from todoke.base.canonical import sha256_of
from todoke.shared.documents.rules.days import on_paper

KINDS = ("text", "lines", "date", "money", "number", "truth", "rows")
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
SLOT = re.compile(r"\{([^{}]*)\}")
TEXT_MAX = 20_000
ROWS_MAX = 500


@dataclass(frozen=True)
class FactName:
    """A name that a letter knows: its kind, its words for staff, and whether a letter can do without it."""

    key: str
    kind: str
    words: str
    optional: bool = False


def is_of_kind(value: Any, kind: str) -> bool:  # noqa: PLR0911 - a table
    """Whether this is a value of the kind; a truth is no number."""
    match kind:
        case "text" | "lines":
            return isinstance(value, str) and len(value) <= TEXT_MAX
        case "date":
            return isinstance(value, date) and not hasattr(value, "hour")
        case "money":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        case "truth":
            return isinstance(value, bool)
        case "rows":
            return _are_rows(value)
    return False


def _are_rows(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) <= ROWS_MAX
        and all(isinstance(row, Sequence) and not isinstance(row, str) for row in value)
        and len({len(row) for row in value}) <= 1
        and all(isinstance(cell, str) and len(cell) <= TEXT_MAX for row in value for cell in row)
    )


def words_of(value: Any, kind: str) -> str:
    """The value as it is printed."""
    match kind:
        case "date":
            return on_paper(value)
        case "money":
            return f"{value:,}円"
        case "number":
            return f"{value:,}"
        case "truth":
            return "はい" if value else "いいえ"
        case "rows":
            return "\n".join("　".join(row) for row in value)
    return str(value)


def slots_of(text: str) -> list[str]:
    """The names in braces, in their order."""
    return [name.strip() for name in SLOT.findall(text)]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the words of its slots; a slot without a value is empty. What comes in is never read again."""
    return SLOT.sub(lambda match: values.get(match[1].strip(), ""), text)


def plain(value: Any) -> Any:
    """The value as canonical JSON knows it."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def canonical(document: Any) -> bytes:
    """The one way to write this as JSON, in UTF-8."""
    return as_text(plain(document)).encode()


def digest(document: Any) -> str:
    """SHA-256 of the canonical form."""
    return sha256_of(as_text(plain(document)))
