"""Dates and fiscal years in words, in the languages of the house and in either calendar or both."""

from calendar import monthrange
from datetime import date
from enum import StrEnum

from todoke.base.calendar.eras import FIRST_SOLAR_DAY, Era, era_at
from todoke.base.calendar.reading import ReadDate

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The fiscal year that has the name of an era which began after its first day: 令和元年度 (2019-04-01,
# 内閣官房・総務省).
_RENAMED_FISCAL_YEARS = {2019}


class Calendar(StrEnum):
    """Which years are said: of the era, of the west, or both with the one that this language is used to first."""

    ERA = "era"
    WESTERN = "western"
    BOTH = "both"


def in_words(day: date | ReadDate, language: str = "ja", calendar: Calendar = Calendar.BOTH) -> str:
    """“令和6年(2024年)4月1日”, “2024年（令和6年）4月1日” in やさしい日本語, “1 April 2024 (Reiwa 6)” in English.

    What is not known is said to be unknown. A date before 1873 stays as it was written; other languages get ISO 8601.
    """
    read = day if isinstance(day, ReadDate) else ReadDate("", day.year, day.month, day.day)
    if read.year is None:
        return read.text or _unknown(language)
    era = read.era or _only_era(read.year, read.month, read.day)
    if language.startswith("en"):
        return _english(read, read.year, era, calendar) + _what_is_unknown(
            read, ", month and day unknown", ", day unknown"
        )
    if not language.startswith("ja"):
        return "-".join([f"{read.year:04}", *(f"{part:02}" for part in (read.month, read.day) if part is not None)])
    said = _year(read.year, era, language, calendar)
    said += f"{read.month}月" * bool(read.month) + f"{read.day}日" * bool(read.day)
    if language == "ja-easy":
        return said + _what_is_unknown(read, "（月と 日は わかりません）", "（日は わかりません）")
    return said + _what_is_unknown(read, "月日不詳", "日不詳")


def fiscal_year_in_words(year: int, language: str = "ja", calendar: Calendar = Calendar.ERA) -> str:
    """“令和元年度” of 2019; “2019年度（令和元年度）” in やさしい日本語 with both calendars; “fiscal year 2019 (Reiwa
    1)”.

    A fiscal year has the name of the era on its first day, but for the one the government renamed. Before 1873:
    western.
    """
    first = date(year, 12, 31) if year in _RENAMED_FISCAL_YEARS else date(year, 4, 1)
    era = era_at(first) if first >= FIRST_SOLAR_DAY else None
    if language.startswith("en"):
        return f"fiscal year {_english_year(year, era, calendar)}"
    if not language.startswith("ja"):
        return str(year)
    return _year(year, era, language, calendar, "年度")


def _only_era(year: int, month: int | None, day: int | None) -> Era | None:
    """The era of a day, or of a whole month or year; None where it changed in it, and before 1873."""
    earliest = date(year, month or 1, day or 1)
    latest = date(year, month or 12, day or monthrange(year, month or 12)[1])
    if earliest < FIRST_SOLAR_DAY or era_at(earliest) is not era_at(latest):
        return None
    return era_at(earliest)


def _year(year: int, era: Era | None, language: str, calendar: Calendar, unit: str = "年") -> str:
    western = f"{year}{unit}"
    if era is None or calendar == Calendar.WESTERN:
        return western
    of_era = era.year_text(year).removesuffix("年") + unit
    if calendar == Calendar.ERA:
        return of_era
    return f"{western}（{of_era}）" if language == "ja-easy" else f"{of_era}({western})"


def _what_is_unknown(read: ReadDate, month_and_day: str, day: str) -> str:
    if not read.is_said_unknown:
        return ""
    return month_and_day if read.month is None else day


def _english(read: ReadDate, year: int, era: Era | None, calendar: Calendar) -> str:
    parts = [str(read.day or ""), _MONTHS[read.month - 1] if read.month else "", _english_year(year, era, calendar)]
    return " ".join(part for part in parts if part)


def _english_year(year: int, era: Era | None, calendar: Calendar) -> str:
    if era is None or calendar == Calendar.WESTERN:
        return str(year)
    of_era = f"{era.latin} {year - era.before_first}"
    return of_era if calendar == Calendar.ERA else f"{year} ({of_era})"


def _unknown(language: str) -> str:
    return {"ja": "不詳", "ja-easy": "わかりません"}.get(language, "unknown")
