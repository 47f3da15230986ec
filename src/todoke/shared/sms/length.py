"""How long an SMS is: parts, what they cost, and how much fits.

A part holds 70 characters in UCS-2; of a longer text each part holds 67, since three go for joining them (3GPP TS
23.040, 9.2.3.24.1). Text of the basic alphabet alone (3GPP TS 23.038, 6.2.1) is counted in septets: 160, or 153 joined.
Japanese providers take 660 (空電プッシュ: prg-support.karaden.jp, SMS送信, 「最大660文字」) or 670 full-width
characters (メディアSMS: developer manual, smstext, 「670文字まで」), and count a part as 66, 67 or 70 of them: a form
says which.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from todoke.shared.messaging.channels.clusters import utf16_units

SINGLE, PART = 70, 67
CHARACTERS_MAX = 660
SEPTETS_SINGLE, SEPTETS_PART = 160, 153
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes an escape before it.
EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Length:
    """How a provider counts and what a part costs. `parts_max` is how long the city lets one become."""

    single: int = SINGLE
    part: int = PART
    characters_max: int = CHARACTERS_MAX
    parts_max: int = 3
    yen_per_part: Decimal | None = None

    @property
    def room(self) -> int:
        """How much one SMS may hold, in full-width characters."""
        whole = self.single if self.parts_max == 1 else self.part * self.parts_max
        return min(whole, self.characters_max)

    def weigh(self, text: str) -> int:
        """How much of that room a text takes; in the basic alphabet more than twice as much fits."""
        units = septets(text)
        if units is None:
            return utf16_units(text)
        wide, narrow = (self.single, SEPTETS_SINGLE) if self.parts_max == 1 else (self.part, SEPTETS_PART)
        return math.ceil(units * wide / narrow)

    def parts(self, text: str) -> int:
        """As how many parts a text travels."""
        units = septets(text)
        count, single, part = (
            (utf16_units(text), self.single, self.part) if units is None else (units, SEPTETS_SINGLE, SEPTETS_PART)
        )
        return 1 if count <= single else math.ceil(count / part)

    def cost(self, parts: int) -> Decimal | None:
        """What so many parts cost in yen, where the form tells it."""
        return None if self.yen_per_part is None else self.yen_per_part * parts


def septets(text: str) -> int | None:
    """The length in the basic alphabet; None where one character is outside it, and the whole travels in UCS-2."""
    if any(each not in BASIC and each not in EXTENDED for each in text):
        return None
    return sum(2 if each in EXTENDED else 1 for each in text)
