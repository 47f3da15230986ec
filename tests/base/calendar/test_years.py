from datetime import date

import pytest

from todoke.base.calendar import fiscal_year_of, fiscal_year_span, settlement_ends_on


@pytest.mark.parametrize(
    ("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2020-03-31", 2019), ("2019-12-31", 2019)]
)
def test_a_fiscal_year_begins_in_april(day: str, year: int) -> None:
    assert fiscal_year_of(date.fromisoformat(day)) == year


def test_a_fiscal_year_has_its_first_and_last_day_and_its_books_stay_open_until_the_end_of_may() -> None:
    assert fiscal_year_span(2025) == (date(2025, 4, 1), date(2026, 3, 31))
    assert settlement_ends_on(2025) == date(2026, 5, 31)
