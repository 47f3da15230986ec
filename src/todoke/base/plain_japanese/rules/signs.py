"""Signs that are read differently in every country: 〜, /, ※, arrows."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from todoke.base.plain_japanese.finding import Finding, Rule
from todoke.base.plain_japanese.text import Text

_NUMBERS = re.compile(r"([0-9]+)[〜～~]([0-9]+)")
_SIGN = re.compile(r"[〜～/／※→⇒↑↓＆]|(?<=[^\s0-9])&(?=[^\s#])")
_WAVES = "〜～"
_STROKES = "/／"


def sign_findings(text: Text, taken: list[tuple[int, int]]) -> Iterator[Finding]:
    """Signs outside the places that `taken` names: dates and times have their own rule."""
    tight = text.tight
    for found in _NUMBERS.finditer(tight.letters):
        where = tight.where(*found.span())
        if not _overlaps(where, taken):
            put = f"{found[1]}から {found[2]}まで"
            yield Finding(Rule.SIGN, where, _("「〜」は、国によって意味が違います。"), put, put)
            taken.append(where)
    for found in _SIGN.finditer(tight.letters):
        where = tight.where(*found.span())
        if _overlaps(where, taken):
            continue
        if found.group() in _WAVES:
            yield Finding(
                Rule.SIGN, where, _("「〜」は、国によって意味が違います。"), _("「から」「まで」と書いてください。")
            )
        elif found.group() in _STROKES:
            yield Finding(
                Rule.SIGN, where, _("「/」は、意味がはっきりしません。"), _("「と」か「か」を書いてください。")
            )
        else:
            yield Finding(Rule.SIGN, where, _("記号の意味は、人によって違います。"), _("言葉で書いてください。"))


def _overlaps(where: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(where[0] < end and begin < where[1] for begin, end in taken)
