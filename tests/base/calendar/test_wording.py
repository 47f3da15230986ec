from datetime import date

import pytest

from todoke.base.calendar import Calendar, fiscal_year_in_words, in_words, read_date

BOTH, ERA, WESTERN = Calendar.BOTH, Calendar.ERA, Calendar.WESTERN


@pytest.mark.parametrize(
    ("day", "language", "calendar", "said"),
    [
        (date(2024, 4, 1), "ja", BOTH, "令和6年(2024年)4月1日"),
        (date(2024, 4, 1), "ja", ERA, "令和6年4月1日"),
        (date(2024, 4, 1), "ja", WESTERN, "2024年4月1日"),
        (date(2019, 5, 1), "ja", ERA, "令和元年5月1日"),
        (date(2019, 4, 30), "ja", ERA, "平成31年4月30日"),
        (date(2024, 4, 1), "ja-easy", BOTH, "2024年（令和6年）4月1日"),
        (date(2024, 4, 1), "ja-easy", WESTERN, "2024年4月1日"),
        (date(2024, 4, 1), "en", BOTH, "1 April 2024 (Reiwa 6)"),
        (date(2024, 4, 1), "en", ERA, "1 April Reiwa 6"),
        (date(2024, 4, 1), "en-gb", WESTERN, "1 April 2024"),
        (date(2024, 4, 1), "vi", BOTH, "2024-04-01"),
        (date(1873, 1, 1), "ja", BOTH, "明治6年(1873年)1月1日"),
        (date(1872, 12, 31), "ja", BOTH, "1872年12月31日"),
    ],
)
def test_a_day_is_said_in_the_language_and_calendar_asked_for(
    day: date, language: str, calendar: Calendar, said: str
) -> None:
    assert in_words(day, language, calendar) == said


@pytest.mark.parametrize(
    ("typed", "language", "said"),
    [
        ("昭和20年4月日不詳", "ja", "昭和20年(1945年)4月日不詳"),
        ("昭和20年4月日不詳", "ja-easy", "1945年（昭和20年）4月（日は わかりません）"),
        ("昭和20年4月日不詳", "en", "April 1945 (Showa 20), day unknown"),
        ("昭和20年月日不詳", "ja", "昭和20年(1945年)月日不詳"),
        ("昭和20年月日不詳", "ja-easy", "1945年（昭和20年）（月と 日は わかりません）"),
        ("昭和20年月日不詳", "en", "1945 (Showa 20), month and day unknown"),
        ("昭和20年月日不詳", "vi", "1945"),
        ("2024-04", "ja", "令和6年(2024年)4月"),
        ("2024-04", "vi", "2024-04"),
        ("1989年", "ja", "1989年"),
        ("1912年7月", "ja", "1912年7月"),
        ("1990年", "ja", "平成2年(1990年)"),
        ("不詳", "ja", "不詳"),
        ("不詳", "ja-easy", "わかりません"),
        ("不詳", "en", "unknown"),
        ("慶応3年10月14日", "en", "慶応3年10月14日"),
    ],
)
def test_what_is_not_known_is_said_to_be_unknown(typed: str, language: str, said: str) -> None:
    assert in_words(read_date(typed), language) == said


@pytest.mark.parametrize(
    ("year", "language", "calendar", "said"),
    [
        (2025, "ja", ERA, "令和7年度"),
        (2026, "ja", ERA, "令和8年度"),
        (2019, "ja", ERA, "令和元年度"),
        (2018, "ja", ERA, "平成30年度"),
        (1989, "ja", ERA, "平成元年度"),
        (1988, "ja", ERA, "昭和63年度"),
        (1926, "ja", ERA, "大正15年度"),
        (2025, "ja", BOTH, "令和7年度(2025年度)"),
        (2025, "ja-easy", BOTH, "2025年度（令和7年度）"),
        (2025, "ja", WESTERN, "2025年度"),
        (2019, "en", BOTH, "fiscal year 2019 (Reiwa 1)"),
        (2019, "vi", BOTH, "2019"),
        (1870, "ja", ERA, "1870年度"),
    ],
)
def test_a_fiscal_year_has_its_official_name(year: int, language: str, calendar: Calendar, said: str) -> None:
    assert fiscal_year_in_words(year, language, calendar) == said
