"""What a notice is about: its kind, its hazard, and the words that go with both."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.levels import LEVELS, ORDER_WORDS
from todoke.shared.messaging.phrasebook import book

__all__ = [
    "LANGUAGES",
    "LIFTED",
    "LIFTS",
    "ORDER_WORDS",
    "STATES_OF_THE_CITY",
    "Hazard",
    "NoticeKind",
    "action_sentence",
    "takes_levels",
]

# The languages in which people write here; the others of the phrasebook are composed from it.
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
    SHELTER = "shelter", _("避難所の開設状況")
    HEADQUARTERS = "headquarters", _("災害対策本部")


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


# What the city says of its own state rather than of a danger: made from an entry of its own, never from a template.
STATES_OF_THE_CITY = (NoticeKind.SHELTER, NoticeKind.HEADQUARTERS)

LIFTED = "解除"

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
    return book(language).text(f"action.{level}") if level in LEVELS else ""
