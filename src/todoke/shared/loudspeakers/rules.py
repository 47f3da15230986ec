"""Pure decisions: what may sound at night, in which order groups sound, how long all of it lasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from todoke.base.clock import in_japan

ALL = "all"
# Ordinary notices leave people their sleep; an alert sounds at any hour.
QUIET_FROM, QUIET_UNTIL = time(21), time(7)
# What the radio needs to switch a group on, and a margin for a station that is slow.
SWITCH_SECONDS = 5
MARGIN_SECONDS = 60


@dataclass(frozen=True)
class Member:
    """A unit as the plan needs it: its own key, and its group's, with wave and gap."""

    unit: str
    group: str
    wave: int
    gap_seconds: int


@dataclass(frozen=True)
class Wave:
    """Units that sound at the same time, and the seconds of quiet before the next wave."""

    number: int
    groups: tuple[str, ...]
    units: tuple[str, ...]
    gap_seconds: int


def seconds_of_quiet(at: datetime) -> float:
    """How long ordinary notices must still wait at this instant; 0 by day."""
    local = in_japan(at)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return 0
    morning = local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    if local.time() >= QUIET_FROM:
        morning += timedelta(days=1)
    return (morning - local).total_seconds()


def waves_of(members: Iterable[Member]) -> list[Wave]:
    """The waves in their order; the longest gap of its groups counts for a wave."""
    by_wave: dict[int, list[Member]] = {}
    for member in members:
        by_wave.setdefault(member.wave, []).append(member)
    return [
        Wave(
            number,
            tuple(sorted({member.group for member in together})),
            tuple(sorted(member.unit for member in together)),
            max(member.gap_seconds for member in together),
        )
        for number, together in sorted(by_wave.items())
    ]


def starts_of(waves: Iterable[Wave], seconds: float) -> dict[int, float]:
    """After how many seconds each wave begins, when the sound lasts so long."""
    starts, at = {}, 0.0
    for wave in waves:
        starts[wave.number] = at
        at += seconds + SWITCH_SECONDS + wave.gap_seconds
    return starts


def seconds_for_all(waves: Iterable[Wave], seconds: float) -> float:
    """How long the whole broadcast may take before somebody has to ask."""
    return sum(seconds + SWITCH_SECONDS + wave.gap_seconds for wave in waves) + MARGIN_SECONDS


def stopped_words(after_seconds: float | None) -> str:
    """How far a unit had come when it was stopped, in words for staff; None where the station does not tell."""
    if after_seconds is None:
        return "止めました"
    return f"鳴り始めてから{after_seconds:.0f}秒で止めました" if after_seconds > 0 else "鳴る前に止めました"


def tally(states: Mapping[str, int]) -> str:
    """How many units came to what, in words for staff."""
    words = (("sounded", "鳴った"), ("failed", "鳴らなかった"), ("unknown", "返事がない"), ("stopped", "止めた"))
    return "、".join(f"{word} {states[state]}基" for state, word in words if states.get(state))
