"""How looks are counted: which are one, from when they go, which stand out."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from todoke.base.clock import JAPAN, in_japan

# Turning a page back and forth is one look.
SAME_FOR = timedelta(minutes=10)

APRIL = 4
# Outside of these hours, and at weekends, a look is unusual; it may be right (an emergency, a shift).
OPENS, SHUTS = 8, 19
SATURDAY = 5


class Way(StrEnum):
    """How somebody saw it."""

    PAGE = "page"
    EXPORT = "export"
    PRINT = "print"


def is_outside_hours(at: datetime) -> bool:
    """Whether this was at night or at a weekend, on a Japanese clock."""
    here = in_japan(at)
    return here.weekday() >= SATURDAY or not OPENS <= here.hour < SHUTS


def kept_since(today: date, years: int) -> datetime:
    """Looks before this instant go: so many whole fiscal years stay, and the present one."""
    fiscal_year = today.year if today.month >= APRIL else today.year - 1
    return datetime.combine(date(fiscal_year - years, APRIL, 1), time.min, tzinfo=JAPAN)
