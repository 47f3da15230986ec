"""Days on paper: the fiscal year, and the date in the Japanese era."""

from datetime import date

# First day and name; 明治 before 1873 is not written by this programme. 元号法, 元号を改める政令.
ERAS = (
    (date(2019, 5, 1), "令和", 2018),
    (date(1989, 1, 8), "平成", 1988),
    (date(1926, 12, 25), "昭和", 1925),
    (date(1912, 7, 30), "大正", 1911),
    (date(1873, 1, 1), "明治", 1867),
)


def fiscal_year_of(day: date) -> int:
    """The fiscal year (会計年度) of a day: from 1 April to 31 March; 地方自治法208条."""
    return day.year if day.month >= 4 else day.year - 1


def on_paper(day: date) -> str:
    """The day as an office writes it: 令和8年11月21日, 令和元年5月1日; before 1873 the western date."""
    for begins, era, before in ERAS:
        if day >= begins:
            year = day.year - before
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"
