"""警戒レベル as it is frozen into artefacts and public files.

`todoke.base.ui.levels` says the same on screens, through the catalogue. What is frozen must not change with a catalogue
that may be mended later, so its words come from the phrasebook, in every language in which the city speaks.

Source: 避難情報に関するガイドライン (内閣府, in force since 2021-05-20; levels 5 to 3 are the mayor's, 2 and 1 the
weather service's). Colours: 警戒レベルの配色 (内閣府・気象庁, 2020-05-29), chosen to be told apart by every kind of
colour vision. Where each word comes from stands beside it in the phrasebook.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from todoke.shared.messaging.phrasebook import BOOKS, Book

# The mayor's words, always with the number; of 2 and 1 the phrasebook has words of their own.
ORDER_WORDS: Mapping[int, str] = {5: "緊急安全確保", 4: "避難指示", 3: "高齢者等避難"}
# Ground, and the text on it.
COLOURS: Mapping[int, tuple[str, str]] = {
    5: ("#0C000C", "#FFFFFF"),
    4: ("#AA00AA", "#FFFFFF"),
    3: ("#FF2800", "#FFFFFF"),
    2: ("#F2E700", "#000000"),
    1: ("#FFFFFF", "#000000"),
}


@dataclass(frozen=True)
class LevelWords:
    """The official word of a level and what people do, in one language."""

    word: str
    act: str


@dataclass(frozen=True)
class OfficialLevel:
    """One 警戒レベル: number, colour of the ground and of the text on it, words by language."""

    number: int
    ground: str
    ink: str
    words: Mapping[str, LevelWords]

    def in_language(self, language: str) -> LevelWords:
        """The words in this language, or in Japanese."""
        return self.words.get(language) or self.words["ja"]


def _words(number: int, book: Book) -> LevelWords:
    order = ORDER_WORDS.get(number)
    word = book.notice(order) if order else book.text(f"level.{number}.word")
    return LevelWords(word, book.text(f"level.{number}.act"))


LEVELS: Mapping[int, OfficialLevel] = {
    number: OfficialLevel(number, ground, ink, {language: _words(number, book) for language, book in BOOKS.items()})
    for number, (ground, ink) in COLOURS.items()
}
