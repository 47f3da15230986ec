"""How words are spoken: kana, morae, and the rows of a dictionary that a speech engine understands. Pure."""

import json
import re
from collections.abc import Iterable, Mapping

from todoke.shared.loudspeakers.types import Word
from todoke.shared.messaging.types import FrozenEdition

READINGS = "readings"

KANA = re.compile(r"[ァ-ヶー]+")
# One letter alone stands in too many other words: 「谷」 would be read so in every name that has it.
SURFACE_LETTERS_MIN = 2
SMALL = frozenset("ァィゥェォャュョヮ")
HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
# Below every cost in the engine's own dictionary, so that the city's word always wins.
COST = -9999


def katakana(reading: str) -> str:
    """A reading in katakana without blanks, as in 「さくらだい いっちょうめ」 → 「サクラダイイッチョウメ」."""
    return "".join(reading.split()).translate(HIRAGANA_TO_KATAKANA)


def hiragana(kana: str) -> str:
    """The same in hiragana, for readers."""
    return kana.translate(KATAKANA_TO_HIRAGANA)


def morae(kana: str) -> int:
    """How many beats a reading has."""
    return sum(letter not in SMALL for letter in kana)


def trouble_with(surface: str, reading: str, accent: int = 0) -> str | None:
    """Why a word cannot stand in the dictionary, in a key word: `surface`, `reading` or `accent`; None when it can."""
    kana = katakana(reading)
    if len(surface) < SURFACE_LETTERS_MIN or any(letter.isspace() for letter in surface):
        return "surface"
    if not KANA.fullmatch(kana) or kana[0] in SMALL or kana[0] == "ー":
        return "reading"
    return None if 0 <= accent <= morae(kana) else "accent"


def words_from(pairs: Iterable[tuple[str, str]]) -> list[Word]:
    """Words from names with their readings; what cannot be a word (one letter, no reading) is left out."""
    return [Word(surface, katakana(reading)) for surface, reading in pairs if trouble_with(surface, reading) is None]


def words_of(edition: FrozenEdition) -> list[Word]:
    """The readings that an edition brings along: of its areas, and of the places that its fact `readings` names
    (JSON, {name: reading}), frozen with it so that whoever prepares it asks no database."""
    named = json.loads(edition.content.facts.get(READINGS) or "{}")
    return words_from([*((area.name, area.reading) for area in edition.content.areas), *named.items()])


def agreed(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the names that two places share and read differently: there the engine's guess is as good as ours."""
    readings: dict[str, set[str]] = {}
    for name, reading in pairs:
        if reading:
            readings.setdefault(name, set()).add(katakana(reading))
    return [(name, found.pop()) for name, found in readings.items() if len(found) == 1]


def merged(*sources: Iterable[Word]) -> dict[str, Word]:
    """The words by their surface; a later source wins, as the city's own file does over the list of areas."""
    return {word.surface: word for source in sources for word in source}


def dictionary_rows(words: Mapping[str, Word]) -> str:
    """The rows of a user dictionary for MeCab in the form of naist-jdic, always in the same order.

    Columns: surface, context left and right (found by the part of speech), cost, five columns of part of speech,
    inflection, base form, reading, pronunciation, accent/morae, rule of compound accents.
    """
    return "".join(_row(words[surface]) for surface in sorted(words))


def _row(word: Word) -> str:
    surface = word.surface.translate(TO_FULL_WIDTH)
    kind = "名詞,固有名詞,地域,一般,*,*"
    return f"{surface},,,{COST},{kind},{surface},{word.kana},{word.kana},{word.accent}/{morae(word.kana)},*\n"


def with_readings(text: str, words: Mapping[str, Word]) -> str:
    """The text for a person who reads it aloud: every known word is followed by its reading in brackets."""
    if not words:
        return text
    known = re.compile("|".join(re.escape(surface) for surface in sorted(words, key=len, reverse=True)))
    return known.sub(lambda found: f"{found[0]}（{hiragana(words[found[0]].kana)}）", text)
