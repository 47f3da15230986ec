"""The words of the check, as they stand in `words/*.toml`, and how they are looked for."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from todoke.base.plain_japanese.text import KANJI, READING, has_kanji

_FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True)
class HardWord:
    """A word to keep and to explain: its reading, what it means, and where it is listed."""

    word: str
    reading: str
    meaning: str
    source: str

    @property
    def read(self) -> str:
        """The word with its furigana; a word in katakana needs none."""
        return f"{self.word}（{self.reading}）" if has_kanji(self.word) else self.word

    @property
    def explained(self) -> str:
        """As the guideline writes it: 避難所（ひなんじょ）＜みんなが 逃げる ところ＞."""
        return f"{self.read}＜{self.meaning}＞"


@lru_cache(maxsize=1)
def hard_words() -> Mapping[str, HardWord]:
    """The words that need an explanation (`hard.toml`)."""
    lists = _read("hard")["lists"]
    return {
        word: HardWord(word, facts["reading"], facts["meaning"], each["source"])
        for each in lists
        for word, facts in each["words"].items()
    }


@lru_cache(maxsize=4)
def replacements(name: str) -> Mapping[str, str]:
    """What stands for a word: `office`, `honorific`, `loanword`, `onomatopoeia`."""
    return {**_read(name)["words"], **(_verb_phrases() if name == "office" else {})}


def _verb_phrases() -> dict[str, str]:
    """使用します → 使（つか）います …: for every verb of `verbs.toml` its common forms, and the polite requests."""
    phrases: dict[str, str] = {}
    for noun, (plain, stem, te, negative) in _read("verbs")["words"].items():
        phrases |= {
            f"{noun}します": f"{stem}ます",
            f"{noun}しました": f"{stem}ました",
            f"{noun}しません": f"{stem}ません",
            f"{noun}しましょう": f"{stem}ましょう",
            f"{noun}してください": f"{te} ください",
            f"{noun}して": te,
            f"{noun}する": plain,
            f"{noun}しない": f"{negative}ない",
            f"{noun}できます": f"{plain} ことが できます",
            f"{noun}できません": f"{plain} ことが できません",
            f"ご{noun}ください": f"{te} ください",
        }
    return phrases


@lru_cache(maxsize=1)
def readings() -> Mapping[str, str]:
    """Readings that our lists know and the dictionary has wrong or cuts in two (避難所, 字)."""
    return {**{word.word: word.reading for word in hard_words().values() if has_kanji(word.word)}, **_extra_readings()}


def _extra_readings() -> dict[str, str]:
    words: dict[str, str] = _read("readings")["words"]
    return words


@lru_cache(maxsize=16)
def longest_first(words: frozenset[str]) -> re.Pattern[str]:
    """Finds any of the words, the longer before the shorter."""
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))))


def without_readings(text: str) -> str:
    """The text without furigana."""
    return re.sub(rf"(?<=[{KANJI}ぁ-ゖァ-ヺー0-9]){READING}", "", text)


@lru_cache(maxsize=8)
def _read(name: str) -> dict[str, Any]:
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
