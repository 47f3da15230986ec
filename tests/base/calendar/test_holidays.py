from datetime import date, timedelta

import pytest

from tests.base.calendar.closings import FIRST_AND_LAST, HOLIDAYS
from todoke.base.calendar import USUAL, holiday_name, is_usual_closing_day, rests_on_an_estimate

YEARS = [date(2024, 1, 1) + timedelta(days=each) for each in range((date(2035, 12, 31) - date(2024, 1, 1)).days + 1)]


def test_the_holidays_of_twelve_years_are_those_of_the_table() -> None:
    assert [day for day in YEARS if holiday_name(day)] == sorted(HOLIDAYS)


def test_substitutes_and_days_between_have_their_own_names() -> None:
    named = {day: name for day in YEARS if (name := holiday_name(day))}

    assert {day for day, name in named.items() if name == "振替休日"} == {
        d for d, kind in HOLIDAYS.items() if kind == "s"
    }
    assert {day for day, name in named.items() if name == "国民の休日"} == {
        d for d, kind in HOLIDAYS.items() if kind == "b"
    }
    assert named[date(2026, 9, 21)] == "敬老の日"


def test_an_office_is_closed_on_the_days_of_the_table_and_on_no_others() -> None:
    closed = {
        day
        for day in YEARS
        if day.weekday() >= 5
        or day in HOLIDAYS
        or (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    }

    assert {day for day in YEARS if is_usual_closing_day(day)} == closed


@pytest.mark.parametrize("year", FIRST_AND_LAST)
def test_the_year_begins_and_ends_at_the_office_as_on_a_desk_calendar(year: int) -> None:
    first, last = FIRST_AND_LAST[year]

    assert USUAL.next_open(date(year, 1, 1)) == date.fromisoformat(first)
    assert USUAL.latest_open(date(year, 12, 31)) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("day", "today", "estimated"),
    [
        (date(2028, 3, 20), date(2027, 1, 31), True),
        (date(2028, 3, 20), date(2027, 2, 1), False),
        (date(2027, 3, 22), date(2025, 11, 21), True),  # the substitute of an equinox
        (date(2032, 9, 21), date(2026, 11, 21), True),  # between two holidays, one of them an equinox
        (date(2032, 9, 20), date(2026, 11, 21), False),
        (date(2032, 9, 25), date(2026, 11, 21), False),
        (date(2019, 4, 30), date(2017, 1, 1), False),  # between two holidays, neither an equinox
    ],
)
def test_an_equinox_is_an_estimate_until_the_gazette_has_said_it(day: date, today: date, estimated: bool) -> None:
    assert rests_on_an_estimate(day, today) is estimated
