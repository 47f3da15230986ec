"""Small words for the desk's pages: `{% load emergency %}`."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.ui.instants import clock_text
from todoke.base.ui.languages import language_tag
from todoke.civic.emergency.rules.mending import REGISTER_NAMES
from todoke.shared.messaging.phrasebook import BOOKS
from todoke.shared.messaging.types import Register

register = template.Library()

CHANGES: dict[str, tuple[str | Promise, str]] = {
    "added": (gettext_lazy("追加"), "attention"),
    "raised": (gettext_lazy("引き上げ"), "attention"),
    "lowered": (gettext_lazy("引き下げ"), "active"),
    "lifted": (gettext_lazy("解除"), "good"),
    "dropped": (gettext_lazy("対象から外す"), "attention"),
    "renamed": (gettext_lazy("名称の変更"), "active"),
    "same": (gettext_lazy("変わりなし"), "neutral"),
}
STANDINGS = {"interpreted": "good", "quarantined": "bad", "out_of_date": "attention"}

EXPECTED_WORDS = {
    "prepared": gettext_lazy("発信案ができる"),
    "submitted": gettext_lazy("承認を求める"),
    "released": gettext_lazy("発信する"),
    "attempted": gettext_lazy("最初の送信が始まる"),
    "accepted": gettext_lazy("すべての送り先に届く"),
}


@register.filter
def expected_words(what: str) -> str | Promise:
    """What a scenario expects of the desk, in words."""
    return EXPECTED_WORDS[what]


@register.filter
def span_words(seconds: float | None) -> str:
    """“2分05秒”, “0.4秒”, or a dash where it never came to that."""
    if seconds is None:
        return "—"
    if seconds < 10:
        return _("%(seconds).1f秒") % {"seconds": seconds}
    minutes, rest = divmod(round(seconds), 60)
    return (
        _("%(minutes)d分%(seconds)02d秒") % {"minutes": minutes, "seconds": rest}
        if minutes
        else _("%(seconds)d秒") % {"seconds": rest}
    )


@register.filter
def instant(written: str) -> datetime:
    """An instant as a report keeps it."""
    return datetime.fromisoformat(written)


@register.filter
def hour_minute(instant: datetime) -> str:
    """“3時05分” on a Japanese clock."""
    return clock_text(instant)


@register.filter
def language_name(code: str) -> str:
    """The name of a language of ours."""
    names = {"ja": _("日本語"), "ja-easy": _("やさしい日本語"), "en": _("英語")}
    return names.get(code) or (BOOKS[code].name if code in BOOKS else code)


@register.filter
def register_name(key: Register) -> str | Promise:
    """What a text for one register is called: 掲示板の文."""
    return REGISTER_NAMES[key]


@register.filter
def by_language(texts: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Mapping[str, str]]]:
    """The texts in the order in which they are read: the database keeps them by the alphabet."""
    return [(language, texts[language]) for language in BOOKS if language in texts]


@register.filter
def bcp47(code: str) -> str:
    """The language as the `lang` attribute wants it."""
    return language_tag(code)


@register.filter
def thousands(number: int) -> str:
    """“12,345”."""
    return f"{number:,}"


@register.filter
def change_word(change: str) -> str | Promise:
    """What happens to an area, in a word."""
    return CHANGES[change][0]


@register.filter
def change_tone(change: str) -> str:
    """The tone of that word."""
    return CHANGES[change][1]


@register.filter
def standing_tone(standing: str) -> str:
    """The tone of what became of a telegram."""
    return STANDINGS.get(standing, "neutral")
