"""The phrasebook: every sentence and word that the city says by rule, in ten languages, each with its source.

`book("vi").text("mark.exercise")`. What is said is frozen into editions and parcels, so these words stand in files of
the house and not in a catalogue that may be mended between two tries. Read once, when the process starts; a book with a
gap or with other slots than the Japanese one does not start at all.
"""

from todoke.shared.messaging.phrasebook.actions import actions_for
from todoke.shared.messaging.phrasebook.book import (
    BOOKS,
    LANGUAGES,
    SOURCES,
    Book,
    BrokenPhrasebook,
    Phrase,
    Source,
    book,
    read_books,
    read_sources,
    slots_of,
)
from todoke.shared.messaging.phrasebook.moments import moment_format, said_at

__all__ = [
    "BOOKS",
    "LANGUAGES",
    "SOURCES",
    "Book",
    "BrokenPhrasebook",
    "Phrase",
    "Source",
    "actions_for",
    "book",
    "moment_format",
    "read_books",
    "read_sources",
    "said_at",
    "slots_of",
]
