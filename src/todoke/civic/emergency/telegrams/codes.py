"""What the weather service's warning codes mean.

Source: 気象庁 個別コード表「警報等情報要素／気象警報・注意報」, state of 2026-07-23, after the change of
2026-05-28, and 指定河川洪水予報 解説資料 表2 for the rivers, of which code 51 was seen in a real telegram of
2026-06-03. Only this table is trusted: programs were found that had invented codes for level 4.
"""

from dataclasses import dataclass

NOTHING = "発表警報・注意報はなし"
LIFTED = "解除"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code: the phenomenon it belongs to, and its 警戒レベル (None: outside the scale)."""

    phenomenon: str
    level: int | None = None


WEATHER = {
    "33": Meaning("大雨", 5),
    "43": Meaning("大雨", 4),
    "03": Meaning("大雨", 3),
    "10": Meaning("大雨", 2),
    "39": Meaning("土砂災害", 5),
    "49": Meaning("土砂災害", 4),
    "09": Meaning("土砂災害", 3),
    "29": Meaning("土砂災害", 2),
    "38": Meaning("高潮", 5),
    "48": Meaning("高潮", 4),
    "08": Meaning("高潮", 3),
    "19": Meaning("高潮", 2),
    # 洪水 by area lives only in the transitional telegrams (VPWW53/54).
    "04": Meaning("洪水", 3),
    "18": Meaning("洪水", 2),
    "32": Meaning("暴風雪"),
    "02": Meaning("暴風雪"),
    "13": Meaning("風雪"),
    "35": Meaning("暴風"),
    "05": Meaning("暴風"),
    "15": Meaning("強風"),
    "36": Meaning("大雪"),
    "06": Meaning("大雪"),
    "12": Meaning("大雪"),
    "37": Meaning("波浪"),
    "07": Meaning("波浪"),
    "16": Meaning("波浪"),
    "14": Meaning("雷"),
    "17": Meaning("融雪"),
    "20": Meaning("濃霧"),
    "21": Meaning("乾燥"),
    "22": Meaning("なだれ"),
    "23": Meaning("低温"),
    "24": Meaning("霜"),
    "25": Meaning("着氷"),
    "26": Meaning("着雪"),
    "27": Meaning("その他"),
}

# The names until 2026-05-27, still used in the transitional telegrams, with their code and equivalent level:
# 内閣府「避難情報に関するガイドライン」 (令和3年5月), 警戒レベル相当情報. A 高潮警報 of that time stood at level 4, and
# "高潮警報" without a number must not be taken for today's レベル３高潮警報, which has the same code 08.
OLD_NAMES = {
    "大雨特別警報": ("33", 5),
    "大雨警報": ("03", 3),
    "大雨注意報": ("10", 2),
    "洪水警報": ("04", 3),
    "洪水注意報": ("18", 2),
    "高潮特別警報": ("38", 4),
    "高潮警報": ("08", 4),
    "高潮注意報": ("19", 2),
}

RIVER = {
    "20": Meaning("氾濫", 2),
    "21": Meaning("氾濫", 2),
    "22": Meaning("氾濫", 2),
    "30": Meaning("氾濫", 3),
    "31": Meaning("氾濫", 3),
    "40": Meaning("氾濫", 4),
    "41": Meaning("氾濫", 4),
    "51": Meaning("氾濫", 5),
    "53": Meaning("氾濫", 5),
}

# Kinds by which an office says that something is over, or that there is nothing.
WEATHER_LIFTED = frozenset({"00"})
RIVER_LIFTED = frozenset({"10"})
TSUNAMI_LIFTED = frozenset({"00", "50", "60"})
ERUPTION_LIFTED = frozenset({"04"})
