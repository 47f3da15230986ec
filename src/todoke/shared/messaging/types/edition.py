"""An edition and an address as channels see them: values, no rows."""

from dataclasses import dataclass
from datetime import datetime

from todoke.shared.messaging.phrasebook import BOOKS
from todoke.shared.messaging.types.content import Content
from todoke.shared.messaging.types.states import EditionKind, Mode

# The fact of the content that names who speaks, where it is not the city that the edition concerns.
ON_BEHALF = "spoken_by"
# Frozen into every artefact, so not from a catalogue that may be mended later.
MARKS: dict[str, dict[str, str]] = {
    language: {
        Mode.EXERCISE: book.text("mark.exercise"),
        Mode.TEST: book.text("mark.test"),
        EditionKind.CORRECTION: book.text("mark.correction"),
        EditionKind.CANCEL: book.text("mark.cancel"),
        ON_BEHALF: book.text("mark.on-behalf"),
    }
    for language, book in BOOKS.items()
}


@dataclass(frozen=True)
class Reference:
    """An earlier edition of the same message, as CAP refers to it: identifier and sent time."""

    identifier: str
    sent_at: datetime


@dataclass(frozen=True)
class FrozenEdition:
    """One edition, never to change again.

    `message_key` names the matter, `identifier` this edition, worldwide. `note` is why it was corrected or cancelled.
    Instants are in UTC, `sent_at` in whole seconds.
    """

    identifier: str
    message_key: str
    number: int
    kind: EditionKind
    mode: Mode
    content: Content
    sent_at: datetime
    expires_at: datetime
    sender: str
    city: str
    references: tuple[Reference, ...] = ()
    note: str = ""

    def marks(self, language: str = "ja") -> str:
        """The marks that a drill, a correction, a cancellation and what is said for another city carry everywhere;
        empty for an ordinary edition."""
        spoken = MARKS.get(language, MARKS["ja"])
        on_behalf = spoken[ON_BEHALF] if self.content.facts.get(ON_BEHALF) else ""
        return spoken.get(self.mode, "") + on_behalf + spoken.get(self.kind, "")

    def title(self, language: str = "ja") -> str:
        """The title with its marks, put there by the system and never by a hand."""
        return self.marks(language) + self.content.wording(language).title


@dataclass(frozen=True)
class Address:
    """Where a delivery goes: the destination's key and name, and the channel's own address text."""

    key: str
    name: str
    address: str
    language: str = "ja"
