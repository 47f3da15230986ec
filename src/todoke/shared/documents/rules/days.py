"""Days on paper."""

from datetime import date

from todoke.base.calendar import Calendar, in_words


def on_paper(day: date) -> str:
    """The day as an office writes it: 令和8年11月21日, 令和元年5月1日; before 1873 the western date."""
    return in_words(day, "ja", Calendar.ERA)
