"""Which 警戒レベル (1–5) a kind of warning stands for, and what does not agree.

The number in the name is what residents hear; the code is what machines trust. Where they differ, both are kept, the
higher level is taken, and a sentence says so: to prepare one alert too many costs the officer a look, one too few costs
more. Nothing is sent from here; a person decides.
"""

import re

from todoke.civic.emergency.telegrams.codes import OLD_NAMES, RIVER, WEATHER, Meaning

NUMBERED = re.compile(r"レベル([１-５1-5])")


def weather_level(kind_code: str, kind: str) -> tuple[int | None, str]:
    """The level of a weather warning by its name and code, and a sentence where they do not agree.

    A name of before 2026-05-28 has no number and goes by a table of its own, since its code has got another meaning.
    """
    return _level(kind_code, kind, WEATHER.get(kind_code), _in_name(kind) or _in_old_name(kind))


def river_level(kind_code: str, kind: str) -> tuple[int | None, str]:
    """The level of a 指定河川洪水予報: mostly by its code, whose levels are the same before and after 2026-05-28."""
    return _level(kind_code, kind, RIVER.get(kind_code), _in_name(kind))


def no_level(kind_code: str, kind: str) -> tuple[int | None, str]:  # noqa: ARG001 (the table calls all alike)
    """Earthquakes, tsunami and volcanoes are outside the scale; a 噴火警戒レベル is another one."""
    return None, ""


def _in_name(kind: str) -> int | None:
    numbered = NUMBERED.search(kind)
    return int(numbered[1]) if numbered else None


def _in_old_name(kind: str) -> int | None:
    return OLD_NAMES[kind][1] if kind in OLD_NAMES else None


def _level(kind_code: str, kind: str, meaning: Meaning | None, by_name: int | None) -> tuple[int | None, str]:
    shown = f"「{kind or '（名前なし）'}」（コード{kind_code or 'なし'}）"
    if meaning is None:
        return by_name, f"{shown}のコードは表にありません。名前だけで判断しています。"
    same_phenomenon = meaning.phenomenon in kind or meaning.phenomenon == "その他"
    if by_name is None:
        # Outside the scale, or an old river name such as 氾濫危険情報 whose level stands in the code alone.
        return meaning.level, "" if same_phenomenon else f"{shown}の名前とコードが合いません。コードで判断しています。"
    # 高潮特別警報 and 高潮警報 of before 2026-05-28 stood at level 4 under codes that are 5 and 3 today.
    if (same_phenomenon and by_name == meaning.level) or OLD_NAMES.get(kind) == (kind_code, by_name):
        return by_name, ""
    return max(by_name, meaning.level or 0), f"{shown}の名前とコードが合いません。高い方のレベルで扱います。"
