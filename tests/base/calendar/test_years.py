from datetime import date

import pytest

from todoke.base.calendar import era_at, era_year, fiscal_year_of, fiscal_year_span, settlement_ends_on


@pytest.mark.parametrize(
    ("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2020-03-31", 2019), ("2019-12-31", 2019)]
)
def test_a_fiscal_year_begins_in_april(day: str, year: int) -> None:
    assert fiscal_year_of(date.fromisoformat(day)) == year


def test_a_fiscal_year_has_its_first_and_last_day_and_its_books_stay_open_until_the_end_of_may() -> None:
    assert fiscal_year_span(2025) == (date(2025, 4, 1), date(2026, 3, 31))
    assert settlement_ends_on(2025) == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("day", "name", "year"),
    [
        ("1873-01-01", "明治", 6),
        ("1912-07-29", "明治", 45),
        ("1912-07-30", "大正", 1),
        ("1926-12-24", "大正", 15),
        ("1926-12-25", "昭和", 1),
        ("1989-01-07", "昭和", 64),
        ("1989-01-08", "平成", 1),
        ("2019-04-30", "平成", 31),
        ("2019-05-01", "令和", 1),
        ("2026-11-21", "令和", 8),
    ],
)
def test_a_day_has_its_era_and_year(day: str, name: str, year: int) -> None:
    era, count = era_year(date.fromisoformat(day))

    assert (era.name, count) == (name, year)
    assert era.western(count) == int(day[:4])


def test_nothing_before_the_solar_calendar_is_given_an_era() -> None:
    with pytest.raises(ValueError, match="before the solar calendar"):
        era_at(date(1872, 12, 31))
