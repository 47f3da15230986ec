"""Small words for the pages of notices: `{% load notices %}`."""

from django import template
from django.utils.translation import gettext as _

from todoke.base.ui.languages import language_tag

register = template.Library()


@register.filter
def language_name(code: str) -> str:
    """The name of a language of ours."""
    names = {"ja": _("日本語"), "ja-easy": _("やさしい日本語"), "en": _("英語")}
    return names.get(code, code)


@register.filter
def bcp47(code: str) -> str:
    """The language as the `lang` attribute wants it."""
    return language_tag(code)


@register.filter
def thousands(number: int) -> str:
    """“12,345”."""
    return f"{number:,}"
