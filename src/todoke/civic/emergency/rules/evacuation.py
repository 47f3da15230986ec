"""避難情報: what may be ordered, in which words, and how a new notice differs from the last.

Source: 避難情報に関するガイドライン (内閣府, 令和3年5月; 災害対策基本法第56条・第60条).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from todoke.civic.emergency.rules.notices import LIFTED, ORDER_WORDS, NoticeKind, takes_levels

# Ended on 2021-05-20; whoever hears them today hears two systems at once. Longest first: one stands inside the other.
RETIRED_WORDS: Mapping[str, str] = {
    "避難準備・高齢者等避難開始": "高齢者等避難",
    "避難指示（緊急）": "避難指示",
    "避難指示(緊急)": "避難指示",
    "避難準備情報": "高齢者等避難",
    "災害発生情報": "緊急安全確保",
    "避難勧告": "避難指示",
}


@dataclass(frozen=True)
class AreaLevel:
    """One area of a notice: its key and name, its 警戒レベル or none, and the official word beside it."""

    key: str
    name: str
    level: int | None = None
    notice: str = ""

    @property
    def is_lifted(self) -> bool:
        """Whether the notice says that it is over here."""
        return self.level is None and self.notice == LIFTED


@dataclass(frozen=True)
class AreaChange:
    """What happens to one area from the last edition to the next: added, raised, lowered, lifted, dropped or same."""

    area: AreaLevel
    change: str
    before: int | None = None


def order_word(kind: str, level: int | None, hazard: str = "") -> str:
    """The official word for an area of an evacuation notice; empty for other kinds, whose words come with the facts."""
    if kind != NoticeKind.EVACUATION:
        return ""
    if level is None and not takes_levels(kind, hazard):
        return ORDER_WORDS[4]
    return ORDER_WORDS.get(level or 0, "")


def levels_that_do_not_fit(kind: str, hazard: str, areas: Iterable[AreaLevel]) -> list[AreaLevel]:
    """Areas whose level such a notice cannot carry: 1 and 2 are the weather service's, a tsunami has none."""
    allowed = takes_levels(kind, hazard)
    return [
        area
        for area in areas
        if not area.is_lifted and (area.level not in allowed if allowed else area.level is not None)
    ]


def retired_words_in(texts: Iterable[str]) -> dict[str, str]:
    """Words of before 2021 in these texts, each with the word of today."""
    found: dict[str, str] = {}
    for text in texts:
        rest = text
        for old, new in RETIRED_WORDS.items():
            if old in rest:
                found[old] = new
                rest = rest.replace(old, "")
    return found


def changes_between(before: Sequence[AreaLevel], after: Sequence[AreaLevel]) -> list[AreaChange]:
    """What changes for each area, in the order of the new notice; areas that it no longer names come last as dropped.

    Levels need not come in order: from nothing to 5, or from 4 to nothing, is a change like any other.
    """
    was = {area.key: area for area in before if not area.is_lifted}
    changes = []
    for area in after:
        old = was.pop(area.key, None)
        changes.append(AreaChange(area, _change(old, area), old.level if old else None))
    changes.extend(AreaChange(old, "dropped", old.level) for old in was.values())
    return changes


def _change(old: AreaLevel | None, new: AreaLevel) -> str:
    if new.is_lifted:
        return "lifted"
    if old is None:
        return "added"
    if (old.level or 0) == (new.level or 0):
        return "same" if old.notice == new.notice else "renamed"
    return "raised" if (new.level or 0) > (old.level or 0) else "lowered"
