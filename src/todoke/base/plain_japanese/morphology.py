"""The grammar of a text, by SudachiPy with its core dictionary (Apache-2.0).

Loaded with the first text that is checked: the dictionary is mapped from a file of 193 MB and costs 0.05 s and some
80 MB of memory. The small one (110 MB, 0.04 s, 35 MB) would do for this tool; the core one is what speech needs too,
and knows more names. Names of our own places come from the city's table.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from todoke.base.plain_japanese.text import hiragana

# The tokenizer is not made for several threads at once; the dictionary is, and is shared.
_ours = threading.local()
# What Sudachi takes at once is limited to 48 KB, counted after normalisation, in which one letter can become 33 bytes.
_PIECE = 800
# Half a pair of UTF-16, which is no letter and which Sudachi cannot take.
_BROKEN = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Word:
    """One word: its letters text[begin:end], kind (品詞), dictionary form, verb group (活用型), reading."""

    text: str
    begin: int
    end: int
    kind: str
    subkind: str
    third: str
    base: str
    group: str
    reading: str


@lru_cache(maxsize=1)
def _dictionary() -> Any | None:
    """The dictionary, or None where the packages are missing."""
    try:
        # Late: 0.05 s and 80 MB that only a checked text should cost, and the house runs without it.
        from sudachipy import Dictionary  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return Dictionary(dict="core")
    except (ModuleNotFoundError, OSError):  # the package is there without its dictionary
        return None


def is_there() -> bool:
    """Whether the grammar rules can be asked at all."""
    return _dictionary() is not None


def words(text: str) -> tuple[Word, ...]:
    """The words of a text, spaces and line ends left out; none where the packages are missing."""
    dictionary = _dictionary()
    if dictionary is None:
        return ()
    if not hasattr(_ours, "tokenizer"):
        _ours.tokenizer = dictionary.tokenizer()
    return tuple(_words(text, _ours.tokenizer))


def _words(text: str, tokenizer: Any) -> Iterator[Word]:
    at = 0
    for line in _BROKEN.sub("\ufffd", text).splitlines(keepends=True):
        for cut in range(0, len(line), _PIECE):
            piece = line[cut : cut + _PIECE]
            for found in tokenizer.tokenize(piece):
                kind, subkind, third, _fourth, group, _form = found.part_of_speech()
                if kind == "空白" or found.end() == found.begin():
                    continue
                begin, end = at + cut + found.begin(), at + cut + found.end()
                yield Word(
                    text[begin:end], begin, end, kind, subkind, third, found.dictionary_form(), group,
                    hiragana(found.reading_form()),
                )  # fmt: skip
        at += len(line)
