from datetime import date

import pytest
from django.utils import translation

from todoke.base.calendar import Precision, UnreadableDate, in_words, read_date


@pytest.fixture(autouse=True)
def in_japanese() -> None:
    translation.activate("ja")


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("R6年4月1日", date(2024, 4, 1)),
        ("r6-4-1", date(2024, 4, 1)),
        ("Reiwa 6/4/1", date(2024, 4, 1)),
        ("5-06-04-01", date(2024, 4, 1)),
        ("二〇二四年四月一日", date(2024, 4, 1)),
        ("二零二四年四月一日", date(2024, 4, 1)),
        ("令和元年五月一日", date(2019, 5, 1)),
        ("令和6年\t4月\t1日", date(2024, 4, 1)),  # from the cells of a table
        ("令和6年\n4月1日", date(2024, 4, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("平成三十一年四月三十日", date(2019, 4, 30)),
        ("昭和六十四年一月七日", date(1989, 1, 7)),
        ("２０２４ー０４ー０１", date(2024, 4, 1)),
        (" 令和 6 年 4 月 1 日 ", date(2024, 4, 1)),
        ("昭和39年10月10日生まれ", date(1964, 10, 10)),
        ("令和8年11月23日（月・祝）", date(2026, 11, 23)),
        ("令和6年4月1日月曜日", date(2024, 4, 1)),
        ("April 1, 2024", date(2024, 4, 1)),
        ("Apr. 1st 2024", date(2024, 4, 1)),
        ("1st  April  2024", date(2024, 4, 1)),
        ("2024.4.1", date(2024, 4, 1)),
        ("令和6年2月29日", date(2024, 2, 29)),
        ("明治6年1月1日", date(1873, 1, 1)),
    ],
)
def test_a_date_is_read_as_people_write_it(typed: str, right: date) -> None:
    read = read_date(typed)

    assert (read.date, read.precision, str(read.note)) == (right, Precision.DAY, "")
    assert read.typed == typed.strip()


@pytest.mark.parametrize(
    ("typed", "right", "era", "note"),
    [
        ("昭和65年4月1日", date(1990, 4, 1), "平成", "「昭和65年4月1日」は、平成2年4月1日として受け付けます。"),
        ("平成32年1月1日", date(2020, 1, 1), "令和", "「平成32年1月1日」は、令和2年1月1日として受け付けます。"),
        ("H31.5.1", date(2019, 5, 1), "令和", "「H31.5.1」は、令和元年5月1日として受け付けます。"),
        ("昭和64年1月8日", date(1989, 1, 8), "平成", "「昭和64年1月8日」は、平成元年1月8日として受け付けます。"),
        ("明治45年7月30日", date(1912, 7, 30), "大正", "「明治45年7月30日」は、大正元年7月30日として受け付けます。"),
        ("昭和99年4月1日", date(2024, 4, 1), "令和", "「昭和99年4月1日」は、令和6年4月1日として受け付けます。"),
    ],
)
def test_a_year_of_an_era_that_was_over_is_taken_with_a_note(typed: str, right: date, era: str, note: str) -> None:
    read = read_date(typed)

    assert (read.date, read.era and read.era.name, str(read.note)) == (right, era, note)


@pytest.mark.parametrize(
    ("typed", "year", "month", "era", "unknown", "note"),
    [
        ("昭和20年4月日不詳", 1945, 4, "昭和", True, ""),
        ("昭和20年4月不詳日", 1945, 4, "昭和", True, ""),
        ("昭和20年4月不明", 1945, 4, "昭和", True, ""),
        ("S20.4.0", 1945, 4, "昭和", True, ""),
        ("19450400", 1945, 4, None, True, ""),
        ("昭和20年月日不詳", 1945, None, "昭和", True, ""),
        ("昭和20年不詳月不詳日", 1945, None, "昭和", True, ""),
        ("昭和20年以下不詳", 1945, None, "昭和", True, ""),
        ("3200000", 1945, None, "昭和", True, ""),
        ("1945年月日不詳", 1945, None, None, True, ""),
        ("令和6年4月", 2024, 4, "令和", False, ""),
        ("2024-04", 2024, 4, None, False, ""),
        ("令和6年", 2024, None, "令和", False, ""),
        ("昭和64年", 1989, None, "昭和", False, ""),
        ("平成31年", 2019, None, "平成", False, ""),
        ("令和元年", 2019, None, "令和", False, ""),
        ("平成31年6月", 2019, 6, "令和", False, "「平成31年6月」は、令和元年6月として受け付けます。"),
        ("昭和65年", 1990, None, "平成", False, "「昭和65年」は、平成2年として受け付けます。"),
        ("明治6年", 1873, None, "明治", False, ""),
    ],
)
def test_what_is_not_known_of_a_date_stays_unknown(
    typed: str, year: int, month: int | None, era: str | None, unknown: bool, note: str
) -> None:
    read = read_date(typed)

    assert (read.year, read.month, read.day, read.date) == (year, month, None, None)
    assert (read.era and read.era.name, read.is_said_unknown, str(read.note)) == (era, unknown, note)
    assert read.precision == (Precision.MONTH if month else Precision.YEAR)


@pytest.mark.parametrize("typed", ["不詳", "生年月日不詳", "年月日不明"])
def test_nothing_may_be_known_of_a_date(typed: str) -> None:
    read = read_date(typed)

    assert (read.year, read.date, read.is_said_unknown, read.precision) == (None, None, True, Precision.NOTHING)


@pytest.mark.parametrize(
    "typed",
    [
        "明治5年12月2日",
        "明治元年",
        "慶応3年10月14日",
        "天保元年 正月",
        "1868-01-25",
        "1872年12月31日",
        "M5.12.3",
        "0001-01-01",
    ],
)
def test_a_date_before_the_solar_calendar_is_kept_as_it_was_written(typed: str) -> None:
    read = read_date(typed)

    assert (read.text, read.date, read.year, read.precision) == (typed, None, None, Precision.TEXT)
    assert in_words(read) == typed


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "日付を入力してください。例：令和6年4月1日"),
        ("  ", "日付を入力してください。例：令和6年4月1日"),
        ("令和0年4月1日", "令和0年はありません。令和の最初の年は「令和元年」と書いてください。"),
        ("R00.4.1", "令和0年はありません。令和の最初の年は「令和元年」と書いてください。"),
        ("5000401", "令和0年はありません。令和の最初の年は「令和元年」と書いてください。"),
        ("2023-02-29", "「2023-02-29」という日はありません。月と日を確かめてください。"),
        ("1900-02-29", "「1900-02-29」という日はありません。月と日を確かめてください。"),
        ("令和6年4月31日", "「令和6年4月31日」という日はありません。月と日を確かめてください。"),
        ("令和6年13月", "「令和6年13月」という日はありません。月と日を確かめてください。"),
        ("2024/0/0/", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("0000-01-01", "「0000-01-01」という日はありません。月と日を確かめてください。"),
        ("令和6年(2023年)4月1日", "元号の年と西暦の年が合っていません。どちらが正しいか確かめてください。"),
        ("2024年(令和7年)4月1日", "元号の年と西暦の年が合っていません。どちらが正しいか確かめてください。"),
        ("1 April 2024 (Reiwa 5)", "元号の年と西暦の年が合っていません。どちらが正しいか確かめてください。"),
        ("令和6年4月1日(火)", "「令和6年4月1日(火)」は月曜日です。日付か曜日を確かめてください。"),
        (
            "令和元年4月30日",
            "令和は2019年5月1日に始まりました。「令和元年4月30日」は平成31年4月30日ではありませんか。",
        ),
        ("令和元年4月", "令和は2019年5月1日に始まりました。「令和元年4月」は平成31年4月ではありませんか。"),
        (
            "2024年不詳月1日",
            "日がわかるのに、月か日が「不詳」になっています。わかるところまでを「昭和20年4月日不詳」のように書いてください。",
        ),
        (
            "令和6年4月1日不詳",
            "日がわかるのに、月か日が「不詳」になっています。わかるところまでを「昭和20年4月日不詳」のように書いてください。",
        ),
        ("6.4.1", "いつの年かわかりません。「令和6年4月1日」のように元号を付けるか、西暦を4桁で書いてください。"),
        ("24/04/01", "いつの年かわかりません。「令和6年4月1日」のように元号を付けるか、西暦を4桁で書いてください。"),
        ("060401", "いつの年かわかりません。「令和6年4月1日」のように元号を付けるか、西暦を4桁で書いてください。"),
        ("きのう", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("二二十年一月一日", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("令和二十四五年一月一日", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("令和六年四月一日十十", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("二十十年一月一日", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("6060401", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
        ("令和6年4月1日から", "日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"),
    ],
)
def test_what_is_no_date_is_refused_with_the_sentence_that_mends_it(typed: str, says: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        read_date(typed)

    assert str(refused.value) == says


@pytest.mark.parametrize(
    ("year", "lengths"),
    [
        (2023, (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)),
        (2024, (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)),
    ],
)
def test_a_month_ends_with_its_last_day(year: int, lengths: tuple[int, ...]) -> None:
    for month, length in enumerate(lengths, start=1):
        assert read_date(f"{year}年{month}月{length}日").date == date(year, month, length)
        with pytest.raises(UnreadableDate, match="という日はありません"):
            read_date(f"{year}年{month}月{length + 1}日")
