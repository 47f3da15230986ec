"""When a term ends: in open days or days of the calendar, with the clock stopped in between."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from todoke.base.calendar import OfficeCalendar, Stop
from todoke.base.clock import JAPAN
from todoke.shared.casework.rules.document import Counts, FlowDocument

_EVERY_DAY = OfficeCalendar(lambda _day: False)


def end_of_term(
    start: date, days: int, counts: Counts, *, rolls: bool, office: OfficeCalendar, stops: Iterable[Stop] = ()
) -> date | None:
    """The last day of a term that began on `start`; None while the clock stands still.

    With `rolls`, a term that ends on a closed day ends on the next open one (地方自治法第4条の2第4項 and 行政手続法).
    """
    calendar = office if counts is Counts.OPEN_DAYS else _EVERY_DAY
    due = calendar.due_date(start, days, stops)
    return office.next_open(due) if due is not None and rolls else due


def due_date_of(flow: FlowDocument, start: date, stops: Iterable[Stop], office: OfficeCalendar) -> date | None:
    """The day by which the office wants to have decided (標準処理期間); None where there is none, or the clock
    stands.
    """
    if flow.term_days is None:
        return None
    return end_of_term(start, flow.term_days, flow.counts, rolls=flow.rolls, office=office, stops=stops)


def end_of_day(day: date) -> datetime:
    """The instant at which this Japanese day is over."""
    return datetime.combine(day + timedelta(days=1), time(), JAPAN)
