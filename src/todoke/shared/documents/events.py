"""News of documents."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class DocumentIssued:
    """A document has been numbered, sealed, signed and stored."""

    document: UUID
    subject: tuple[str, str]


@dataclass(frozen=True)
class DocumentEnded:
    """A document no longer holds: withdrawn, or replaced by another."""

    document: UUID
    subject: tuple[str, str]
    state: str
