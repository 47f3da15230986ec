"""Ages by law and the school years that hang on them.

An age is reached at the end of the day before the birthday (年齢計算ニ関スル法律, 明治35年法律第50号; 民法第143条).
Whoever is born on 1 April therefore reaches six on 31 March and goes to school a year before a child born on 2 April
(学校教育法第17条第1項). Whoever is born on 29 February reaches an age at the end of 28 February in every year.
"""

from datetime import date, timedelta

SCHOOL_AGE = 6
COMPULSORY_YEARS = 9


def birthday_in(birth: date, year: int) -> date:
    """The first day of the new year of life in `year`: 1 March in common years for who was born on 29 February."""
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def reaches_age_on(birth: date, age: int) -> date:
    """The day at whose end this age is reached (“N歳に達する日”): 28 February for who was born on 29 February."""
    return birthday_in(birth, birth.year + age) - timedelta(days=1)


def age_on(birth: date, day: date) -> int:
    """The legal age at the end of this day, which is the age a law means that counts in days.

    On the day before the birthday the new age is reached already. A day before birth gives a negative number.
    """
    years = day.year - birth.year
    # Who was born on 1 January reaches an age on the last day of the year before.
    return years + 1 if day >= reaches_age_on(birth, years + 1) else years - (day < reaches_age_on(birth, years))


def school_entry_on(birth: date) -> date:
    """The first day at primary school: the first 1 April after the day on which six is reached."""
    reached = reaches_age_on(birth, SCHOOL_AGE)
    return date(reached.year if (reached.month, reached.day) < (4, 1) else reached.year + 1, 4, 1)


def school_grade_on(birth: date, day: date) -> int | None:
    """The year of compulsory schooling by age, 1 to 9; None before and after."""
    entry = school_entry_on(birth)
    grade = day.year - entry.year + (1 if day.month >= 4 else 0)
    return grade if 1 <= grade <= COMPULSORY_YEARS else None


def cohort_births(entry_year: int) -> tuple[date, date]:
    """The first and last birthday of the children who enter school in April of this year: 2 April to 1 April."""
    return date(entry_year - SCHOOL_AGE - 1, 4, 2), date(entry_year - SCHOOL_AGE, 4, 1)
