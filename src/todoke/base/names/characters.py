"""The characters of names: kept as they are, counted as a reader counts, held against what others can write."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

# Unicode's normal forms replace these by others (神 U+FA19 becomes 神 U+795E; UAX #15, “singletons”), although a family
# register tells them apart. They are let through as they are.
_COMPATIBILITY_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")

# Invisible signs that turn the direction of a line or only take a place: they let one name look like another.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200E, 0x200F, 0xFEFF, 0x061C, *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)

# Control characters, and the two of Unicode that end a line.
_BREAKS = frozenset({"Cc", "Zl", "Zp"})

_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINER = "\u200d"
_SKIN = ("\U0001f3fb", "\U0001f3ff")
_FLAG = ("\U0001f1e6", "\U0001f1ff")


class CharacterSet(StrEnum):
    """What a system that takes our data can write; the value is Python's name of the encoding."""

    JIS_X_0208 = "iso2022_jp"
    JIS_X_0213 = "euc_jis_2004"
    CP932 = "cp932"


def kept(text: str) -> str:
    """The text as it is stored: one line, composed (NFC), without blanks around it; every other character as typed.

    Never NFKC, which would make ㈱ three characters. Compatibility ideographs are not composed: 神 stays 神.
    """
    parts = _COMPATIBILITY_IDEOGRAPHS.split(text)
    composed = "".join(part if place % 2 else unicodedata.normalize("NFC", part) for place, part in enumerate(parts))
    one_line = "".join(
        " " if unicodedata.category(each) in _BREAKS else each for each in composed.translate(_INVISIBLE)
    )
    return one_line.strip()


def as_written(text: str) -> str:
    """The text with single blanks between its parts, for one line of a letter."""
    return " ".join(kept(text).split())


def graphemes(text: str) -> list[str]:
    """The characters as a reader counts them: 𠮷 is one, 辻󠄀 with its variation selector is one.

    The extended grapheme clusters of UAX #29 for what stands in names: combining marks, variation selectors, joined
    signs, flags. Scripts with rules of their own (Hangul typed in single letters, Indic conjuncts) come composed, or
    count a little long; nothing is ever cut by this count.
    """
    return list(_graphemes(text))


def _graphemes(text: str) -> Iterator[str]:
    cluster = ""
    for each in text:
        if cluster and not _joins(cluster, each):
            yield cluster
            cluster = ""
        cluster += each
    if cluster:
        yield cluster


def _joins(cluster: str, each: str) -> bool:
    before = cluster[-1]
    if unicodedata.category(before) == "Cc" or unicodedata.category(each) == "Cc":
        return before == "\r" and each == "\n"
    if unicodedata.category(each).startswith("M") or each == _JOINER or _SKIN[0] <= each <= _SKIN[1]:
        return True
    if before == _JOINER:
        return True
    # Half-width kana carry their sounding mark as a letter of its own.
    if each in "ﾞﾟ":
        return True
    return len(cluster) == 1 and _FLAG[0] <= before <= _FLAG[1] and _FLAG[0] <= each <= _FLAG[1]


def length(text: str) -> int:
    """How many characters a reader counts."""
    return sum(1 for _ in _graphemes(text))


def without_variants(text: str) -> str:
    """The text without variation selectors: 辻󠄀 becomes 辻. For search and for systems that know no variants."""
    return _VARIATION_SELECTORS.sub("", text)


def missing_from(text: str, target: CharacterSet) -> list[str]:
    """The characters that the target cannot write, each once, in order; none is ever refused for it.

    A character whose variant alone is unknown there (辻󠄀) is named too: the target would write another shape.
    """
    return list(dict.fromkeys(each for each in graphemes(text) if not _can_write(each, target)))


def _can_write(character: str, target: CharacterSet) -> bool:
    try:
        written = character.encode(target.value)
    except UnicodeEncodeError:
        return False
    # The sign ¥ and the overline change places between the sets; what does not come back is not written there.
    return written.decode(target.value) == character
