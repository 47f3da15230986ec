"""Reading the phrase files (`data/LANGUAGE.toml`, `data/sources.toml`) and holding them against each other."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
JAPANESE = "ja"
# In the order in which they are read; another language is one more file and one more word here.
LANGUAGES = ("ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "pt", "tl", "ne")
AUTHORITIES = frozenset({"ministry", "city", "house"})
# How a moment is written is each language's own affair: which of its parts it names may differ.
FREE_OF_SLOTS = "time."
_SLOT = re.compile(r"\{([^{}]*)\}")


class BrokenPhrasebook(Exception):
    """The phrase files do not fit together; says which file, which phrase, and what to do."""


@dataclass(frozen=True)
class Source:
    """Where a phrase comes from. `authority` is ministry, city (or an association of it), or house: nobody outside."""

    key: str
    document: str
    publisher: str
    date: str
    authority: str
    note: str = ""


@dataclass(frozen=True)
class Phrase:
    """One phrase with its source; `confirmed` says that somebody has held it against that source."""

    key: str
    text: str
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Book:
    """All phrases of one language. `name` is what its readers call it, `japanese_name` what staff call it."""

    language: str
    name: str
    japanese_name: str
    phrases: Mapping[str, Phrase]

    def text(self, key: str) -> str:
        """The phrase; KeyError where no book has one of this name, which is a fault of the programme."""
        return self.phrases[key].text

    def find(self, key: str) -> str | None:
        """The phrase, or None where there is none of this name: an official word that nobody has translated yet."""
        phrase = self.phrases.get(key)
        return phrase.text if phrase else None

    def notice(self, word: str) -> str:
        """An official word (大雨特別警報) in this language; the Japanese word where it is not in the book."""
        return self.find(f"notice.{word}") or word


def slots_of(text: str) -> list[str]:
    """The slots of a phrase, each as often as it stands there, in the order of the alphabet."""
    return sorted(_SLOT.findall(text))


def read_sources(folder: Path = DATA) -> dict[str, Source]:
    """What `sources.toml` explains, by key. Raises BrokenPhrasebook."""
    name = "sources.toml"
    found = {}
    for key, told in _toml(folder / name).items():
        try:
            source = Source(key, **told)
        except TypeError as trouble:
            raise BrokenPhrasebook(f"{name} [{key}]: needs document, publisher, date, authority ({trouble})") from None
        if source.authority not in AUTHORITIES:
            known = ", ".join(sorted(AUTHORITIES))
            raise BrokenPhrasebook(f"{name} [{key}]: authority is “{source.authority}”; write one of {known}")
        found[key] = source
    return found


def read_books(folder: Path = DATA, languages: tuple[str, ...] = LANGUAGES) -> dict[str, Book]:
    """Every book, held against the Japanese one and the sources. Raises BrokenPhrasebook at the first fault."""
    sources = read_sources(folder)
    books = {language: _read_book(folder / f"{language}.toml", language, sources) for language in languages}
    for book_read in books.values():
        _hold_against(books[JAPANESE], book_read)
    return books


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BrokenPhrasebook(f"{path.name} is missing; copy ja.toml and translate the texts") from None
    except tomllib.TOMLDecodeError as trouble:
        raise BrokenPhrasebook(f"{path.name} is no TOML: {trouble}") from None


def _read_book(path: Path, language: str, sources: Mapping[str, Source]) -> Book:
    told = _toml(path)
    if told.get("language") != language:
        raise BrokenPhrasebook(f'{path.name}: write language = "{language}" at its top')
    phrases = {}
    for group, members in told.items():
        if isinstance(members, dict):
            for name, values in members.items():
                phrases[f"{group}.{name}"] = _phrase(path.name, f"{group}.{name}", values, sources)
    return Book(language, str(told.get("name", language)), str(told.get("japanese_name", language)), phrases)


def _phrase(file: str, key: str, values: Any, sources: Mapping[str, Source]) -> Phrase:
    try:
        phrase = Phrase(key, **values)
    except TypeError:
        raise BrokenPhrasebook(
            f'{file}, {key}: write {{ text = "…", source = "a key of sources.toml", confirmed = false }}'
        ) from None
    if phrase.source not in sources:
        raise BrokenPhrasebook(f"{file}, {key}: source “{phrase.source}” is not explained in sources.toml")
    if not isinstance(phrase.text, str) or not phrase.text.strip():
        raise BrokenPhrasebook(f"{file}, {key}: the text is empty")
    if not isinstance(phrase.confirmed, bool):
        raise BrokenPhrasebook(f"{file}, {key}: confirmed is true or false")
    if phrase.confirmed and sources[phrase.source].authority == "house":
        raise BrokenPhrasebook(
            f"{file}, {key}: what the house wrote itself cannot be confirmed; name who published it, or write false"
        )
    return phrase


def _hold_against(japanese: Book, other: Book) -> None:
    file = f"{other.language}.toml"
    if missing := sorted(japanese.phrases.keys() - other.phrases.keys()):
        raise BrokenPhrasebook(f"{file}: these phrases are missing: {', '.join(missing)}")
    if unknown := sorted(other.phrases.keys() - japanese.phrases.keys()):
        raise BrokenPhrasebook(f"{file}: ja.toml has no such phrases: {', '.join(unknown)}")
    for key, phrase in other.phrases.items():
        wanted, found = slots_of(japanese.text(key)), slots_of(phrase.text)
        if wanted != found and not key.startswith(FREE_OF_SLOTS):
            raise BrokenPhrasebook(f"{file}, {key}: has the slots {found}, and ja.toml has {wanted}; use the same")


SOURCES: Mapping[str, Source] = read_sources()
BOOKS: Mapping[str, Book] = read_books()


def book(language: str) -> Book:
    """The book of this language; the Japanese one where we have none."""
    return BOOKS.get(language) or BOOKS[JAPANESE]
