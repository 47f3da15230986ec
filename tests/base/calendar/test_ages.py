from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.base.calendar import age_on, birthday_in, cohort_births, reaches_age_on, school_entry_on, school_grade_on

BIRTHS = st.dates(date(1900, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("2000-04-01", "2018-03-30", 17),
        ("2000-04-01", "2018-03-31", 18),
        ("2000-04-01", "2018-04-01", 18),
        ("2000-04-02", "2018-03-31", 17),
        ("2000-01-01", "2017-12-30", 17),
        ("2000-01-01", "2017-12-31", 18),
        ("2000-12-31", "2018-12-29", 17),
        ("2000-12-31", "2018-12-30", 18),
        ("2000-02-29", "2018-02-27", 17),
        ("2000-02-29", "2018-02-28", 18),
        ("2000-02-29", "2020-02-27", 19),
        ("2000-02-29", "2020-02-28", 20),
        ("2000-03-01", "2020-02-28", 19),
        ("2000-03-01", "2020-02-29", 20),
        ("2000-04-01", "2000-04-01", 0),
        ("2000-04-01", "2000-03-30", -1),
    ],
)
def test_an_age_is_reached_at_the_end_of_the_day_before_the_birthday(birth: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(birth), date.fromisoformat(day)) == age


@given(BIRTHS, st.integers(0, 120))
def test_the_age_changes_on_the_day_it_is_reached_and_on_no_other(birth: date, age: int) -> None:
    reached = reaches_age_on(birth, age)

    assert (age_on(birth, reached - timedelta(days=1)), age_on(birth, reached)) == (age - 1, age)
    assert age_on(birth, birthday_in(birth, birth.year + age)) == age


@pytest.mark.parametrize(
    ("birth", "year", "birthday"),
    [
        ("2000-02-29", 2024, "2024-02-29"),
        ("2000-02-29", 2023, "2023-03-01"),
        ("2000-05-05", 2023, "2023-05-05"),
    ],
)
def test_a_birthday_falls_on_the_first_of_march_where_there_is_no_29_february(
    birth: str, year: int, birthday: str
) -> None:
    assert birthday_in(date.fromisoformat(birth), year) == date.fromisoformat(birthday)


@pytest.mark.parametrize(
    ("birth", "entry"),
    [("2019-04-01", 2025), ("2019-04-02", 2026), ("2020-04-01", 2026), ("2020-04-02", 2027), ("2020-02-29", 2026)],
)
def test_a_child_born_on_1_april_goes_to_school_with_those_born_the_year_before(birth: str, entry: int) -> None:
    assert school_entry_on(date.fromisoformat(birth)) == date(entry, 4, 1)


@given(BIRTHS)
def test_every_child_enters_with_its_cohort(birth: date) -> None:
    first, last = cohort_births(school_entry_on(birth).year)

    assert first <= birth <= last


def test_a_cohort_is_born_from_2_april_to_1_april() -> None:
    assert cohort_births(2026) == (date(2019, 4, 2), date(2020, 4, 1))


@pytest.mark.parametrize(
    ("day", "grade"),
    [
        ("2026-03-31", None),
        ("2026-04-01", 1),
        ("2027-03-31", 1),
        ("2034-04-01", 9),
        ("2035-03-31", 9),
        ("2035-04-01", None),
    ],
)
def test_compulsory_school_has_nine_years(day: str, grade: int | None) -> None:
    assert school_grade_on(date(2020, 4, 1), date.fromisoformat(day)) == grade
