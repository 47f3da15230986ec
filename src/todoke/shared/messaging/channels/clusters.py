"""Cutting text where a reader sees a gap, never inside a character."""

import re
from collections.abc import Callable

# Extended grapheme clusters (Unicode Standard Annex 29) as far as Japanese notices need them: a base with its combining
# marks, voiced sound marks (also half-width ﾞﾟ), variation selectors and skin tones; joined emoji; pairs of regional
# indicators; CR LF. Korean and Indic scripts arrive composed.
_EXTEND = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200c\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\uff9e\uff9f"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
_CLUSTER = re.compile(rf"\r\n|[\U0001f1e6-\U0001f1ff]{{2}}|.{_EXTEND}*(?:\u200d.{_EXTEND}*)*", re.DOTALL)

Measure = Callable[[str], int]


def clusters(text: str) -> list[str]:
    """The characters as a reader counts them."""
    return _CLUSTER.findall(text)


def characters(text: str) -> int:
    """How many characters a reader counts."""
    return len(clusters(text))


def utf16_units(text: str) -> int:
    """How LINE counts (https://developers.line.biz/en/docs/messaging-api/text-character-count/): an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def longest_start(text: str, limit: int, measure: Measure) -> str:
    """The longest start of the text, in whole characters, that measures at most `limit`."""
    used, kept = 0, []
    for cluster in clusters(text):
        used += measure(cluster)
        if used > limit:
            break
        kept.append(cluster)
    return "".join(kept)
