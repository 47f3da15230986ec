"""警戒レベル: numbers and official words.

Source: 避難情報に関するガイドライン (内閣府, in force since 2021-05-20). Levels 5 to 3 are the mayor's (災害対策基本法
第56条・第60条), 2 and 1 the weather service's. The English words are those of the Cabinet Office's English leaflet.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Level:
    """One 警戒レベル: its number, its official word, and what people do."""

    number: int
    word: Promise
    act: Promise


LEVELS: dict[int, Level] = {
    level.number: level
    for level in (
        Level(5, _("緊急安全確保"), _("命の危険。直ちに安全を確保してください。")),
        Level(4, _("避難指示"), _("危険な場所から全員避難してください。")),
        Level(3, _("高齢者等避難"), _("危険な場所から、高齢の方など時間のかかる人は避難してください。")),
        Level(2, _("注意報"), _("ハザードマップなどで、避難のしかたを確かめてください。")),
        Level(1, _("早期注意情報"), _("災害への心構えを高めてください。")),
    )
}


def level_of(number: object) -> Level:
    """The level with this number, given as number or text; LookupError when there is none such."""
    try:
        return LEVELS[int(str(number))]
    except (ValueError, KeyError):
        raise LookupError(f"a 警戒レベル is 1, 2, 3, 4 or 5, not “{number}”") from None
