"""Which telegrams ask for a draft, and what kind of one: the table. Others only stand on the time line."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from todoke.civic.emergency.rules.notices import Hazard, NoticeKind

LEVEL_MIN = 2
# 震度５弱 and more: above this, things fall and people are hurt (気象庁震度階級関連解説表).
STRONG = frozenset({"5-", "5+", "6-", "6+", "7"})

_NUMBERED = re.compile(r"^レベル[１-５1-5]")

Worth = Callable[[int | None, str, str], bool]


def _by_level(level: int | None, _kind_code: str, _name: str) -> bool:
    return level is not None and level >= LEVEL_MIN


def _by_level_or_warning(level: int | None, _kind_code: str, name: str) -> bool:
    return _by_level(level, _kind_code, name) or "警報" in name


def _strong(_level: int | None, kind_code: str, name: str) -> bool:
    return kind_code in STRONG or "５弱以上" in name


def _tsunami(_level: int | None, _kind_code: str, name: str) -> bool:
    # 津波予報（若干の海面変動） asks nobody to leave the shore.
    return "警報" in name or "注意報" in name


def _eruption_warning(_level: int | None, _kind_code: str, name: str) -> bool:
    return "警報" in name or "入山" in name or "避難" in name or "居住地域" in name


@dataclass(frozen=True)
class Rule:
    """What a family of telegrams leads to: the incident it belongs to, the notice, and which of its rows are worth one.

    `worth(level, kind_code, kind)` decides for one area. `source` joins families that tell
    of the same thing: 震度速報 and the fuller report after it become one message.
    """

    group: str
    kind: NoticeKind
    hazard: Hazard
    worth: Worth
    incident: str
    source: str = ""


RULES: Mapping[str, Rule] = {
    "jma.rain": Rule("storm", NoticeKind.WEATHER, Hazard.RAIN, _by_level, "大雨"),
    "jma.landslide": Rule("storm", NoticeKind.WEATHER, Hazard.LANDSLIDE, _by_level, "大雨"),
    "jma.storm-surge": Rule("storm", NoticeKind.WEATHER, Hazard.STORM_SURGE, _by_level, "高潮"),
    "jma.wind": Rule("storm", NoticeKind.WEATHER, Hazard.WIND, _by_level_or_warning, "暴風"),
    "jma.waves": Rule("storm", NoticeKind.WEATHER, Hazard.WIND, _by_level_or_warning, "高波"),
    "jma.snow": Rule("storm", NoticeKind.WEATHER, Hazard.WIND, _by_level_or_warning, "大雪"),
    "jma.other-weather": Rule("storm", NoticeKind.WEATHER, Hazard.ANY, _by_level_or_warning, "気象警報"),
    "jma.weather": Rule("storm", NoticeKind.WEATHER, Hazard.ANY, _by_level_or_warning, "気象警報"),
    "jma.flood-by-area": Rule("storm", NoticeKind.FLOOD, Hazard.FLOOD, _by_level, "洪水"),
    "jma.river": Rule("storm", NoticeKind.FLOOD, Hazard.FLOOD, _by_level, "河川氾濫"),
    "jma.quake-prompt": Rule("earthquake", NoticeKind.EARTHQUAKE, Hazard.EARTHQUAKE, _strong, "地震", "jma.quake"),
    "jma.quake": Rule("earthquake", NoticeKind.EARTHQUAKE, Hazard.EARTHQUAKE, _strong, "地震", "jma.quake"),
    "jma.tsunami": Rule("earthquake", NoticeKind.TSUNAMI, Hazard.TSUNAMI, _tsunami, "津波"),
    "jma.volcano": Rule("volcano", NoticeKind.VOLCANO, Hazard.VOLCANO, _eruption_warning, "火山"),
}


# Of two warnings without a level the graver one is told: by the words in their names, gravest first.
GRAVITY = ("大津波", "特別警報", "震度７", "震度６強", "震度６弱", "震度５強", "震度５弱", "危険警報", "警報", "注意報")


def official_word(kind: str) -> str:
    """The name of a warning without its level (大雨特別警報), since the level stands beside it everywhere."""
    return _NUMBERED.sub("", kind).removesuffix("：発表")


def gravity(level: int | None, name: str) -> tuple[int, int]:
    """How grave a warning is, to be compared: by level, then by name."""
    place = next((index for index, word in enumerate(GRAVITY) if word in name), len(GRAVITY))
    return level or 0, -place
