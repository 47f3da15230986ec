"""The answers of one revision: what was typed beside what was read, parted into what lies open and what is sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from todoke.shared.paperwork.document import FormDocument, Question, canonical
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Raw, Sensitivity, Value


@dataclass(frozen=True)
class Entry:
    """One answer. `raw` is kept to the letter, also when it could not be read; `aside` is what another device typed.

    `device` tells one browser from another; it names nobody.
    """

    raw: Raw
    value: Value = None
    edit: int = 0
    at: str = ""
    aside: Raw | None = None
    device: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        told: dict[str, Any] = {"raw": {part: list(posted) for part, posted in self.raw.items()}, "edit": self.edit}
        told |= {"at": self.at, "device": self.device}
        if self.value is not None:
            told["value"] = self.value
        if self.aside is not None:
            told["aside"] = {part: list(posted) for part, posted in self.aside.items()}
        return told

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Entry":
        """As it was stored."""
        return cls(
            told["raw"],
            told.get("value"),
            told.get("edit", 0),
            told.get("at", ""),
            told.get("aside"),
            told.get("device", ""),
        )


Sheet = Mapping[str, Entry]


def is_open(question: Question) -> bool:
    """Whether an answer may lie open: its kind holds nothing personal, and nobody asked for more care.

    A question can be sealed by its author; what a kind says is personal cannot be opened by anybody.
    """
    kind = field_kinds.find(question.kind)
    return kind is not None and not question.sensitive and kind.sensitivity_of(question) == Sensitivity.OPEN


def parted(sheet: Sheet, document: FormDocument) -> tuple[str, bytes | None]:
    """The text of the open answers, and the bytes of all others, not sealed yet; None where there are none.

    Every character beyond ASCII is escaped: also what no database would take (NUL, halves of surrogate pairs) is kept.
    """
    lying_open = {question.key for question in document.questions if is_open(question)}
    plain = {key: entry.as_json() for key, entry in sheet.items() if key in lying_open}
    closed = {key: entry.as_json() for key, entry in sheet.items() if key not in lying_open}
    return canonical(plain), canonical(closed).encode() if closed else None


def put_together(plain: str, opened: bytes | None) -> dict[str, Entry]:
    """The answers of both parts."""
    told = {**json.loads(plain or "{}"), **(json.loads(opened) if opened else {})}
    return {key: Entry.of_json(each) for key, each in told.items()}


def with_entry(sheet: Sheet, key: str, entry: Entry) -> dict[str, Entry]:
    """The sheet with one answer changed."""
    return {**sheet, key: entry}
