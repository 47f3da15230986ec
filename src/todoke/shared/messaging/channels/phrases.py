"""The fixed sentences that the system itself puts into a message, from the phrasebook."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.phrasebook import BOOKS, Book, book, moment_format
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode

# Whose readers read an area's Japanese name; the others get it romanised, with the Japanese name behind it.
READ_JAPANESE_NAMES = frozenset({"ja", "ja-easy"})


@dataclass(frozen=True)
class Phrases:
    """The sentences of one language; `{}` takes the value. `way_out` ends a copy of a subscriber."""

    drill: str
    test: str
    cancel: str
    correction: str
    cancel_reason: str
    correction_reason: str
    cancelled: str
    level: str
    areas: str
    other_areas: str
    contact: str
    more: str
    sent: str
    cut: str
    comma: str
    date: str
    way_out: str
    colon: str
    stop: str
    lifted: str
    areas_announced: str
    areas_further: str

    def of_mode(self, mode: Mode) -> str:
        """The sentence that says that this is not in earnest, or nothing."""
        return {Mode.EXERCISE: self.drill, Mode.TEST: self.test}.get(mode, "")

    def of_kind(self, kind: EditionKind) -> str:
        """The sentence that takes an earlier edition back, or nothing."""
        return {EditionKind.CANCEL: self.cancel, EditionKind.CORRECTION: self.correction}.get(kind, "")

    def of_note(self, kind: EditionKind, note: str) -> str:
        """Why it was cancelled, or what was corrected; nothing for the other editions."""
        wanted = {EditionKind.CANCEL: self.cancel_reason, EditionKind.CORRECTION: self.correction_reason}.get(kind, "")
        return wanted.format(note) if note else ""


def _phrases(said: Book) -> Phrases:
    return Phrases(
        drill=said.text("said.drill"),
        test=said.text("said.test"),
        cancel=said.text("said.cancel"),
        correction=said.text("said.correction"),
        cancel_reason=said.text("said.cancel-reason"),
        correction_reason=said.text("said.correction-reason"),
        cancelled=said.text("said.cancelled"),
        level=said.text("level.heading"),
        areas=said.text("said.areas"),
        other_areas=said.text("said.other-areas"),
        contact=said.text("said.contact"),
        more=said.text("said.more"),
        sent=said.text("said.sent"),
        cut=said.text("said.cut"),
        comma=said.text("said.comma"),
        date=moment_format("sent", said.language),
        way_out=said.text("said.way-out"),
        colon=said.text("said.colon"),
        stop=said.text("said.stop"),
        lifted=said.text("said.lifted"),
        areas_announced=said.text("said.areas-announced"),
        areas_further=said.text("said.areas-further"),
    )


PHRASES: Mapping[str, Phrases] = {language: _phrases(said) for language, said in BOOKS.items()}
JAPANESE = PHRASES["ja"]


def phrases_in(language: str) -> Phrases:
    """The sentences in this language; Japanese ones where we have none, as the marks of the title do."""
    return PHRASES.get(language, JAPANESE)


@cache
def official_words(language: str) -> Mapping[str, str]:
    """The official Japanese words of the levels in this language."""
    return {known.words["ja"].word: known.in_language(language).word for known in LEVELS.values()}


def official_word(notice: str, language: str) -> str:
    """An official word (避難指示, 大雨特別警報) in this language; as it came where the phrasebook does not know it."""
    return official_words(language).get(notice) or book(language).notice(notice)


def level_words(level: int | None, notice: str, language: str) -> str:
    """Number and official word together, `警戒レベル4　避難指示`; the word alone where there is no number."""
    word = official_word(notice, language)
    return phrases_in(language).level.format(level, word).strip() if level else word


def tight_level_words(level: int | None, notice: str, language: str) -> str:
    """The same in the tightest form that still says both, `レベル4避難指示`."""
    word = official_word(notice, language)
    return book(language).text("level.compact").format(level=level, word=word) if level else word


def area_name(area: AreaMark, language: str) -> str:
    """What the area is called in this language, or in Japanese where it has no such name.

    Readers of other languages than English get the romanised name with the Japanese one behind it, as on the signs of
    the street. A reading that nobody gave is never guessed.
    """
    if language in READ_JAPANESE_NAMES or language not in PHRASES:
        return (area.name_easy if language == "ja-easy" else "") or area.name
    if language == "en" or not area.name_en:
        return area.name_en or area.name
    return f"{area.name_en}（{area.name}）"
