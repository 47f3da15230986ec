"""個人番号（マイナンバー）: found in any text, to be kept out of the house.

The check digit is that of 番号法の規定による通知カード及び個人番号カード等に関する省令（平成26年総務省令第85号）5条.
One in ten of all other numbers of twelve digits passes it, so what is found is refused with a friendly page, and
proves nothing.

What is found: twelve decimal digits of any script and width, circled ones and 〇一二…九 too, the check digit right,

- written as one, also with letters right before or behind, but never as part of a longer row of digits;
- parted by blanks, hyphens, dots, middle dots, slashes or underscores, in whatever groups, where nothing else belongs
  to the same chain of groups; with mixed signs only in even groups (1234-5678 9012);
- over line ends, in even groups or halves, where the chain is twelve digits long;
- inside a longer chain, in even groups with the same sign between them.

What is let through on purpose: all zeros; decimal numbers; dotted network addresses; dates that go on (2026-11-21
1200); numbers with commas or colons (amounts, times); card numbers in four groups with the right check digit; five and
more groups of four (tables); identifiers of machines (UUIDs, long hexadecimal words). Linear in the length of the
text.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from todoke.base.codes.luhn import has_right_check_digit

LENGTH = 12
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_KANJI = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))

# Between two groups of digits stand three signs at the most (“ - ”), and what nobody sees does not count.
_GAP_MAX = 3
_GAP_WITH_INVISIBLE_MAX = 12
_INVISIBLE = frozenset(("Cf", "Mn", "Me"))
_KINDS = {
    **dict.fromkeys("-‐‑‒–—―⁃−﹘﹣－ー━─ｰ", "-"),
    **dict.fromkeys(".．", "."),
    **dict.fromkeys("·・･•‧∙⋅", "·"),
    **dict.fromkeys("/／⁄∕", "/"),
    **dict.fromkeys("_＿", "_"),
}
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# A number may go on behind them, but a list goes on there far more often.
_ACROSS = frozenset(("\n", "\t"))
_MACHINE_WORDS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,}", re.IGNORECASE
)
# Groups that a person makes of twelve digits, so even that the signs between them need not be the same.
_EVEN = {size: LENGTH // size for size in (1, 2, 3, 4)}
_HALVES = ((6, 6), (4, 8), (8, 4))
# Four groups of four may be a card's number.
_CARD_GROUPS = 4


@dataclass(frozen=True)
class Span:
    """Where a number stands: the first character, the one behind the last, and the line, counted from 1."""

    start: int
    end: int
    line: int = 1


class _Group(NamedTuple):
    digits: str
    start: int
    end: int
    # The sign before it: one of the values of _KINDS, a blank, a tab or a line end; empty where a chain begins.
    after: str = ""


def check_digit(eleven: str) -> str:
    """The twelfth digit for the first eleven."""
    rest = sum(int(digit) * weight for digit, weight in zip(eleven, _WEIGHTS, strict=True)) % 11
    return "0" if rest <= 1 else str(11 - rest)


def is_right(digits: str) -> bool:
    """Whether twelve digits (0–9) can be a My Number. All zeros are nobody's."""
    return digits[11] == check_digit(digits[:11]) and digits.strip("0") != ""


def find_my_number(text: str) -> list[Span]:
    """Where in the text something stands that can be a My Number, from the beginning on, none twice."""
    found: list[tuple[int, int]] = []
    for chain in _chains(text):
        for first, last in _suspects(chain):
            if is_right("".join(group.digits for group in chain[first : last + 1])):
                found.append((chain[first].start, chain[last].end))
    return _with_lines(text, _apart(found))


def holds_my_number(text: str) -> bool:
    """Whether something in the text can be a My Number."""
    return bool(find_my_number(text))


def without_my_numbers(text: str, cover: str = "‹…›") -> str:
    """The text with every such number covered."""
    pieces, end = [], 0
    for span in find_my_number(text):
        pieces += [text[end : span.start], cover]
        end = span.end
    return "".join([*pieces, text[end:]])


def scan_text(data: bytes) -> list[Span]:
    """The same for the bytes of a text file: UTF-8, UTF-16 with its mark, or a Japanese encoding. Never raises.

    What is no text gives what its digits give; whether to ask at all is the caller's question.
    """
    return find_my_number(_decoded(data))


def invent(random: Random) -> str:
    """Twelve digits with the right check digit, for tests."""
    eleven = f"{random.randint(1, 10**11 - 1):011}"
    return eleven + check_digit(eleven)


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # CP932 reads EUC-JP's and Latin texts' digits as well; full-width ones of EUC-JP it does not know.
        return data.decode("cp932", errors="replace")


@dataclass(frozen=True)
class _Signs:
    groups: re.Pattern[str]
    kanji_one_as_hyphen: re.Pattern[str]


@lru_cache(maxsize=1)
def _signs() -> _Signs:
    # What Unicode gives the value of one digit: full-width, Arabic-Indic, circled, raised …
    every = "".join(letter for code in range(0x110000) if unicodedata.digit(letter := chr(code), None) is not None)
    digits, kanji = f"[{re.escape(every)}]", f"[{''.join(_KANJI)}]"
    return _Signs(
        groups=re.compile(f"{digits}+|{kanji}+"),
        kanji_one_as_hyphen=re.compile(f"(?<={digits})一(?={digits})"),
    )


def _plain(digits: str) -> str:
    if digits.isascii():
        return digits
    return "".join(str(_KANJI[each] if each in _KANJI else unicodedata.digit(each)) for each in digits)


def _chains(text: str) -> Iterator[list[_Group]]:
    """Groups of digits with nothing but separators between them."""
    chain: list[_Group] = []
    for group in _groups(text):
        if chain and not group.after:
            yield chain
            chain = []
        chain.append(group)
    if chain:
        yield chain


def _groups(text: str) -> Iterator[_Group]:
    masked = _signs().kanji_one_as_hyphen.sub("-", _MACHINE_WORDS.sub(_hidden, text))
    pending: _Group | None = None
    for match in _signs().groups.finditer(masked):
        digits = _plain(match[0])
        gap = masked[pending.end : match.start()] if pending else ""
        kind = _kind(gap) if pending and len(gap) <= _GAP_WITH_INVISIBLE_MAX else None
        if pending and gap and kind == "":
            # Nothing but invisible signs between them: one group.
            pending = _Group(pending.digits + digits, pending.start, match.end(), pending.after)
            continue
        if pending:
            yield pending
        pending = _Group(digits, match.start(), match.end(), kind or "")
    if pending:
        yield pending


def _hidden(word: re.Match[str]) -> str:
    # A word of digits alone is no machine's: the rules for digits hold.
    return "x" * len(word[0]) if sum(map(str.isalpha, word[0])) >= 2 else word[0]


@lru_cache(maxsize=1024)
def _kind(gap: str) -> str | None:
    """What parts two groups: empty for invisible signs alone, None for what is no separator."""
    signs = [each for each in gap if unicodedata.category(each) not in _INVISIBLE]
    kinds = {_KINDS.get(each) for each in signs if not each.isspace()}
    if len(signs) > _GAP_MAX or len(kinds) > 1 or None in kinds:
        return None
    blanks = {each for each in signs if each.isspace()}
    if blanks & _LINE_ENDS:
        return "\n"
    return next(iter(kinds), None) or ("\t" if "\t" in blanks else " " if blanks else "")


def _suspects(chain: Sequence[_Group]) -> Iterator[tuple[int, int]]:
    """The parts of a chain, as first and last group, that a person may have meant as one number of twelve digits."""
    for place, group in enumerate(chain):
        if len(group.digits) == LENGTH:
            yield place, place
    if len(chain) == 1 or sum(len(group.digits) for group in chain) < LENGTH:
        return
    whole = (0, len(chain) - 1)
    lines = _parts(chain, lambda group, _before: group.after in _ACROSS, shared=0)
    alike = _parts(chain, lambda group, before: bool(before.after) and group.after != before.after, shared=1)
    for first, last in dict.fromkeys((whole, *lines, *alike)):
        if last > first and _is_plausible(chain[first : last + 1]):
            yield first, last
    for first, last in alike:
        yield from _even_parts(chain, first, last)


def _parts(
    chain: Sequence[_Group], begins_at: Callable[[_Group, _Group], bool], *, shared: int
) -> list[tuple[int, int]]:
    """The chain cut before each group where another part begins; `shared` groups belong to both."""
    starts = [0, *(place for place in range(1, len(chain)) if begins_at(chain[place], chain[place - 1]))]
    ends = [*(start - 1 for start in starts[1:]), len(chain) - 1]
    return [(max(0, start - shared), end) for start, end in zip(starts, ends, strict=True)]


def _is_plausible(part: Sequence[_Group]) -> bool:
    """Whether groups that stand alone read as one number."""
    sizes = tuple(len(group.digits) for group in part)
    if sum(sizes) != LENGTH:
        return False
    kinds = {group.after for group in part[1:]}
    is_even = len(set(sizes)) == 1 and sizes[0] in _EVEN
    if len(kinds) > 1:
        return is_even
    if kinds & _ACROSS:
        return is_even or sizes in _HALVES
    if kinds == {"."} and (len(part) == 2 or _is_network_address(part)):
        return False
    return not _is_date(part)


def _is_network_address(part: Sequence[_Group]) -> bool:
    return len(part) == 4 and all(int(group.digits) <= 255 for group in part)


def _is_date(part: Sequence[_Group]) -> bool:
    sizes = [len(group.digits) for group in part[:3]]
    if sizes != [4, 2, 2]:
        return False
    year, month, day = (int(group.digits) for group in part[:3])
    return 1868 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= 31


def _even_parts(chain: Sequence[_Group], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Groups of one size in a row with one sign between them, exactly as many as make twelve digits."""
    if last > first and chain[last].after in _ACROSS:
        return
    start = first
    for place in range(first, last + 1):
        size = len(chain[start].digits)
        if place < last and len(chain[place + 1].digits) == size:
            continue
        row = chain[start : place + 1]
        if _is_plausible(row):
            yield start, place
        elif size == 4 and len(row) == _CARD_GROUPS and not _is_card(row):
            yield start, place - 1
            yield start + 1, place
        start = place + 1


def _is_card(row: Sequence[_Group]) -> bool:
    return has_right_check_digit("".join(group.digits for group in row))


def _apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that touch one another as one, so that nothing of either is left uncovered."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(set(found)):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _with_lines(text: str, found: list[tuple[int, int]]) -> list[Span]:
    spans, line, counted = [], 1, 0
    for start, end in found:
        line += text.count("\n", counted, start)
        counted = start
        spans.append(Span(start, end, line))
    return spans
