"""Dates in both calendars, in one box or in several, with a day that nobody knows.

A value is written as EDTF (ISO 8601-2:2019, 8): 2026-11-21, 1945-04-XX, 1945-XX-XX, XXXX-XX-XX. A date from before the
solar calendar (1873) stays the text that it was.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from todoke.base.calendar import ERAS, FIRST_SOLAR_DAY, Precision, ReadDate, UnreadableDate, in_words, read_date
from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line, narrow
from todoke.shared.paperwork.registry import Box, Choice, Column, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Sentence, Trouble, Value, first

WESTERN = "西暦"
UNKNOWN = "XXXX-XX-XX"
_EDTF = re.compile(r"(\d{4}|XXXX)-(\d\d|XX)-(\d\d|XX)")
_PARTS = ("era", "year", "month", "day")


class Date(FieldKind):
    """A date. `boxes`: "several" (usual) or "one"; `unknown`: "no", "day" (day or month) or "all" may be unknown;
    `when`: "any", "past", "future" (today counts for both); `least`, `most`: ISO dates; `autocomplete`: "bday".
    """

    key = "paperwork.date"
    name = _("日付")
    settings = (
        Setting("boxes", _("欄の数"), "one-of", (Choice("several", _("年・月・日に分ける")), Choice("one", _("一つ")))),
        Setting(
            "unknown",
            _("わからない日"),
            "one-of",
            (Choice("no", _("認めない")), Choice("day", _("日・月だけ認める")), Choice("all", _("認める"))),
        ),
        Setting(
            "when",
            _("いつの日付か"),
            "one-of",
            (Choice("any", _("いつでも")), Choice("past", _("今日まで")), Choice("future", _("今日から"))),
        ),
        Setting("least", _("最も早い日"), "date"),
        Setting("most", _("最も遅い日"), "date"),
        Setting("autocomplete", _("自動入力の種類"), "text"),
    )

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One box for any notation; or era, year, month, day."""
        auto = str(question.settings.get("autocomplete") or "")
        if question.settings.get("boxes") == "one":
            return (Box(hint=_("例：令和6年4月1日、2024-04-01"), autocomplete=auto, spellcheck=False),)
        eras = (Choice(WESTERN, _("西暦")), *(Choice(era.name, era.name) for era in reversed(ERAS)))
        names = {part: f"{auto}-{part}" if auto else "" for part in ("year", "month", "day")}
        found = [
            Box("era", _("年の数え方"), Look.SELECT, choices=eras),
            Box("year", _("年"), input_mode="numeric", width=5, autocomplete=names["year"], spellcheck=False),
            Box("month", _("月"), input_mode="numeric", width=3, autocomplete=names["month"], spellcheck=False),
            Box("day", _("日"), input_mode="numeric", width=3, autocomplete=names["day"], spellcheck=False),
        ]
        if self._unknown(question) != "no" or first(raw, "unknown"):
            words = _("わからないところがあります（わからない欄は空けておきます）")
            found.append(Box("unknown", look=Look.TICKS, choices=(Choice("yes", words),)))
        return found

    def _unknown(self, question: Question) -> str:
        return str(question.settings.get("unknown") or "no")

    def is_blank(self, raw: Raw) -> bool:
        """A chosen era alone is no answer."""
        return not any(first(raw, part) for part in ("", "year", "month", "day", "unknown"))

    def parse(self, raw: Raw, question: Question) -> Read:
        """The date in any notation of the house's calendar."""
        text, troubles = (first(raw), ()) if first(raw) else _put_together(raw)
        if troubles:
            return Read(None, troubles)
        try:
            read = read_date(line(text))
        except UnreadableDate as unreadable:
            return Read(None, (Trouble(Sentence(unreadable), part="" if first(raw) else "year"),))
        value = edtf(read)
        notes = (read.note,) if read.note else ()
        allowed = self._unknown(question)
        if value == UNKNOWN and allowed != "all":
            return Read(None, (Trouble(_("日付がありません。"), _("わかるところまで書いてください。")),), notes)
        if "XX" in value and (allowed == "no" or not (read.is_said_unknown or first(raw, "unknown"))):
            if allowed == "no":
                return Read(None, (Trouble(_("日付が足りません。"), _("年、月、日を書いてください。"), "day"),), notes)
            mend = _("わからないときは「わからないところがあります」に印を付けてください。")
            return Read(None, (Trouble(_("日付が足りません。"), mend, "" if first(raw) else "day"),), notes)
        return Read(value, (), notes)

    def check(self, value: Value, question: Question, today: date) -> Sequence[Trouble]:
        """Not in the future, not in the past, not outside the edges: as far as the date is known."""
        span = _span(value)
        if span is None:
            return ()
        earliest, latest = span
        when = question.settings.get("when")
        if when == "past" and earliest > today:
            return (Trouble(_("まだ来ていない日です。"), _("今日までの日付を書いてください。")),)
        if when == "future" and latest < today:
            return (Trouble(_("もう過ぎた日です。"), _("今日からあとの日付を書いてください。")),)
        least, most = _day(question.settings.get("least")), _day(question.settings.get("most"))
        if least and latest < least:
            mend = _("%(day)sからあとの日付を書いてください。") % {"day": in_words(least, get_language() or "ja")}
            return (Trouble(_("早すぎる日付です。"), mend),)
        if most and earliest > most:
            mend = _("%(day)sまでの日付を書いてください。") % {"day": in_words(most, get_language() or "ja")}
            return (Trouble(_("遅すぎる日付です。"), mend),)
        return ()

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """Western years, which need no era."""
        found = _EDTF.fullmatch(value)
        if question.settings.get("boxes") == "one" or not found or found[1] == "XXXX":
            text = value if not found else "不詳" if found[1] == "XXXX" else in_words(_read_of(value), "ja")
            return {"": [text]}
        year, month, day = ("" if "X" in part else str(int(part)) for part in found.groups())
        unknown = {} if day else {"unknown": ["yes"]}
        return {"era": [WESTERN], "year": [year], "month": [month], "day": [day], **unknown}

    def words(self, value: Value, question: Question) -> str:
        """In the language of the page and in both calendars."""
        del question
        return in_words(_read_of(value), get_language() or "ja") if _EDTF.fullmatch(value) else str(value)

    def columns(self, question: Question) -> Sequence[Column]:
        """ISO and 和暦."""
        del question
        return (Column("", _("西暦")), Column("era", _("和暦")))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """2026-11-21 and 令和8年11月21日."""
        del question
        if value is None:
            return ("", "")
        return (value, in_words(_read_of(value), "ja") if _EDTF.fullmatch(value) else value)

    def reckoned(self, question: Question) -> Any:
        """A date with its edges."""
        least, most = _day(question.settings.get("least")), _day(question.settings.get("most"))
        return Name(question.key, Kind.DATE, question.label, least=least, most=most)

    def for_formula(self, value: Value, question: Question) -> Any:
        """A whole date; one that is not known whole counts as not answered."""
        del question
        return None if value is None else _day(value)

    def generate(self, random: Random, question: Question) -> Value:
        """A day between the edges, now and then one that is only half known."""
        least = _day(question.settings.get("least")) or FIRST_SOLAR_DAY
        most = _day(question.settings.get("most")) or date(2025, 12, 31)
        day = least + timedelta(days=random.randint(0, max(0, (most - least).days)))
        unknown = self._unknown(question)
        if unknown != "no" and random.random() < 0.2:
            return UNKNOWN if unknown == "all" and random.random() < 0.3 else f"{day:%Y-%m}-XX"
        return day.isoformat()

    def faults(self, question: Question) -> Sequence[Fault]:
        """Edges are dates in order; words are known."""
        found = []
        for name, known in (
            ("boxes", ("several", "one")),
            ("unknown", ("no", "day", "all")),
            ("when", ("any", "past", "future")),
        ):
            if question.settings.get(name, known[0]) not in known:
                found.append(Fault(f"settings.{name}", _("一覧から選び直してください。")))
        edges = {name: question.settings.get(name) for name in ("least", "most")}
        for name, given in edges.items():
            if given and _day(given) is None:
                found.append(Fault(f"settings.{name}", _("2026-04-01のように書いてください。")))
        if not found and edges["least"] and edges["most"] and str(edges["least"]) > str(edges["most"]):
            found.append(Fault("settings.least", _("最も早い日が、最も遅い日よりあとになっています。")))
        return found

    @property
    def template(self) -> str:
        """The boxes side by side."""
        return "paperwork/beside.html"


def edtf(read: ReadDate) -> str:
    """A read date as it is kept."""
    if read.precision is Precision.TEXT:
        return read.text
    parts = [(read.year, 4), (read.month, 2), (read.day, 2)]
    return "-".join("X" * size if part is None else f"{part:0{size}}" for part, size in parts)


def _put_together(raw: Raw) -> tuple[str, tuple[Trouble, ...]]:
    """The boxes as one text. A year may be typed with its era in its own box, too."""
    era, year, month, day = (narrow(first(raw, part)) for part in _PARTS)
    if not year and not month and not day:
        return "不詳", ()
    if not year:
        return "", (Trouble(_("年がありません。"), _("年を書いてください。例：令和6年は、令和を選んで6"), "year"),)
    year = year.removesuffix("年")
    head = year if era in ("", WESTERN) or not year.replace("元", "1").isdecimal() or len(year) > 2 else f"{era}{year}"
    if year.isdecimal() and len(year) <= 2 and era in ("", WESTERN):
        mend = _("令和や平成を選ぶか、西暦を4桁で書いてください。")
        return "", (Trouble(_("いつの年かわかりません。"), mend, "year"),)
    month, day = month.removesuffix("月"), day.removesuffix("日")
    if not month and day:
        return "", (Trouble(_("月がありません。"), _("月を書いてください。"), "month"),)
    return f"{head}年" + (f"{month}月" if month else "") + (f"{day}日" if day else ""), ()


def _read_of(value: str) -> ReadDate:
    found = _EDTF.fullmatch(value)
    assert found is not None
    year, month, day = (None if "X" in part else int(part) for part in found.groups())
    return ReadDate(value, year, month, day, is_said_unknown="XX" in value)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _span(value: str) -> tuple[date, date] | None:
    """The first and the last day that a half-known date can mean; None where nothing is known."""
    found = _EDTF.fullmatch(value)
    if not found or found[1] == "XXXX":
        return None
    year = int(found[1])
    first_month, last_month = (1, 12) if found[2] == "XX" else (int(found[2]), int(found[2]))
    if found[3] != "XX":
        day = date(year, first_month, int(found[3]))
        return day, day
    after = date(year + last_month // 12, last_month % 12 + 1, 1)
    return date(year, first_month, 1), after - timedelta(days=1)
