"""Working days: when an office is open next, terms counted in open days, and terms whose clock was stopped.

The first day is never counted (民法第140条): a term of one open day that begins on a Friday ends on the Monday. What an
office waits for somebody else to do (補正) does not count either (行政手続法第6条 and the cities' 標準処理期間): the
days after the clock was stopped, through the day on which it ran again, are nobody's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from todoke.base.calendar.holidays import is_usual_closing_day

CLOSED_DAYS_MAX = 366
_DAY = timedelta(days=1)


class NeverOpen(ValueError):
    """A calendar that has no open day within a year: a fault in the closing days, never a term."""


@dataclass(frozen=True)
class Stop:
    """A time in which a clock stood still: stopped on one day and set going on another, or not yet (None)."""

    began: date
    ended: date | None = None

    def covers(self, day: date) -> bool:
        """Whether this day is not counted because of this stop."""
        return self.began < day and (self.ended is None or day <= self.ended)


class OfficeCalendar:
    """The days on which an office is open, and counting in them. `is_closed` answers for every day."""

    def __init__(self, is_closed: Callable[[date], bool] = is_usual_closing_day) -> None:
        self._is_closed = is_closed

    def is_open(self, day: date) -> bool:
        """Whether the office is open on this day."""
        return not self._is_closed(day)

    def next_open(self, day: date) -> date:
        """This day, or the first open one after it: where a term goes that ends on a closed day."""
        return day if self.is_open(day) else self._step(day, _DAY)

    def latest_open(self, day: date) -> date:
        """This day, or the last open one before it."""
        return day if self.is_open(day) else self._step(day, -_DAY)

    def add_open_days(self, day: date, count: int) -> date:
        """The day that lies so many open days after `day`, before it for a negative count; `day` itself for none."""
        for _each in range(abs(count)):
            day = self._step(day, _DAY if count > 0 else -_DAY)
        return day

    def open_days_between(self, start: date, end: date) -> int:
        """How many open days follow after `start`, through `end`; negative when `end` lies before.

        Additive over any three days, and the reverse of `add_open_days`.
        """
        if end < start:
            return -self.open_days_between(end, start)
        return sum(self.is_open(start + timedelta(days=each)) for each in range(1, (end - start).days + 1))

    def days_used(self, start: date, end: date, stops: Iterable[Stop] = ()) -> int:
        """The open days after `start`, through `end`, on which the clock ran. Overlapping stops count once."""
        held = list(stops)
        days = (start + timedelta(days=each) for each in range(1, (end - start).days + 1))
        return sum(self.is_open(day) and not any(stop.covers(day) for stop in held) for day in days)

    def due_date(self, start: date, count: int, stops: Iterable[Stop] = ()) -> date | None:
        """The day on which a term of so many open days ends, leaving out the stops; None while the clock stands still.

        A term of no days ends on the next open day.
        """
        held = sorted(stops, key=lambda stop: (stop.began, stop.ended or date.max))
        day, left = start, count
        while left > 0:
            day = self._step(day, _DAY)
            covering = next((stop for stop in held if stop.covers(day)), None)
            if covering is None:
                left -= 1
            elif covering.ended is None:
                return None
            else:
                day = covering.ended
        return self.next_open(day)

    def _step(self, day: date, step: timedelta) -> date:
        for count in range(1, CLOSED_DAYS_MAX + 1):
            if self.is_open(day + count * step):
                return day + count * step
        raise NeverOpen(f"no open day within {CLOSED_DAYS_MAX} days of {day}")


USUAL = OfficeCalendar()
