"""Reckoning with dates where a calendar ends somewhere: None, never an error, beyond it."""

from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, timedelta
from decimal import Decimal

from todoke.base import calendar
from todoke.base.formulas.kinds import OPEN_DAYS_LOOKED_AT_MAX, OPEN_DAYS_MAX

ONE_DAY = timedelta(days=1)


def age_on(birth: date, day: date) -> int | None:
    """The legal age at the end of this day: one more on the day before the birthday already; None before birth."""
    if day < birth:
        return None
    try:
        return calendar.age_on(birth, day)
    except (ValueError, OverflowError):
        # The next birthday lies behind the last day that a calendar has.
        return None


def fiscal_year_start(day: date) -> date | None:
    """The first day of the fiscal year of this day."""
    year = calendar.fiscal_year_of(day)
    return date(year, 4, 1) if year >= MINYEAR else None


def add_days(day: date, number: Decimal) -> date | None:
    """So many days later; a fraction of a day is left away."""
    try:
        return day + timedelta(days=int(number))
    except OverflowError:
        return None


def add_months(day: date, number: Decimal) -> date | None:
    """The same day so many months later, or that month's last where it has none (民法143条2項)."""
    months = day.year * 12 + day.month - 1 + int(number)
    year, month = divmod(months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_open(day: date, is_open: Callable[[date], bool]) -> date | None:
    """This day if the office is open, else the next that is; None where none is near."""
    return _forward(day, 0, is_open) if is_open(day) else _forward(day, 1, is_open)


def add_open_days(day: date, number: Decimal, is_open: Callable[[date], bool]) -> date | None:
    """The n-th open day after this day (初日不算入、民法140条), 0 to 250; 0 is the day itself."""
    wanted = int(number)
    return _forward(day, wanted, is_open) if 0 <= wanted <= OPEN_DAYS_MAX else None


def open_days_between(day: date, until: date, is_open: Callable[[date], bool]) -> int | None:
    """How many open days lie after this day up to and including the other; None beyond 750 days or backwards."""
    length = (until - day).days
    if not 0 <= length <= OPEN_DAYS_LOOKED_AT_MAX:
        return None
    return sum(bool(is_open(day + timedelta(days=each))) for each in range(1, length + 1))


def _forward(day: date, wanted: int, is_open: Callable[[date], bool]) -> date | None:
    for _each in range(OPEN_DAYS_LOOKED_AT_MAX):
        if wanted == 0:
            return day
        if day == date.max:
            return None
        day += ONE_DAY
        wanted -= bool(is_open(day))
    return None
