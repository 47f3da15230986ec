"""手直し: a text that an officer writes for one register in one language, in the place of the automatic one.

It stays when the facts change, because it is a person's word; but then it may speak of places and levels that are not
true any more, and a person has to look at it again. Pure.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.shared.messaging.types import Register

# Far above every limit of a register: a text that is too long is shown with the reason, rather than cut.
TEXT_MAX = 4000

REGISTER_NAMES: Mapping[Register, str | Promise] = {
    Register.POST: _("投稿の文"),
    Register.BOARD: _("掲示板の文"),
    Register.URGENT_TITLE: _("緊急速報メールの題名"),
    Register.URGENT: _("緊急速報メールの本文"),
    Register.SPEECH: _("読み上げの文"),
    Register.SHEET: _("紙の本文"),
}

# {language: {register: {"text": what was written, "basis": what it was written for}}}, as a draft keeps it.
Mended = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Mend:
    """What a person entered for one register; an empty text puts the automatic one back."""

    language: str
    register: Register
    text: str


@dataclass(frozen=True)
class Entered:
    """What stands in the field of a page: `text`, and `was`, what stood there when the page was made."""

    text: str
    was: str


def mends_from(
    entered: Mapping[tuple[str, Register], Entered], mended: Mapping[str, Mapping[str, object]], act: str
) -> list[Mend]:
    """What a page with these fields asks for: whatever was changed, and what the pressed button says.

    `mend:ja_board` confirms a text that a person wrote before, also unchanged; `automatic:ja_board` puts the automatic
    one back. An automatic text that nobody touched is nobody's own.
    """
    verb, _colon, pressed = act.partition(":")
    mends = []
    for (language, register), one in entered.items():
        is_pressed = pressed == f"{language}_{register.value}"
        if is_pressed and verb == "automatic":
            mends.append(Mend(language, register, ""))
        elif one.text != one.was or (
            is_pressed and verb == "mend" and register.value in mended.get(language, {}) and one.text
        ):
            mends.append(Mend(language, register, one.text))
    return mends


def basis_of(kind: str, hazard: str, areas: Iterable[AreaLevel]) -> str:
    """A mark of the facts that every text speaks of: kind, hazard, and each area with its level and word."""
    parts = sorted(f"{area.key}\x1f{area.level or ''}\x1f{area.notice}" for area in areas)
    return hashlib.sha256("\x1e".join([kind, hazard, *parts]).encode()).hexdigest()[:16]


def mended_by(mended: Mended, mends: Iterable[Mend], basis: str) -> dict[str, dict[str, dict[str, str]]]:
    """What a draft keeps after these mends, each for the facts of now; what nobody touched stays as it was."""
    kept = {language: {key: dict(one) for key, one in texts.items()} for language, texts in mended.items()}
    for mend in mends:
        of_language = kept.setdefault(mend.language, {})
        if text := mend.text.strip()[:TEXT_MAX]:
            of_language[mend.register.value] = {"text": text, "basis": basis}
        else:
            of_language.pop(mend.register.value, None)
    return {language: texts for language, texts in kept.items() if texts}


def texts_in(mended: Mended) -> dict[str, dict[str, str]]:
    """The texts alone, by language and register."""
    return {language: {key: one["text"] for key, one in texts.items()} for language, texts in mended.items()}


def outdated(mended: Mended, basis: str) -> list[tuple[str, Register]]:
    """The texts that were written for other facts than those of now, as languages and registers."""
    return [
        (language, Register(key))
        for language, texts in mended.items()
        for key, one in texts.items()
        if one["basis"] != basis
    ]
