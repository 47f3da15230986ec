"""News of the incident desk."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TelegramTaken:
    """A telegram has been taken in and stands in the record, whatever became of it: see its `standing`."""

    telegram_id: int


@dataclass(frozen=True)
class DraftChanged:
    """A draft was prepared, edited, submitted, returned or dropped: whoever shows drafts looks again."""

    draft_id: int
