"""National holidays (国民の祝日に関する法律, 昭和23年法律第178号), and the days on which a city office is usually
closed.

The days come from `jpholiday`. The two equinoxes are announced in the gazette (官報) at the beginning of February of
the year before; until then they are an astronomer's estimate, and so is what follows from them.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import jpholiday

SUBSTITUTE = "振替休日"
BETWEEN = "国民の休日"
_EQUINOXES = ("春分の日", "秋分の日")


def holiday_name(day: date) -> str | None:
    """The holiday's name as the gazette writes it; 振替休日 and 国民の休日 for the days that follow from others."""
    name = _holidays_of(day.year).get(day)
    return SUBSTITUTE if name is not None and SUBSTITUTE in name else name


def rests_on_an_estimate(day: date, today: date) -> bool:
    """Whether the holiday on this day hangs on an equinox that the gazette had not yet announced on `today`."""
    name = _holidays_of(day.year).get(day)
    if name is None or today >= date(day.year - 1, 2, 1):
        return False
    return any(equinox in name for equinox in _EQUINOXES) or (name == BETWEEN and day.month == 9)


def is_usual_closing_day(day: date) -> bool:
    """市の休日 as nearly every city's ordinance has them (地方自治法第4条の2): weekends, holidays, 29 December to 3
    January.
    """
    return day.weekday() >= 5 or (day.month, day.day) in _TURN_OF_THE_YEAR or day in _holidays_of(day.year)


_TURN_OF_THE_YEAR = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


@lru_cache(maxsize=400)
def _holidays_of(year: int) -> Mapping[date, str]:
    return dict(jpholiday.year_holidays(year))
