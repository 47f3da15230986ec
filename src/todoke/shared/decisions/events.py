"""News of papers under way. Told after the commit; what happens next is the business of the room the paper is about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decided:
    """A paper was decided. `subject` is what it is about, as (type, key)."""

    decision_id: int
    subject: tuple[str, str]


@dataclass(frozen=True)
class Remanded:
    """A paper went back to its drafter (`to_drafter`) or to an earlier level."""

    decision_id: int
    subject: tuple[str, str]
    to_drafter: bool


@dataclass(frozen=True)
class Dropped:
    """A paper was dropped for good (廃案)."""

    decision_id: int
    subject: tuple[str, str]


@dataclass(frozen=True)
class ReadingDue:
    """Whoever holds this post is to read a paper: `later` (後閲) or `informed` (供覧)."""

    decision_id: int
    section_key: str
    post_key: str
    reading: str
