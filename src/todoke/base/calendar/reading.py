"""Reading a date as people write it: any era, any width, kanji or figures, with days and months nobody knows.

A date that cannot be is refused with the sentence that mends it. What old papers really say (昭和65年) is taken, and
the note says as what. Nothing before 1873-01-01 is converted.
"""

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from todoke.base.calendar.eras import ERAS, FIRST_SOLAR_DAY, LUNAR_ERAS, Era, era_at


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    NOTHING = "nothing"
    TEXT = "text"


@dataclass(frozen=True)
class ReadDate:
    """A date as it was read. `date` is there when the day is known; `typed` is what was written, untouched.

    `text` holds a date from before the solar calendar as it was written. `note` is a sentence for whoever typed it,
    when it was taken as something else. `is_said_unknown` tells 「不詳」 from a date that was merely left incomplete.
    """

    typed: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    era: Era | None = None
    text: str = ""
    note: str | Promise = ""
    is_said_unknown: bool = False

    @property
    def date(self) -> date | None:
        """The day, where all of it is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def precision(self) -> Precision:
        """How much of it is known."""
        if self.text:
            return Precision.TEXT
        if self.year is None:
            return Precision.NOTHING
        if self.month is None:
            return Precision.YEAR
        return Precision.MONTH if self.day is None else Precision.DAY


class UnreadableDate(ValueError):
    """Not a date. `says` is a sentence for the screen that tells what is wrong and how to write it."""

    def __init__(self, says: str | Promise, facts: Mapping[str, object] | None = None) -> None:
        super().__init__()
        self.says, self.facts = says, dict(facts or {})

    def __str__(self) -> str:
        return str(self.says) % self.facts if self.facts else str(self.says)


_NAMES: dict[str, Era] = {
    name: era for era in ERAS for name in (era.name, era.latin.upper(), era.short, era.letter, str(era.code))
}
_ERA = "|".join(sorted((name for name in _NAMES if not name.isdecimal()), key=len, reverse=True))
_NOT_KNOWN = "不詳|不明|不祥"  # 不祥 is a frequent slip for 不詳
_BLANK = frozenset({"0", "00", *_NOT_KNOWN.split("|")})
_BESIDE = rf"\((?:西暦)?(?:(?P<beside_era>{_ERA})(?P<beside_count>元|\d{{1,2}})|(?P<beside_year>\d{{4}}))年?\)"
_WEEKDAYS = "月火水木金土日"
_TAIL = rf"(?:生まれ|生)?(?:\(?(?P<weekday>[{_WEEKDAYS}])(?:曜日?)?(?:・祝)?\)?)?"
_HEAD = rf"(?:(?P<era>{_ERA})\.?(?P<count>元|\d{{1,2}})|(?:西暦)?(?P<year>\d{{4}}))"
_MONTH_NAMES = {name.upper(): number for number, name in enumerate(calendar.month_name) if number}
_MONTH_NAMES |= {name.upper(): number for number, name in enumerate(calendar.month_abbr) if number}
_MONTH_NAME = "|".join(sorted(_MONTH_NAMES, key=len, reverse=True))
_ENGLISH_YEAR = rf",? ?(?P<year>\d{{4}})(?: ?\((?P<beside_era>{_ERA}) ?(?P<beside_count>\d{{1,2}})\))?"

# Tried in this order, each on the whole of what was written.
_FORMS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        # 令和6年4月1日, R6年4月1日, 西暦2024年4月1日, 令和6年(2024年)4月1日(月), 昭和20年4月日不詳
        rf"{_HEAD}年(?:{_BESIDE})?(?:(?P<month>\d{{1,2}}|{_NOT_KNOWN})月(?:(?P<day>\d{{1,2}}|{_NOT_KNOWN})日)?)?"
        rf"(?P<unknown>(?:月日|日|以下)?(?:{_NOT_KNOWN}))?{_TAIL}",
        # R6.4.1, 令6/4/1, 2024-04-01, 2024/4
        rf"{_HEAD}(?P<stroke>[./-])(?P<month>\d{{1,2}})(?:(?P=stroke)(?P<day>\d{{1,2}}))?{_TAIL}",
        # 20240401, R060401, 5060401, 5-06-04-01
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"(?P<era>{_ERA})(?P<count>\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}})",
        r"(?P<era>[1-5])(?P<dash>-?)(?P<count>\d{2})(?P=dash)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})",
        # 1 April 2024 (Reiwa 6), April 1, 2024
        rf"(?P<day>\d{{1,2}})(?:ST|ND|RD|TH)? ?(?P<month>{_MONTH_NAME})\.?{_ENGLISH_YEAR}",
        rf"(?P<month>{_MONTH_NAME})\.? ?(?P<day>\d{{1,2}})(?:ST|ND|RD|TH)?(?=[, ]){_ENGLISH_YEAR}",
    )
)
_LUNAR = re.compile(rf"(?:{'|'.join(LUNAR_ERAS)})(?:元|\d{{1,2}})年.*")
_NOTHING_KNOWN = re.compile(rf"(?:生?年月日)?(?:{_NOT_KNOWN})")
_YEAR_OF_TWO_FIGURES = re.compile(r"\d{1,2}[./年-]\d{1,2}[./月-]\d{1,2}日?|\d{6}")
_FIGURES = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_KANJI_NUMBER = re.compile("[〇零一二三四五六七八九十]+")
_GAPS = re.compile(r"\s+")
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


def read_date(text: str) -> ReadDate:
    """Read one date in any notation; raises UnreadableDate with a sentence for the screen.

    The width of letters, spaces and capitals do not matter. A day or month that is not known is written 不詳, or 00.
    """
    typed = text.strip()
    if not typed:
        raise UnreadableDate(_("日付を入力してください。例：令和6年4月1日"))
    folded = _folded(typed)
    for form in _FORMS:
        if found := form.fullmatch(folded):
            return _read(typed, found.groupdict())
    if _NOTHING_KNOWN.fullmatch(folded):
        return ReadDate(typed, is_said_unknown=True)
    if _LUNAR.fullmatch(folded):
        return _lunar(typed)
    if _YEAR_OF_TWO_FIGURES.fullmatch(folded):
        raise UnreadableDate(
            _("いつの年かわかりません。「令和6年4月1日」のように元号を付けるか、西暦を4桁で書いてください。")
        )
    raise UnreadableDate(_("日付として読めません。「令和6年4月1日」か「2024-04-01」のように書いてください。"))


def _folded(typed: str) -> str:
    """One width, capitals, figures for kanji, and only those spaces that divide English words and figures."""
    folded = typed if typed.isascii() else unicodedata.normalize("NFKC", typed).translate(_DASHES)
    folded = folded.upper()
    if not folded.isascii():
        folded = _KANJI_NUMBER.sub(lambda found: _in_figures(found[0]), folded)
    if " " in folded or "\t" in folded or "\n" in folded:
        folded = _GAPS.sub(" ", folded)
        if not any(name in folded for name in _MONTH_NAMES):
            folded = folded.replace(" ", "")
    return folded


def _in_figures(kanji: str) -> str:
    """“二〇二四” → 2024, “二十四” → 24, “十” → 10."""
    if "十" not in kanji:
        return "".join(str(_FIGURES[letter]) for letter in kanji)
    tens, _ten, ones = kanji.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return kanji
    return str((_FIGURES[tens] if tens else 1) * 10 + (_FIGURES[ones] if ones else 0))


def _read(typed: str, found: Mapping[str, str | None]) -> ReadDate:
    named = found.get("era")
    era = _NAMES[named] if named else None
    year = _western(era, found["count"] or "") if era else int(found["year"] or "")
    month, day = _part(found["month"]), _part(found["day"])
    is_said_unknown = found.get("unknown") is not None or _is_blank(found["month"]) or _is_blank(found["day"])
    if day and (not month or found.get("unknown")):
        raise UnreadableDate(
            _(
                "日がわかるのに、月か日が「不詳」になっています。わかるところまでを「昭和20年4月日不詳」のように書いてください。"
            )
        )
    if not _exists(year, month or 1, day or 1):
        raise UnreadableDate(_("「%(typed)s」という日はありません。月と日を確かめてください。"), {"typed": typed})
    _check_beside(year, found)
    latest = date(year, month or 12, day or _length(year, month or 12))
    if latest < FIRST_SOLAR_DAY:
        return _lunar(typed)
    if weekday := found.get("weekday"):
        _check_weekday(typed, latest, weekday)
    read = ReadDate(typed, year, month, day, era, is_said_unknown=is_said_unknown)
    if era is None or era.first_day <= latest <= era.latest_day:
        return read
    return _in_its_era(read, era, max(date(year, month or 1, day or 1), FIRST_SOLAR_DAY), latest)


def _western(era: Era, count: str) -> int:
    if count.strip("0") == "":
        raise UnreadableDate(
            _("%(era)s0年はありません。%(era)sの最初の年は「%(era)s元年」と書いてください。"), {"era": era.name}
        )
    return era.western(1 if count == "元" else int(count))


def _part(written: str | None) -> int | None:
    if written is None or _is_blank(written):
        return None
    return int(written) if written.isdecimal() else _MONTH_NAMES[written]


def _is_blank(written: str | None) -> bool:
    return written in _BLANK


def _length(year: int, month: int) -> int:
    return 29 if month == 2 and calendar.isleap(year) else _LENGTHS[month - 1]


def _exists(year: int, month: int, day: int) -> bool:
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= _length(year, month)


def _check_beside(year: int, found: Mapping[str, str | None]) -> None:
    """令和6年(2023年) is one too many."""
    beside = found.get("beside_year")
    era, count = found.get("beside_era"), found.get("beside_count")
    other = int(beside) if beside else _western(_NAMES[era], count) if era and count else year
    if other != year:
        raise UnreadableDate(_("元号の年と西暦の年が合っていません。どちらが正しいか確かめてください。"))


def _check_weekday(typed: str, day: date, weekday: str) -> None:
    right = _WEEKDAYS[day.weekday()]
    if right != weekday:
        raise UnreadableDate(
            _("「%(typed)s」は%(weekday)s曜日です。日付か曜日を確かめてください。"), {"typed": typed, "weekday": right}
        )


def _in_its_era(read: ReadDate, era: Era, earliest: date, latest: date) -> ReadDate:
    """The date under the era in which it lies: refused before the named one began, with a note where that was over."""
    if latest < era.first_day:
        raise UnreadableDate(
            _("%(era)sは%(first)sに始まりました。「%(typed)s」は%(right)sではありませんか。"),
            {
                "era": era.name,
                "first": f"{era.first_day.year}年{era.first_day.month}月{era.first_day.day}日",
                "typed": read.typed,
                "right": _written(era_at(latest), read),
            },
        )
    if earliest <= era.latest_day:
        return read
    proper = era_at(earliest)
    note = format_lazy(
        _("「{typed}」は、{proper}として受け付けます。"), typed=read.typed, proper=_written(proper, read)
    )
    return replace(read, era=proper, note=note)


def _written(era: Era, read: ReadDate) -> str:
    month, day = f"{read.month}月" if read.month else "", f"{read.day}日" if read.day else ""
    return era.year_text(read.year or 0) + month + day


def _lunar(typed: str) -> ReadDate:
    return ReadDate(typed, text=typed)
