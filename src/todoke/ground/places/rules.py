"""Codes and kinds of places: pure facts, no table is touched."""

import re
from collections.abc import Mapping
from types import MappingProxyType

CHECK_WEIGHTS = (6, 5, 4, 3, 2)

# How many digits each scheme's codes have. Sources: the weather service's code tables (個別コード表) and
# JIS X 0401/0402 with check digit.
SCHEME_DIGITS: Mapping[str, int] = MappingProxyType(
    {
        "jma.city": 7,  # 市町村等（気象警報等）, AreaInformationCity
        "jma.tsunami": 3,  # 津波予報区, AreaTsunami
        "jma.river": 12,  # 指定河川洪水予報の予報区域, AreaFloodForecast
        "jma.seismic": 3,  # 地震情報の細分区域, AreaForecastLocalE
        "jma.forecast": 6,  # 府県予報区・一次細分区域・まとめた地域, AreaForecastLocalM
        "jma.volcano": 3,  # 火山, PointVolcano
    }
)

# Outermost first: a child stands further to the right than its parent, so that a tree cannot bite its tail.
KIND_ORDER = ("municipality", "ward", "district", "neighbourhood")

# From 与那国島 to 南鳥島, from 沖ノ鳥島 to 択捉島: a point outside has its numbers swapped or mistyped.
JAPAN_WEST, JAPAN_EAST = 122.0, 154.0
JAPAN_SOUTH, JAPAN_NORTH = 20.0, 46.0


def check_digit(five: str) -> str:
    """The sixth digit of a 全国地方公共団体コード: modulus 11 over weights 6, 5, 4, 3, 2 (総務省)."""
    weighted = sum(weight * int(digit) for weight, digit in zip(CHECK_WEIGHTS, five, strict=True))
    return str((11 - weighted % 11) % 10)


def is_municipality_code(text: str) -> bool:
    """Six digits, of which the last one is the right check digit."""
    return re.fullmatch(r"[0-9]{6}", text) is not None and check_digit(text[:5]) == text[5]


def likely_code(text: str) -> str | None:
    """The code somebody probably meant: a lost leading zero, a missing check digit; None when nobody can tell.

    Spreadsheets drop the leading zero (4100 for 04100) and the 国土数値情報 leaves out the check digit (04101).
    A five-digit text is read as a code without its check digit first, as a code without its zero second.
    """
    if not re.fullmatch(r"[0-9]{4,5}", text):
        return None
    if len(text) == 5 and is_municipality_code("0" + text) and not 1 <= int(text[:2]) <= 47:
        return "0" + text
    five = text.rjust(5, "0")
    if 1 <= int(five[:2]) <= 47:
        return five + check_digit(five)
    return None


def may_stand_in(child_kind: str, parent_kind: str) -> bool:
    """A ward stands in a municipality, a neighbourhood in any of them, never the other way round."""
    return KIND_ORDER.index(child_kind) > KIND_ORDER.index(parent_kind)
