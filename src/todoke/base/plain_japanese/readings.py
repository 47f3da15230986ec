"""Furigana as 漢字（かんじ）: where it is missing and what it would be; a proposal that a person reads first."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from todoke.base.plain_japanese import morphology, vocabulary
from todoke.base.plain_japanese.text import KANJI, Text, aligned, has_kanji, hiragana

# The Japanese way to count: how the kanji after a number is read, where the dictionary's reading would be wrong.
DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
    9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip
_COUNTERS = {
    "年": "ねん", "月": "がつ", "時": "じ", "時間": "じかん", "階": "かい", "歳": "さい", "才": "さい",
    "回": "かい", "番": "ばん", "番目": "ばんめ", "号": "ごう", "円": "えん", "日間": "にちかん",
    "年度": "ねんど", "か月": "かげつ", "秒": "びょう", "度": "ど", "名": "めい", "件": "けん", "台": "だい",
    "枚": "まい", "町": "ちょう", "丁目": "ちょうめ", "週間": "しゅうかん",
}  # fmt: skip
_COUNTED = re.compile(
    r"(?<![0-9０-９])([0-9０-９]{1,6})(か月|日間|時間|番目|年度|丁目|週間|年|月|日|時|分|人|階|歳|才|回|番|号|円|秒|度|名|件|台|枚)"
)
_AFTER_MONTH = re.compile(r"月(（[^）]*）)?\s*$")


@dataclass(frozen=True)
class Unread:
    """A word of the original without its reading: original[begin:end], and the same letters with readings."""

    begin: int
    end: int
    read: str


def with_readings(text: str, places: Mapping[str, str] | None = None) -> str:
    """The text with furigana in （） after every kanji that has none: a proposal, which a person accepts or mends.

    `places` gives readings of names (“附馬牛町”: “つきもうしちょう”) and goes before every other source. Without the
    grammar packages only places, numbers with their counters and the words of our own lists are read.
    """
    mended = text
    for word in reversed(unread_words(Text(text), places)):
        mended = mended[: word.begin] + word.read + mended[word.end :]
    return mended


def unread_words(text: Text, places: Mapping[str, str] | None = None) -> tuple[Unread, ...]:
    """The words of a text that have kanji and no reading, in order, with what they would look like.

    A word whose reading nobody knows comes back as it is.
    """
    spaced = text.spaced
    known = dict(vocabulary.readings())
    names = {name: hiragana(kana) for name, kana in (places or {}).items() if has_kanji(name)}
    taken: list[tuple[int, int, str]] = []
    _take(taken, _named(spaced.letters, names), spaced.letters)
    _take(taken, _counted(spaced.letters), spaced.letters)
    _take(taken, _named(spaced.letters, known), spaced.letters)
    if has_kanji(spaced.letters):
        _take(taken, _parsed(spaced.letters), spaced.letters)
    _take(taken, _left_over(spaced.letters), spaced.letters)
    return tuple(
        Unread(*where, read)
        for begin, end, reading in sorted(taken)
        if (where := (spaced.starts[begin], spaced.starts[end - 1] + 1))
        and not text.is_covered(_first_kanji(text.original, *where), where[1])
        and (read := _written(text.original[where[0] : where[1]], reading, text, where[0])) is not None
    )


def _take(taken: list[tuple[int, int, str]], found: Iterator[tuple[int, int, str]], letters: str) -> None:
    """Add what is found and overlaps nothing that is known better, without its kana at the end."""
    used = bytearray(len(letters))
    for begin, end, _reading in taken:
        used[begin:end] = b"\1" * (end - begin)
    for begin, end, reading in found:
        if not any(used[begin:end]):
            taken.append((begin, end, reading))
            used[begin:end] = b"\1" * (end - begin)


def _named(letters: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    if not names:
        return
    for found in vocabulary.longest_first(frozenset(names)).finditer(letters):
        yield found.start(), found.end(), names[found.group()]


def _counted(letters: str) -> Iterator[tuple[int, int, str]]:
    for found in _COUNTED.finditer(letters):
        number, counter = int(found[1]), found[2]
        if counter == "日":
            in_month = _AFTER_MONTH.search(letters[max(0, found.start() - 20) : found.start()]) is not None
            # 1日 is ついたち in a date and いちにち as a length of time; the number carries its own reading there.
            if number in DAYS and (number > 1 or in_month):
                yield found.start(), found.end(), DAYS[number]
                continue
            reading = "にち"
        elif counter == "分":
            reading = "ふん" if number % 10 in {2, 5, 7, 9} else "ぷん"
        elif counter == "人":
            if number in {1, 2}:
                yield found.start(), found.end(), "ひとり" if number == 1 else "ふたり"
                continue
            reading = "にん"
        else:
            reading = _COUNTERS[counter]
        yield found.start(2), found.end(2), reading


def _parsed(letters: str) -> Iterator[tuple[int, int, str]]:
    for word in morphology.words(letters):
        if has_kanji(word.text):
            yield word.begin, word.end, word.reading


def _left_over(letters: str) -> Iterator[tuple[int, int, str]]:
    """What nobody could read, so that it is still said to be unread."""
    for found in re.finditer(rf"[{KANJI}]+", letters):
        yield found.start(), found.end(), ""


def _first_kanji(original: str, begin: int, end: int) -> int:
    return next((place for place in range(begin, end) if has_kanji(original[place])), begin)


def _written(word: str, reading: str, text: Text, begin: int) -> str | None:
    """The word with its reading where its kanji are, or None when every kanji of it is read already."""
    if any(begin < start < begin + len(word) for start, _end in text.readings):
        return None
    if not reading or not re.fullmatch(r"[ぁ-ゖー]+", reading):
        return word
    if word[0] in "0123456789０１２３４５６７８９":
        return f"{word}（{reading}）"
    parts = aligned(word, reading)
    if parts is None:
        return f"{word}（{reading}）" if has_kanji(word[-1]) else word
    return "".join(f"{run}（{kana}）" if kana else run for run, kana in parts)
