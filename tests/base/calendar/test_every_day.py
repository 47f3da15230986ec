"""Every day that the solar calendar has: the era that it lies in, and what is read of it in every notation."""

from collections.abc import Sequence
from datetime import date

import pytest

from tests.base.calendar.notations import EVERY_DAY, NOTATIONS, row, some_days
from todoke.base.calendar import era_at, in_words, read_date


def test_the_days_are_all_of_the_years_1873_to_2100() -> None:
    assert (EVERY_DAY[0], EVERY_DAY[-1]) == (date(1873, 1, 1), date(2100, 12, 31))
    assert len(EVERY_DAY) == len(set(EVERY_DAY)) == 83_275


def test_every_day_lies_in_the_era_of_the_table() -> None:
    assert [day for day in EVERY_DAY if era_at(day).name != row(day)[1]] == []


def test_every_day_is_read_again_from_the_words_of_every_language() -> None:
    days = EVERY_DAY[::7]

    for language in ("ja", "ja-easy", "en"):
        assert [day for day in days if read_date(in_words(day, language)).date != day] == []


def test_some_of_them_are_those_at_which_something_turns() -> None:
    turning = {date(1912, 7, 29), date(1912, 7, 30), date(1989, 1, 7), date(1989, 1, 8), date(2000, 2, 29)}
    assert turning | {date(1873, 1, 1), date(2100, 2, 28)} < set(some_days()) < set(EVERY_DAY)


@pytest.mark.parametrize(
    "days", [pytest.param(some_days(), id="some"), pytest.param(EVERY_DAY, id="all", marks=pytest.mark.faults)]
)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_day_that_the_solar_calendar_has_is_read_in_this_notation(notation: str, days: Sequence[date]) -> None:
    write = NOTATIONS[notation]

    wrong = []
    for day in days:
        read = read_date(write(day))
        if read.date != day or read.note or (read.era and read.era.name != row(day)[1]):
            wrong.append((day, read))

    assert wrong == []
