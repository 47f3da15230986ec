"""The texts of a draft in every language side by side, and how far each language has come."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from todoke.shared.paperwork.types import Json, Words


@dataclass(frozen=True)
class TextAt:
    """One text with its place in the document."""

    place: str
    words: Words


def texts_in(document: Json) -> list[TextAt]:
    """Every text that somebody reads, in the order of the document; tests are not read by anybody else."""
    read = {name: part for name, part in document.items() if name != "tests"}
    return [TextAt(place, words) for place, words in _texts(read, "") if words.get("ja")]


def percentage_done(document: Json, language: str) -> int:
    """How much of it is there in this language, in whole per cent, rounded down."""
    texts = texts_in(document)
    return 100 * sum(1 for each in texts if each.words.get(language, "").strip()) // len(texts) if texts else 100


def with_texts(document: Json, told: Mapping[str, Mapping[str, str]]) -> Json:
    """The draft with these texts by place and language; places that are not there are left alone, Japanese is kept."""
    made = deepcopy(document)
    known = {each.place for each in texts_in(made)}
    for place, words in told.items():
        if place not in known:
            continue
        found = made
        for name in place.split("/"):
            found = found[int(name)] if isinstance(found, list) else found[name]
        for language, text in words.items():
            if text.strip():
                found[language] = text.strip()
            elif language != "ja":
                found.pop(language, None)
    return made


def _texts(part: Json, place: str) -> Iterator[tuple[str, Words]]:
    # Parted by a slash: the key of a computed value may have a full stop in it.
    if isinstance(part, dict) and "ja" in part and all(isinstance(text, str) for text in part.values()):
        yield place, Words(part)
    elif isinstance(part, dict | list):
        inner = part.items() if isinstance(part, dict) else enumerate(part)
        for name, below in inner:
            yield from _texts(below, f"{place}/{name}" if place else str(name))
