"""Instants and spans of time as people read them, in the language of the page.

Japanese and English count to 24 hours. やさしい日本語 says 午前 and 午後, as the guideline asks
(在留支援のためのやさしい日本語ガイドライン, 出入国在留管理庁・文化庁, 2020-08).
"""

from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from todoke.base.clock import in_japan
from todoke.base.ui.languages import EASY

_WEEKDAYS = "月火水木金土日"
_ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(day: date, today: date) -> str:
    """“11月21日(土)”, with the year when it is not this year's."""
    weekday = day.weekday()
    if _in_english():
        text = f"{_ENGLISH_WEEKDAYS[weekday]} {day.day} {_ENGLISH_MONTHS[day.month - 1]}"
        return text if day.year == today.year else f"{text} {day.year}"
    text = f"{day.month}月{day.day}日({_WEEKDAYS[weekday]})"
    return text if day.year == today.year else f"{day.year}年{text}"


def clock_text(instant: datetime) -> str:
    """“3時05分” on a Japanese clock; “午前3時5分” in やさしい日本語."""
    local = in_japan(instant)
    if _in_english():
        return f"{local:%H:%M}"
    if translation.get_language() == EASY:
        return f"{'午前' if local.hour < 12 else '午後'}{local.hour % 12}時{local.minute}分"
    return f"{local.hour}時{local.minute:02}分"


def moment_text(instant: datetime, now: datetime) -> str:
    """“11月21日(土) 3時05分”; a naive instant raises ValueError."""
    local = in_japan(instant)
    return f"{day_text(local.date(), in_japan(now).date())} {clock_text(instant)}"


def span_text(span: timedelta) -> str:
    """A length of time in its largest fitting units: “35分”, “2時間10分”, “3日”. Under a minute: “1分未満”."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _("1分未満")
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return ngettext("%(count)d日", "%(count)d日", days) % {"count": days}
    if hours and minutes:
        return _("%(hours)d時間%(minutes)d分") % {"hours": hours, "minutes": minutes}
    if hours:
        return ngettext("%(count)d時間", "%(count)d時間", hours) % {"count": hours}
    return ngettext("%(count)d分", "%(count)d分", minutes) % {"count": minutes}


def _in_english() -> bool:
    return (translation.get_language() or "").startswith("en")
