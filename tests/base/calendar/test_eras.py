from datetime import date

import pytest

from todoke.base.calendar import ERAS, era_at, era_year


def test_the_eras_are_those_of_the_orders() -> None:
    assert [
        (era.name, era.latin, era.short, era.letter, era.code, str(era.first_day), str(era.latest_day)) for era in ERAS
    ] == [
        ("明治", "Meiji", "明", "M", 1, "1868-01-25", "1912-07-29"),  # 慶応4年1月1日, 明治改元の詔
        ("大正", "Taisho", "大", "T", 2, "1912-07-30", "1926-12-24"),
        ("昭和", "Showa", "昭", "S", 3, "1926-12-25", "1989-01-07"),
        ("平成", "Heisei", "平", "H", 4, "1989-01-08", "2019-04-30"),
        ("令和", "Reiwa", "令", "R", 5, "2019-05-01", "9999-12-31"),
    ]


@pytest.mark.parametrize(
    ("year", "text"),
    [
        (1912, "大正元年"),
        (1913, "大正2年"),
        (1989, "平成元年"),
        (2018, "平成30年"),
        (2019, "令和元年"),
        (2026, "令和8年"),
    ],
)
def test_the_first_year_of_an_era_is_gannen(year: int, text: str) -> None:
    assert era_at(date(year, 12, 31)).year_text(year) == text


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
