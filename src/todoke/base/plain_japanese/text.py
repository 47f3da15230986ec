"""A text as the rules see it: without readings, explanations and placeholders, every letter knowing its place."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

KANJI = "一-鿿㐀-䶿豈-﫿々〆ヶ𠀀-𪛟"
KANA = "ぁ-ゖァ-ヺー・"
READING = r"[（(][ぁ-ゖー・ 　]{1,40}[）)]"
# Not read as words: slots of templates and catalogues, addresses of pages and of mail, examples of what to type.
OPAQUE = re.compile(
    r"（例[^（）\n]*）|\{[a-z_]*\}|%\([a-z_]+\)[sdg]|https?://[^\s（）「」＜＞]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
EXPLANATION = re.compile(
    r"[＜〈<][^＜＞〈〉<>\n]*[ぁ-ゖァ-ヺ][^＜＞〈〉<>\n]*[＞〉>]|[（(][^（）()\n]*＝[^（）()\n]*[）)]"
)
_READ = re.compile(rf"(?<=[{KANJI}ぁ-ゖァ-ヺー]){READING}")
_HAS_KANJI = re.compile(f"[{KANJI}]")
_WORD_LETTER = re.compile(f"[{KANJI}{KANA}]")
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]?")
# Stands for a placeholder: nothing that a rule looks for.
MASK = "\ufffc"


@dataclass(frozen=True)
class Letters:
    """Letters of a text; letter i stood from `starts[i]` to `ends[i]`, its reading included, in the original."""

    letters: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def where(self, begin: int, end: int) -> tuple[int, int]:
        """Where letters[begin:end] stood in the original, with the readings that belong to it."""
        return self.starts[begin], self.ends[end - 1]


@dataclass(frozen=True)
class Text:
    """One text and what can be said of it without grammar."""

    original: str

    @cached_property
    def explanations(self) -> tuple[tuple[int, int], ...]:
        """Where ＜…＞ and （… ＝ …） stand."""
        return tuple(found.span() for found in EXPLANATION.finditer(self.original))

    @cached_property
    def readings(self) -> tuple[tuple[int, int], ...]:
        """Where （よみ） stands after a word with kanji whose letters it can be the reading of."""
        return tuple(
            found.span()
            for found in _READ.finditer(self.original)
            if word_before(self.original, found.start(), found.group()) is not None
        )

    @cached_property
    def spaced(self) -> Letters:
        """Without readings and explanations; placeholders are one letter; spaces stand."""
        return self._without(spaces=True)

    @cached_property
    def tight(self) -> Letters:
        """As `spaced`, and without the spaces of 分かち書き, so that a phrase is found however it is spaced."""
        return self._without(spaces=False)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """The sentences and lines of `tight`, as begin and end, with their full stop, without what is empty."""
        spans = (found.span() for found in _SENTENCE.finditer(self.tight.letters))
        return tuple((begin, end) for begin, end in spans if self.tight.letters[begin:end].strip("。！？!?\n　 "))

    @cached_property
    def covered(self) -> tuple[tuple[int, int], ...]:
        """The words of the original that have a reading after them."""
        return tuple(
            (begin, start)
            for start, end in self.readings
            if (begin := word_before(self.original, start, self.original[start:end])) is not None
        )

    def is_covered(self, begin: int, end: int) -> bool:
        """Whether original[begin:end] has its reading after it."""
        return any(start <= begin and end <= stop for start, stop in self.covered)

    def _without(self, *, spaces: bool) -> Letters:
        skipped = sorted([*self.explanations, *self.readings])
        opaque = [found.span() for found in OPAQUE.finditer(self.original)]
        letters: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        while at < len(self.original):
            if gap := _span_at(skipped, at):
                at = gap[1]
                if letters and gap in self._reading_set and not letters[-1].isspace():
                    ends[-1] = at
                continue
            if hidden := _span_at(opaque, at):
                letters.append(MASK)
                starts.append(at)
                ends.append(hidden[1])
                at = hidden[1]
                continue
            if spaces or self.original[at] not in " \t\u00a0" or self._parts_figures(at):
                letters.append(self.original[at])
                starts.append(at)
                ends.append(at + 1)
            at += 1
        return Letters("".join(letters), tuple(starts), tuple(ends))

    def _parts_figures(self, at: int) -> bool:
        """Whether a space keeps two figures or foreign words apart (3/10 10:00)."""
        around = self.original[at - 1 : at + 2] if at else ""
        return len(around) == 3 and around[0].isascii() and around[2].isascii() and not around[2].isspace()

    @cached_property
    def _reading_set(self) -> frozenset[tuple[int, int]]:
        return frozenset(self.readings)


def _span_at(spans: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """The span that begins at or before this place and ends after it."""
    index = bisect_right(spans, (at, len(spans) and 1 << 60)) - 1
    return spans[index] if index >= 0 and spans[index][0] <= at < spans[index][1] else None


def word_before(original: str, end: int, reading: str) -> int | None:
    """Where the word begins whose reading, in brackets, follows at `end`; None when the brackets hold no reading.

    After a kanji the word is the run of kanji; after kana (受け付け（うけつけ）) it is the longest stretch that the
    reading fits, so that an explanation (取り消す（やめる）) is not taken for a reading.
    """
    if _HAS_KANJI.match(original[end - 1]):
        begin = end - 1
        while begin > 0 and _HAS_KANJI.match(original[begin - 1]):
            begin -= 1
        return begin
    spoken = re.sub(r"[（）()\s・]", "", reading)
    begin = end
    while begin > max(0, end - 12) and _WORD_LETTER.match(original[begin - 1]):
        begin -= 1
    for start in range(begin, end):
        if aligned(original[start:end], spoken) is not None and _HAS_KANJI.search(original[start:end]):
            return start
    return None


@lru_cache(maxsize=4096)
def aligned(word: str, reading: str) -> tuple[tuple[str, str], ...] | None:
    """The word cut into runs of kanji, each with its part of the reading, and of kana; None where it does not fit."""
    runs = re.findall(rf"[{KANJI}]+|[^{KANJI}]+", word)
    pattern = "".join("(.+?)" if _HAS_KANJI.match(run) else re.escape(hiragana(run)) for run in runs)
    found = re.fullmatch(pattern, hiragana(reading))
    if found is None:
        return None
    parts: Iterator[str] = iter(found.groups())
    return tuple((run, next(parts) if _HAS_KANJI.match(run) else "") for run in runs)


def hiragana(kana: str) -> str:
    """Katakana as hiragana (ァ–ヶ and ぁ–ゖ stand 96 code points apart)."""
    return "".join(chr(ord(letter) - 96) if "ァ" <= letter <= "ヶ" else letter for letter in kana)


def has_kanji(text: str) -> bool:
    """Whether there is a kanji in it."""
    return _HAS_KANJI.search(text) is not None
