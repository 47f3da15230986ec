"""The fiscal year (会計年度: 1 April to 31 March, 地方自治法第208条) and its settlement period (出納整理期間,
第235条の5).
"""

from datetime import date


def fiscal_year_of(day: date) -> int:
    """The western year in which the fiscal year of this day began: 2025 for 2026-03-31."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_span(year: int) -> tuple[date, date]:
    """The first and the last day of a fiscal year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def settlement_ends_on(year: int) -> date:
    """The day on which the books of a fiscal year are closed: 31 May after its end."""
    return date(year + 1, 5, 31)
