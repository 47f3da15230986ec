"""What a notice is about: its kind, its hazard, and the words that go with both."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("ja", "ja-easy", "en")


class NoticeKind(TextChoices):
    """What the city says with a notice. Weather is passed on; an evacuation is ordered; the two are never mixed."""

    EVACUATION = "evacuation", _("避難情報")
    WEATHER = "weather", _("気象情報の伝達")
    FLOOD = "flood", _("河川の氾濫情報の伝達")
    TSUNAMI = "tsunami", _("津波情報の伝達")
    EARTHQUAKE = "earthquake", _("地震情報の伝達")
    VOLCANO = "volcano", _("火山情報の伝達")
    LIFTING = "lifting", _("解除")
    RUMOUR = "rumour", _("誤った情報の打消し")
    OTHER = "other", _("その他")


class Hazard(TextChoices):
    """Which danger it is about; empty where it may be any."""

    ANY = "", _("災害全般")
    RAIN = "rain", _("大雨")
    LANDSLIDE = "landslide", _("土砂災害")
    FLOOD = "flood", _("洪水・氾濫")
    STORM_SURGE = "storm-surge", _("高潮")
    WIND = "wind", _("暴風・大雪など")
    EARTHQUAKE = "earthquake", _("地震")
    TSUNAMI = "tsunami", _("津波")
    VOLCANO = "volcano", _("火山")
    FIRE = "fire", _("大規模な火災")


# 避難情報に関するガイドライン (内閣府, 令和3年5月): the words of the mayor's three levels, always with the number.
ORDER_WORDS = {5: "緊急安全確保", 4: "避難指示", 3: "高齢者等避難"}
LIFTED = "解除"

# The same document: what people are to do, by level.
ACTIONS: dict[str, dict[int, str]] = {
    "ja": {
        5: "命の危険が迫っています。直ちに身の安全を確保してください。",
        4: "危険な場所から全員避難してください。",
        3: (
            "危険な場所から、高齢者など避難に時間のかかる人は避難してください。"
            "そのほかの人も避難の準備をし、自主的に避難してください。"
        ),
        2: "ハザードマップで、自宅の危険と避難先、避難の道順を確かめてください。",
        1: "最新の気象情報に注意してください。",
    },
    "ja-easy": {
        5: (
            "命（いのち）が あぶないです。"
            "すぐに、今（いま）いる 場所（ばしょ）より 安全（あんぜん）な ところへ 行（い）って ください。"
        ),
        4: "あぶない ところに いる人（ひと）は、みんな 逃（に）げて ください。",
        3: (
            "お年寄（としよ）りや、逃（に）げるのに 時間（じかん）が かかる人（ひと）は、"
            "今（いま） 逃（に）げて ください。"
            "ほかの人（ひと）も 準備（じゅんび）を して ください。"
        ),
        2: "どこへ、どうやって 逃（に）げるか、地図（ちず）で たしかめて ください。",
        1: "新（あたら）しい 天気（てんき）の 情報（じょうほう）に 気（き）を つけて ください。",
    },
    "en": {
        5: "Your life is in danger. Secure your safety immediately.",
        4: "Everyone in a dangerous place must evacuate.",
        3: (
            "Elderly people and all who need time must leave dangerous places now. "
            "Everyone else: prepare, and leave early."
        ),
        2: "Check the hazard map: the dangers to your home, where to go, and how to get there.",
        1: "Stay alert to the latest weather information.",
    },
}

# Kinds whose areas carry a 警戒レベル, and which levels may stand there. Levels 1 and 2 are the weather service's.
LEVELS_OF_KIND: dict[str, tuple[int, ...]] = {
    NoticeKind.EVACUATION: (3, 4, 5),
    NoticeKind.WEATHER: (2, 3, 4, 5),
    NoticeKind.FLOOD: (2, 3, 4, 5),
}


# By which templates of kind 解除 are told apart: what they lift.
LIFTS = {NoticeKind.EVACUATION: "避難情報", NoticeKind.TSUNAMI: "津波", NoticeKind.VOLCANO: "火山"}


def takes_levels(kind: str, hazard: str) -> tuple[int, ...]:
    """The levels that areas of such a notice may have; none where the hazard stands outside the scale.

    For a tsunami there is no time to grade: the order is 避難指示 without a level (the same guideline, 津波).
    """
    if kind == NoticeKind.EVACUATION and hazard == Hazard.TSUNAMI:
        return ()
    return LEVELS_OF_KIND.get(kind, ())


def action_sentence(level: int | None, language: str) -> str:
    """What people are to do at this level, in this language; empty where there is no level."""
    return ACTIONS.get(language, ACTIONS["ja"]).get(level or 0, "")
