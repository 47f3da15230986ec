"""訓練: the drill's clock, and a telegram brought into its time. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from todoke.base.clock import JAPAN

# The telegram's own times, wherever they stand; a time that ends in Z is UTC, every other one Japanese.
_MOMENT = re.compile(r"(?<=>)(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(Z|\+09:00)(?=<)")
_STATUS = re.compile(r"(<Status>)[^<]*(</Status>)")
_REPORTED = re.compile(r"<ReportDateTime>([^<]+)</ReportDateTime>")
EXERCISE = "訓練"
# How many times as fast as ours a drill's clock may run.
SPEEDS = (1, 2, 5, 10, 30, 60)
# What a scenario may expect: a draft made, approval asked for, released, first attempts begun, everything accepted.
EXPECTED = ("prepared", "submitted", "released", "attempted", "accepted")


class NoReportTime(ValueError):
    """The text is no telegram of the weather service: it says nowhere when it was reported."""


def elapsed(
    started_at: datetime, speed: int, rested: timedelta, paused_at: datetime | None, *, at: datetime
) -> timedelta:
    """How far the drill's own clock has come: it stands still while paused, and never runs back."""
    until = min(paused_at, at) if paused_at else at
    return max(timedelta(0), (until - started_at - rested) * speed)


def moment_of(started_at: datetime, speed: int, rested: timedelta, after: timedelta) -> datetime:
    """When, by our clock, the drill's clock comes to this point if it is not paused any more."""
    return started_at + rested + after / speed


def in_time(content: str, at: datetime) -> bytes:
    """The telegram as if it were reported at that moment, and as a drill: every time in it moves by the same span.

    The same text and moment give the same bytes. Raises NoReportTime.
    """
    found = _REPORTED.search(content)
    if found is None:
        raise NoReportTime
    # To the second: in a drill that runs fast, two telegrams come in the same minute, and the later one must be later.
    moved_by = at.replace(microsecond=0) - datetime.fromisoformat(found[1])

    def moved(moment: re.Match[str]) -> str:
        text, zone = moment.groups()
        shifted = datetime.fromisoformat(text + ("+00:00" if zone == "Z" else zone)) + moved_by
        if zone != "Z":
            shifted = shifted.astimezone(JAPAN)
        form = "%Y-%m-%dT%H:%M:%S" if text.count(":") == 2 else "%Y-%m-%dT%H:%M"
        return shifted.strftime(form) + zone

    return _STATUS.sub(rf"\g<1>{EXERCISE}\g<2>", _MOMENT.sub(moved, content)).encode()


@dataclass(frozen=True)
class BarPart:
    """A stretch of one bar of the report's chart: which of the five times, from where, how wide, at which height."""

    number: int
    begin: float
    width: float
    top: int


TIMES = ("prepared", "submitted", "released", "attempted", "arrived")
BAR_WIDTH, BAR_PITCH = 1000.0, 14


def bars(acts: Iterable[Mapping[str, float | None]]) -> list[BarPart]:
    """The times of each act, one after the other, all on one scale; a time that is not known is left out."""
    rows = [[(number, float(act[time] or 0)) for number, time in enumerate(TIMES, 1)] for act in acts]
    longest = max((sum(seconds for _number, seconds in row) for row in rows), default=0) or 1.0
    parts = []
    for index, row in enumerate(rows):
        begin = 0.0
        for number, seconds in row:
            width = max(0.0, seconds) / longest * BAR_WIDTH
            if width:
                parts.append(BarPart(number, round(begin, 1), round(width, 1), index * BAR_PITCH))
            begin += width
    return parts
