"""Which telegrams we interpret, and how: the table. A new family is a new row.

A telegram belongs to the family whose title prefix its Control/Title begins with; titles carry variants (土砂 and
土砂災害, a trailing “a”), so the whole title is never compared. Source: 気象庁防災情報XML 電文一覧 and the technical
information 第634号 for the telegrams of 2026-05-28.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from todoke.civic.emergency.telegrams import levels
from todoke.civic.emergency.telegrams.codes import (
    ERUPTION_LIFTED,
    RIVER_LIFTED,
    TSUNAMI_LIFTED,
    WEATHER_LIFTED,
)


class Reading(Enum):
    """How the areas are found in a telegram; areas.py knows each way."""

    WARNINGS = "Body/Warning[@type]/Item: several Kind, one Area"
    HEADLINE = "Head/Headline/Information[@type]/Item: Kind, Areas/Area"
    INTENSITY = "Body/Intensity/Observation/Pref/Area(/City): MaxInt"
    TSUNAMI = "Body/Tsunami/Forecast/Item: Area, Category/Kind"
    FLOODED = "Body/Warning/Item/Areas/Area/CityCode, with the Kind of the headline"


class Identity(Enum):
    """What makes a later telegram replace an earlier one."""

    STATE = "one state for each office, ordered by the time of the report"
    EVENT = "one state for each EventID, ordered by serial, then by the time of the report"
    NEWS = "no state: it tells of something and nothing replaces it"


@dataclass(frozen=True, slots=True)
class Block:
    """One place where areas stand. Of `types`, the first that the telegram has is read."""

    reading: Reading
    scheme: str
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """One family of telegrams.

    `code` is the data code or a pattern of it. `keeps` names the codes of kinds for which this family counts; empty
    means all. It is how the transitional telegrams do not warn a second time. `valid_hours` is how long a
    state without news stays in force before it is shown as out of date. `must_name_areas`: a telegram without any area
    is one that we do not understand, never "nothing in force".
    """

    key: str
    title: str
    code: str
    phenomenon: str
    blocks: tuple[Block, ...]
    level: Callable[[str, str], tuple[int | None, str]]
    identity: Identity
    valid_hours: int
    lifted: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    must_name_areas: bool = False

    def has_code(self, code: str) -> bool:
        """Whether telegrams of this family may carry this data code."""
        return re.fullmatch(self.code, code) is not None

    def counts(self, kind_code: str) -> bool:
        """Whether this family speaks for kinds with this code, or leaves them to another family."""
        return not self.keeps or kind_code in self.keeps


MUNICIPALITIES = (Block(Reading.WARNINGS, "jma.city", ("気象警報・注意報（市町村等）",)),)
R06 = "気象警報・注意報（Ｒ０６）"


def _since_2026(key: str, kind: str, code: str, phenomenon: str) -> Family:
    return Family(
        key=key,
        title=f"{R06}（{kind}" if kind else R06,
        code=code,
        phenomenon=phenomenon,
        blocks=MUNICIPALITIES,
        level=levels.weather_level,
        identity=Identity.STATE,
        valid_hours=48,
        must_name_areas=True,
        lifted=WEATHER_LIFTED,
    )


def _transitional(title: str, code: str) -> Family:
    # Both transitional telegrams say the same at the same minute, so they share a key and with it one state. All but
    # the 洪水警報・注意報 by area is said by the telegrams of 2026 as well, and better: with the level.
    return Family(
        key="jma.flood-by-area",
        title=title,
        code=code,
        phenomenon="洪水",
        blocks=MUNICIPALITIES,
        level=levels.weather_level,
        identity=Identity.STATE,
        valid_hours=48,
        must_name_areas=True,
        lifted=WEATHER_LIFTED,
        keeps=frozenset({"04", "18"}),
    )


FAMILIES = (
    _since_2026("jma.rain", "大雨", "VPWW55", "大雨"),
    _since_2026("jma.landslide", "土砂", "VPWW56", "土砂災害"),
    _since_2026("jma.storm-surge", "高潮", "VPWW57", "高潮"),
    _since_2026("jma.wind", "暴風", "VPWW58", "暴風"),
    _since_2026("jma.waves", "波浪", "VPWW59", "波浪"),
    _since_2026("jma.snow", "大雪", "VPWW60", "大雪"),
    _since_2026("jma.other-weather", "その他", "VPWW61", "その他"),
    # A title that we have not seen yet must not make a warning disappear. After the rows above: the first prefix wins.
    _since_2026("jma.weather", "", "VPWW(5[5-9]|6[01])", "気象"),
    _transitional("気象特別警報・警報・注意報", "VPWW53"),
    _transitional("気象警報・注意報（Ｈ２７）", "VPWW54"),
    Family(
        key="jma.river",
        title="指定河川洪水予報",
        code=r"VXKO(ii|[5-8]\d)",  # the last two characters are a running number, 50 to 89
        phenomenon="氾濫",
        blocks=(
            Block(Reading.HEADLINE, "jma.river", ("指定河川洪水予報（予報区域）",)),
            Block(Reading.FLOODED, "jma.city"),
        ),
        level=levels.river_level,
        identity=Identity.EVENT,
        valid_hours=48,
        must_name_areas=True,
        lifted=RIVER_LIFTED,
    ),
    Family(
        key="jma.quake-prompt",
        title="震度速報",
        code="VXSE51",
        phenomenon="地震",
        blocks=(Block(Reading.INTENSITY, "jma.seismic"),),
        level=levels.no_level,
        identity=Identity.EVENT,
        valid_hours=24,
    ),
    Family(
        key="jma.quake",
        title="震源・震度に関する情報",
        code="VXSE53",
        phenomenon="地震",
        blocks=(Block(Reading.INTENSITY, "jma.city"),),
        level=levels.no_level,
        identity=Identity.EVENT,
        valid_hours=24,
    ),
    Family(
        key="jma.tsunami",
        title="津波警報・注意報・予報",
        code="VTSE41",
        phenomenon="津波",
        blocks=(Block(Reading.TSUNAMI, "jma.tsunami"),),
        level=levels.no_level,
        identity=Identity.STATE,
        valid_hours=48,
        lifted=TSUNAMI_LIFTED,
    ),
    Family(
        # Arrival times and heights. What is in force stands in VTSE41; this one repeats it and keeps no state.
        key="jma.tsunami-news",
        title="津波情報",
        code="VTSE51",
        phenomenon="津波",
        blocks=(Block(Reading.TSUNAMI, "jma.tsunami"),),
        level=levels.no_level,
        identity=Identity.NEWS,
        valid_hours=24,
        lifted=TSUNAMI_LIFTED,
    ),
    Family(
        # The kind stands in Condition of the 情報タグ: 線状降水帯発生, 記録雨, 短時間大雪, 竜巻注意.
        key="jma.prompt-news",
        title="府県気象防災速報",
        code="VPBS50",
        phenomenon="気象防災速報",
        blocks=(Block(Reading.HEADLINE, "jma.forecast", ("情報タグ",)),),
        level=levels.no_level,
        identity=Identity.EVENT,
        valid_hours=6,
    ),
    Family(
        key="jma.volcano",
        title="噴火警報・予報",
        code="VFVO50",
        phenomenon="噴火",
        blocks=(
            Block(Reading.HEADLINE, "jma.volcano", ("噴火警報・予報（対象火山）",)),
            # Both name the municipalities; the first says what they have to do.
            Block(
                Reading.HEADLINE,
                "jma.city",
                ("噴火警報・予報（対象市町村の防災対応等）", "噴火警報・予報（対象市町村等）"),
            ),
        ),
        level=levels.no_level,
        identity=Identity.EVENT,
        # A volcano keeps its level for months; a state older than a year is looked at by a person.
        valid_hours=24 * 366,
        lifted=ERUPTION_LIFTED,
    ),
    Family(
        key="jma.eruption",
        title="噴火に関する火山観測報",
        code="VFVO52",
        phenomenon="噴火",
        blocks=(Block(Reading.HEADLINE, "jma.volcano", ("噴火に関する火山観測報",)),),
        level=levels.no_level,
        identity=Identity.EVENT,
        valid_hours=24,
    ),
)


def family_of(title: str) -> Family | None:
    """The family whose title prefix this Control/Title begins with."""
    return next((family for family in FAMILIES if title.startswith(family.title)), None)


def family_by_key(key: str) -> Family | None:
    """The first family with this key; rows written by a family that is no longer there find None."""
    return next((family for family in FAMILIES if family.key == key), None)
