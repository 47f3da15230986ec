"""The eras since the calendar follows the sun (元号法, 昭和54年法律第43号, and the orders that named the eras).

1912-07-30 and 1926-12-25 belong to two eras by law; here, as in every register, they belong to the new one. Before
1873-01-01 (明治6年1月1日, 明治5年太政官布告第337号) months were lunar: such a date is kept as it was written, because a
conversion by arithmetic would be wrong.
"""

from dataclasses import dataclass
from datetime import date

FIRST_SOLAR_DAY = date(1873, 1, 1)


@dataclass(frozen=True)
class Era:
    """An era: its name, its letter and number on forms, its first and latest day, and the year before its first."""

    name: str
    latin: str
    short: str
    letter: str
    code: int
    first_day: date
    latest_day: date
    before_first: int

    def western(self, year: int) -> int:
        """The western year of this era's year, whether or not the era lasted so long."""
        return self.before_first + year

    def year_text(self, western: int) -> str:
        """“令和元年” of 2019: the first year is 元年."""
        count = western - self.before_first
        return f"{self.name}{'元' if count == 1 else count}年"


# The day from which the era counts. 明治 begins on 1868-01-25 by arithmetic only: nothing before 1873 is converted.
ERAS = (
    Era("明治", "Meiji", "明", "M", 1, date(1868, 1, 25), date(1912, 7, 29), 1867),
    Era("大正", "Taisho", "大", "T", 2, date(1912, 7, 30), date(1926, 12, 24), 1911),
    Era("昭和", "Showa", "昭", "S", 3, date(1926, 12, 25), date(1989, 1, 7), 1925),
    Era("平成", "Heisei", "平", "H", 4, date(1989, 1, 8), date(2019, 4, 30), 1988),
    Era("令和", "Reiwa", "令", "R", 5, date(2019, 5, 1), date.max, 2018),
)

# Eras in which the oldest people and houses of old papers were born; never converted.
LUNAR_ERAS = ("天保", "弘化", "嘉永", "安政", "万延", "文久", "元治", "慶応")

_NEWEST_FIRST = tuple(reversed(ERAS))


def era_at(day: date) -> Era:
    """The era of a day; ValueError before 1873-01-01, where nothing may be converted."""
    if day < FIRST_SOLAR_DAY:
        raise ValueError(f"{day} lies before the solar calendar and has no year of an era by arithmetic")
    return next(era for era in _NEWEST_FIRST if era.first_day <= day)


def era_year(day: date) -> tuple[Era, int]:
    """The era and its year: (令和, 1) for 2019-05-01; ValueError before 1873-01-01."""
    era = era_at(day)
    return era, day.year - era.before_first
