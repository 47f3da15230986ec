"""Digits as people write them: of any width, parted by anything."""

import unicodedata
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.codes.trouble import Trouble

# Hyphens, dashes, minus signs and the long-vowel sign, which a kana keyboard gives; and dots, slashes and the like.
SEPARATORS = frozenset("-‐‑‒–—―⁃−﹘﹣－ー━─ｰ~〜～_＿.．。｡・･·•,，、､/／\\＼:：|｜()（）[]［］〔〕【】")


def plain_digits(text: str) -> str:
    """The text with every decimal digit of every script as 0–9; all else as it was."""
    return "".join(_plain(each) for each in text)


def _plain(character: str) -> str:
    if "0" <= character <= "9" or character < "\u0100":
        return character
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def is_separator(character: str) -> bool:
    """Whether the sign only parts groups of digits: a blank of any kind, an invisible sign, a hyphen, a dot."""
    return character in SEPARATORS or character.isspace() or unicodedata.category(character) in ("Cf", "Zs", "Pd")


def digits_of(text: str, name: str | Promise, lengths: Sequence[int], *, leading: str = "") -> str | Trouble:
    """The digits alone, or why they are not `name`: nothing written, other signs, too many or too few.

    `leading` are signs that may stand before them (〒).
    """
    written = plain_digits(text).strip().lstrip(leading)
    kept = "".join(each for each in written if not is_separator(each))
    if not kept:
        return Trouble(_("空です。値を書いてください。"))
    strange = next((each for each in kept if not ("0" <= each <= "9")), None)
    if strange is not None:
        return Trouble(
            _("%(name)sに「%(character)s」は使えません。数字だけで書いてください。"),
            {"name": name, "character": strange},
        )
    if len(kept) not in lengths:
        return Trouble(
            _("%(name)sは%(wanted)s桁です。書いてあるのは%(count)d桁です。抜けや重なりがないか確かめてください。"),
            {"name": name, "wanted": _in_words(lengths), "count": len(kept)},
        )
    return kept


def _in_words(lengths: Sequence[int]) -> str:
    low, high = min(lengths), max(lengths)
    if low == high:
        return str(low)
    return f"{low}–{high}" if len(lengths) == high - low + 1 else "・".join(map(str, sorted(lengths)))


def wrong_check_digit(name: str | Promise) -> Trouble:
    """The digits do not fit one another: at least one of them is not what stands on the paper."""
    return Trouble(_("%(name)sのどれかの数字が違っています。1桁ずつ見比べて、書き直してください。"), {"name": name})


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of digits times weights, both from the left."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
