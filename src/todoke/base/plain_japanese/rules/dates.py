"""Dates and times: years of an era, 3/10, 10:00〜, the clock of 24 hours."""

import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext_lazy as _

from todoke.base.calendar import ERAS
from todoke.base.plain_japanese.finding import Finding, Rule
from todoke.base.plain_japanese.readings import DAYS
from todoke.base.plain_japanese.text import Text

_BY_NAME = {name: era for era in ERAS for name in (era.name, era.letter)}

_ERA_YEAR = re.compile(r"(明治|大正|昭和|平成|令和)(元|[0-9０-９]{1,2})年(度?)(?![(（]?(?:[0-9]{4})年)")
_ERA_LETTER = re.compile(r"(?<![A-Za-z0-9])([MTSHR])([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{1,2})(?![0-9./])")
_FULL_DATE = re.compile(r"(?<![0-9./-])([12][0-9]{3})([./-])(1[0-2]|0?[1-9])\2(3[01]|[12][0-9]|0?[1-9])(?![0-9./-])")
_DAY = re.compile(r"(?<![0-9./-])(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])(?![0-9./-])")
_WEEKDAY = re.compile(r"(?<=日)[(（]([月火水木金土日])(?:・祝)?[)）]")
_WEEKDAYS = {"月": "げつ", "火": "か", "水": "すい", "木": "もく", "金": "きん", "土": "ど", "日": "にち"}

_WAVE = "[〜～~–−-]"
_CLOCK = r"(2[0-4]|1[0-9]|0?[0-9])[:：]([0-5][0-9])"
_RANGE = re.compile(rf"(?<![0-9:：]){_CLOCK}{_WAVE}{_CLOCK}(?![0-9:：])(に(?![はもつよ]))?")
_FROM = re.compile(rf"(?<![0-9:：]){_CLOCK}(?:[〜～~]|から)(?![0-9])")
_UNTIL = re.compile(rf"[〜～~]{_CLOCK}(?![0-9:：])")
_AT = re.compile(rf"(?<![0-9:：]){_CLOCK}(?![0-9:：])")
_HOUR = re.compile(
    r"(?<![0-9:：])(?<!午前)(?<!午後)(?<!夜の)(?<!昼の)(?<!朝)(?<!夕方)(2[0-4]|1[0-9]|0?[0-9])時(?![間代])(?:([0-5]?[0-9])分|(半))?"
)


def era_findings(text: Text) -> Iterator[Finding]:
    """Years of an era without the western year beside them."""
    tight = text.tight
    for found in _ERA_YEAR.finditer(tight.letters):
        year = _BY_NAME[found[1]].western(1 if found[2] == "元" else int(found[2]))
        put = f"{year}年度（ねんど）" if found[3] else f"{year}年（ねん）"
        yield Finding(Rule.ERA_YEAR, tight.where(*found.span()), _("元号の年は、西暦で書きます。"), put, put)
    for found in _ERA_LETTER.finditer(tight.letters):
        put = f"{_BY_NAME[found[1]].western(int(found[2]))}年（ねん）{month_and_day(int(found[3]), int(found[4]))}"
        yield Finding(Rule.ERA_YEAR, tight.where(*found.span()), _("元号の年は、西暦で書きます。"), put, put)


def date_findings(text: Text) -> Iterator[Finding]:
    """Dates in figures and strokes, and the day of the week in brackets."""
    tight, says = text.tight, _("日付は「3月10日」のように書きます。")
    for found in _FULL_DATE.finditer(tight.letters):
        put = f"{found[1]}年（ねん）{month_and_day(int(found[3]), int(found[4]))}"
        yield Finding(Rule.DATE_FORM, tight.where(*found.span()), says, put, put)
    for found in _DAY.finditer(tight.letters):
        put = month_and_day(int(found[1]), int(found[2]))
        yield Finding(Rule.DATE_FORM, tight.where(*found.span()), says, put, put)
    for found in _WEEKDAY.finditer(tight.letters):
        where = tight.where(*found.span())
        put = f"{found[1]}曜日（{_WEEKDAYS[found[1]]}ようび）"
        gap = "" if text.original[where[1] : where[1] + 1].isspace() else " "
        yield Finding(Rule.DATE_FORM, where, _("曜日は「水曜日」と書きます。"), put, f" {put}{gap}")


def time_findings(text: Text) -> Iterator[Finding]:
    """Times with a colon or by the clock of 24 hours; a span of time is one finding."""
    tight, taken = text.tight, set[int]()
    for pattern, put in _TIMES:
        for found in pattern.finditer(tight.letters):
            if taken.isdisjoint(range(*found.span())):
                taken.update(range(*found.span()))
                says = _("時刻は、午前か午後を付けて「午前10時から」のように書きます。")
                yield Finding(Rule.TIME_FORM, tight.where(*found.span()), says, put(found).strip(), put(found))


def _range(found: re.Match[str]) -> str:
    return f"{said(found[1], found[2])}から {said(found[3], found[4])}まで{' ' if found[5] else ''}"


def _from(found: re.Match[str]) -> str:
    return f"{said(found[1], found[2])}から"


def _until(found: re.Match[str]) -> str:
    return f"{said(found[1], found[2])}まで"


def _at(found: re.Match[str]) -> str:
    return said(found[1], found[2])


def _hour(found: re.Match[str]) -> str:
    return said(found[1], "30" if found[3] else found[2] or "0")


_TIMES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_RANGE, _range), (_FROM, _from), (_UNTIL, _until), (_AT, _at), (_HOUR, _hour),
)  # fmt: skip


def month_and_day(month: int, day: int) -> str:
    """3月（がつ）10日（とおか）, with the reading of the day."""
    return f"{month}月（がつ）{day}日（{DAYS.get(day, 'にち')}）"


def said(hour: str, minute: str) -> str:
    """午後（ごご）5時（じ）15分（ふん）; noon and midnight, whose half of the day nobody is sure of, in plain words."""
    hours, minutes = int(hour), int(minute)
    if minutes == 0 and hours in {0, 12, 24}:
        return "昼（ひる）の 12時（じ）" if hours == 12 else "夜（よる）の 12時（じ）"
    half = "午後（ごご）" if 12 <= hours < 24 else "午前（ごぜん）"
    rest = f"{minutes}分（{'ふん' if minutes % 10 in {2, 5, 7, 9} else 'ぷん'}）" if minutes else ""
    return f"{half}{hours % 12}時（じ）{rest}"
