"""How long a record is kept: dates in hand, no database.

Sources: 民法 第140条 (the first day is not counted), 第141条, 第143条 (years and months by the calendar; where the last
month has no such day, its last day); the cities' own 文書管理規程, by which a document of a fiscal year is counted from
the following 1 April, one of a calendar year from the following 1 January.
"""

import calendar
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

APRIL = 4


class CountsFrom(StrEnum):
    """Where the count of years or days begins (起算日)."""

    FISCAL_YEAR = "fiscal_year"
    CALENDAR_YEAR = "calendar_year"
    EVENT = "event"


@dataclass(frozen=True)
class Term:
    """How long, and from where it counts: years, or days, or without end (永年) where both are None."""

    counts_from: CountsFrom
    years: int | None = None
    days: int | None = None

    def starts_on(self, closed_on: date) -> date:
        """The first day that counts for a record that was closed on this day."""
        if self.counts_from is CountsFrom.FISCAL_YEAR:
            return date(fiscal_year_of(closed_on) + 1, APRIL, 1)
        if self.counts_from is CountsFrom.CALENDAR_YEAR:
            return date(closed_on.year + 1, 1, 1)
        return closed_on + timedelta(days=1)

    def expires_on(self, closed_on: date) -> date | None:
        """The last day on which the record is kept; None where it is kept for good. It may go from the next day on."""
        start = self.starts_on(closed_on)
        if self.days is not None:
            return start + timedelta(days=self.days - 1)
        if self.years is None:
            return None
        return _years_later(start, self.years)


def fiscal_year_of(day: date) -> int:
    """The fiscal year (会計年度) in which this day lies: that of its 1 April."""
    return day.year if day.month >= APRIL else day.year - 1


def period_of(day: date) -> str:
    """The period whose key covers what is opened on this day: the month, as in “2026-05”."""
    return f"{day.year:04}-{day.month:02}"


def hash_of_ids(ids: Iterable[str]) -> str:
    """SHA-256 over identifiers, whatever their order: it proves which rows a certificate means, and names none."""
    digest = hashlib.sha256()
    for each in sorted(ids):
        encoded = each.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()


def _years_later(start: date, years: int) -> date:
    """The last day of so many years that begin on this day."""
    year = start.year + years
    if start.day > calendar.monthrange(year, start.month)[1]:
        # 民法 第143条第2項ただし書: there is no such day, so the month's last day ends it.
        return date(year, start.month, calendar.monthrange(year, start.month)[1])
    return start.replace(year=year) - timedelta(days=1)
