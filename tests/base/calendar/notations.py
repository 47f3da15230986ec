"""Every notation in which a day may be written, by a writer that shares no code with the reader."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

FIRST, LAST = date(1873, 1, 1), date(2100, 12, 31)
EVERY_DAY = tuple(FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
# First day, name, short name, sign (㍾ stands for 明治), letter, number on forms, latin, year before the first.
_TABLE = (
    (date(2019, 5, 1), "令和", "令", "㋿", "R", "5", "Reiwa", 2018),
    (date(1989, 1, 8), "平成", "平", "㍻", "H", "4", "Heisei", 1988),
    (date(1926, 12, 25), "昭和", "昭", "㍼", "S", "3", "Showa", 1925),
    (date(1912, 7, 30), "大正", "大", "㍽", "T", "2", "Taisho", 1911),
    (date(1873, 1, 1), "明治", "明", "㍾", "M", "1", "Meiji", 1867),
)
_WIDE = str.maketrans("0123456789./-", "０１２３４５６７８９．／－")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = "月火水木金土日"
_KANJI = ["", *"一二三四五六七八九"]


def kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else _KANJI[tens]) + "十" if tens else "") + _KANJI[ones]


@cache
def row(day: date) -> tuple[date, str, str, str, str, str, str, int]:
    return next(each for each in _TABLE if each[0] <= day)


def _count(day: date) -> int:
    return day.year - row(day)[7]


def _year(day: date) -> str:
    return f"{row(day)[1]}{'元' if _count(day) == 1 else _count(day)}年"


NOTATIONS: dict[str, Callable[[date], str]] = {
    "令和6年4月1日": lambda day: f"{_year(day)}{day.month}月{day.day}日",
    "R6.4.1": lambda day: f"{row(day)[4]}{_count(day)}.{day.month}.{day.day}",
    "令６．４．１": lambda day: f"{row(day)[2]}{_count(day)}.{day.month}.{day.day}".translate(_WIDE),
    "㋿6年4月1日": lambda day: f"{row(day)[3]}{_count(day)}年{day.month}月{day.day}日",
    "令和六年四月一日": lambda day: f"{row(day)[1]}{kanji(_count(day))}年{kanji(day.month)}月{kanji(day.day)}日",
    "R060401": lambda day: f"{row(day)[4]}{_count(day):02}{day.month:02}{day.day:02}",
    "5060401": lambda day: f"{row(day)[5]}{_count(day):02}{day.month:02}{day.day:02}",
    "令和6年(2024年)4月1日": lambda day: f"{_year(day)}({day.year}年){day.month}月{day.day}日",
    "2024年（令和6年）4月1日": lambda day: f"{day.year}年（{_year(day)}）{day.month}月{day.day}日",
    "西暦2024年4月1日": lambda day: f"西暦{day.year}年{day.month}月{day.day}日",
    "2024-04-01": lambda day: day.isoformat(),
    "20240401": lambda day: f"{day.year}{day.month:02}{day.day:02}",
    "2024/4/1(月)": lambda day: f"{day.year}/{day.month}/{day.day}({_WEEKDAYS[day.weekday()]})",
    "1 April 2024 (Reiwa 6)": lambda day: (
        f"{day.day} {_MONTHS[day.month - 1]} {day.year} ({row(day)[6]} {_count(day)})"
    ),
}


def some_days() -> list[date]:
    """Every 31st of them, and those at which an era, a year or a February turns."""
    begins = {first for first, *_names in _TABLE}
    turns = begins | {first - timedelta(days=1) for first in begins}
    ends = {(12, 31), (1, 1), (2, 28), (2, 29), (3, 1)}
    return [
        day for number, day in enumerate(EVERY_DAY) if number % 31 == 0 or (day.month, day.day) in ends or day in turns
    ]
