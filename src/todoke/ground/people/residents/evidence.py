"""What a session has shown of a resident, and which level that comes to: values in hand, no database.

A level is never a property of an account. It follows from what was shown in this very session, and it wears off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from todoke.ground.people.rules import Level

SESSION_MINUTES = 4 * 60
# From the counter's number upwards: whoever leaves a shared computer leaves less behind.
HIGH_MINUTES = 60
# A provider's clock may be a little ahead of ours.
AHEAD_SECONDS = 60
LADDER = frozenset(int(level) for level in Level)


@dataclass(frozen=True)
class Shown:
    """One thing that was shown: the means, the level that it reaches, and when, in seconds since 1970."""

    means: str
    level: Level
    at: float

    def as_json(self) -> list[Any]:
        """As a session keeps it."""
        return [self.means, int(self.level), self.at]

    @classmethod
    def from_json(cls, kept: Any) -> "Shown | None":
        """What a session kept; None for anything that this module has not written."""
        match kept:
            case [str(means), int(level), float() | int() as at] if level in LADDER:
                return cls(means, Level(level), float(at))
        return None

    def holds_at(self, at: datetime, within_minutes: int | None = None) -> bool:
        """Whether it still counts; a time to come never does."""
        age = at.timestamp() - self.at
        longest = HIGH_MINUTES if self.level >= Level.COUNTER else SESSION_MINUTES
        if within_minutes is not None:
            longest = min(longest, within_minutes)
        return -AHEAD_SECONDS <= age <= longest * 60


def level_of(shown: Iterable[Shown], at: datetime, within_minutes: int | None = None) -> Level:
    """The highest level that still counts."""
    return max((each.level for each in shown if each.holds_at(at, within_minutes)), default=Level.NONE)


def with_newest(shown: Iterable[Shown], latest: Shown) -> list[Shown]:
    """What was shown, with the newest of each means only."""
    return [*(each for each in shown if each.means != latest.means), latest]
