"""Asking when the office is open."""

import threading
import time
from collections.abc import Collection
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from todoke.base.calendar import OfficeCalendar, is_usual_closing_day
from todoke.base.prepared import Prepared
from todoke.ground.people.rules import Viewer
from todoke.shared.timetable.models import ClosingDay

CLOSE = "timetable.closings"
FRESH_SECONDS = 5.0

_OWN = Prepared(lambda: ClosingDay.objects.only("day"))
_lock = threading.Lock()
_kept: tuple[float, OfficeCalendar] | None = None


def office_calendar() -> OfficeCalendar:
    """The office's calendar: weekends, holidays, 29 December to 3 January, and the city's own closing days.

    One question to the database. Inside a transaction it is always asked; outside, the answer is kept for five seconds.
    """
    global _kept  # noqa: PLW0603 - one calendar for the whole process, replaced as a whole
    if connection.in_atomic_block:
        return _calendar()
    with _lock:
        if _kept is None or time.monotonic() - _kept[0] > FRESH_SECONDS:
            _kept = (time.monotonic(), _calendar())
        return _kept[1]


def forget() -> None:
    """Have this process ask again at once; the others do within five seconds."""
    global _kept  # noqa: PLW0603 - see above
    with _lock:
        _kept = None


def closing_days_for(viewer: Viewer) -> QuerySet[ClosingDay]:
    """The closing days as their keepers see them, with who added each."""
    if not viewer.may(CLOSE):
        return ClosingDay.objects.none()
    return ClosingDay.objects.select_related("added_by")


def _calendar() -> OfficeCalendar:
    own: Collection[date] = frozenset(each.day for each in _OWN.rows())
    return OfficeCalendar(lambda day: is_usual_closing_day(day) or day in own)
