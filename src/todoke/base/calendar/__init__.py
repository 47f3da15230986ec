"""The Japanese calendar: eras, dates as people write them, fiscal years, ages, holidays, and the days an office is
open.

Pure: no table and no clock. Whoever asks passes the day in. The city's own closing days belong to `shared/timetable`.
"""

from todoke.base.calendar.ages import (
    age_on,
    birthday_in,
    cohort_births,
    reaches_age_on,
    school_entry_on,
    school_grade_on,
)
from todoke.base.calendar.eras import ERAS, FIRST_SOLAR_DAY, Era, era_at, era_year
from todoke.base.calendar.holidays import holiday_name, is_usual_closing_day, rests_on_an_estimate
from todoke.base.calendar.office import USUAL, NeverOpen, OfficeCalendar, Stop
from todoke.base.calendar.reading import Precision, ReadDate, UnreadableDate, read_date
from todoke.base.calendar.wording import Calendar, fiscal_year_in_words, in_words
from todoke.base.calendar.years import fiscal_year_of, fiscal_year_span, settlement_ends_on

__all__ = [
    "ERAS",
    "FIRST_SOLAR_DAY",
    "USUAL",
    "Calendar",
    "Era",
    "NeverOpen",
    "OfficeCalendar",
    "Precision",
    "ReadDate",
    "Stop",
    "UnreadableDate",
    "age_on",
    "birthday_in",
    "cohort_births",
    "era_at",
    "era_year",
    "fiscal_year_in_words",
    "fiscal_year_of",
    "fiscal_year_span",
    "holiday_name",
    "in_words",
    "is_usual_closing_day",
    "reaches_age_on",
    "read_date",
    "rests_on_an_estimate",
    "school_entry_on",
    "school_grade_on",
    "settlement_ends_on",
]
