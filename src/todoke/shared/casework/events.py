"""News of cases: after the commit, and a hint. Who must not miss it reads the cases' own history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CaseOpened:
    """A case was opened about `subject` (type, opaque key)."""

    case_id: int
    number: str
    subject: tuple[str, str]


@dataclass(frozen=True)
class CaseMoved:
    """A case went from one state into another, by this action of its flow; `seq` is the event of its history."""

    case_id: int
    seq: int
    action: str
    source: str
    target: str


@dataclass(frozen=True)
class TaskOpened:
    """Somebody has something to do about a case: the resident, or staff."""

    case_id: int
    task_id: int
    is_for_resident: bool


@dataclass(frozen=True)
class CaseClosed:
    """A case came to its end, with this outcome."""

    case_id: int
    outcome: str


@dataclass(frozen=True)
class MessageWritten:
    """A message about a case was written, by the resident or by the office."""

    case_id: int
    message_id: int
    is_from_resident: bool
