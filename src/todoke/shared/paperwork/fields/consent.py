"""Agreeing to a text, with a typed name where the office asks for one."""

from collections.abc import Sequence
from random import Random
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import Question, sha256_of
from todoke.shared.paperwork.fields.reading import line
from todoke.shared.paperwork.registry import Box, Choice, Column, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Sensitivity, Trouble, Value, Words, first


class Consent(FieldKind):
    """同意: a text, a tick, and with `sign` a typed name. The value says which text in which language was agreed to.

    The time of it is that of the entry, by the database's clock. `text`: the text, by language.
    """

    key = "paperwork.consent"
    name = _("同意と署名")
    sensitivity = Sensitivity.PERSONAL
    settings = (
        Setting("text", _("同意してもらう文"), "words", needed=True),
        Setting("sign", _("名前も書いてもらう"), "flag"),
    )

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """The tick, which text was shown, and the name."""
        del raw
        shown = _hash(_text(question), get_language() or "ja")
        found = [
            Box("agreed", look=Look.TICKS, choices=(Choice("yes", _("この文を読みました。同意します。")),)),
            Box("shown", look=Look.HIDDEN, choices=(Choice(shown, ""),)),
        ]
        if question.settings.get("sign"):
            found.append(Box("name", _("署名（あなたの名前）"), autocomplete="name", spellcheck=False))
        return found

    def is_blank(self, raw: Raw) -> bool:
        """The hash that the page carries along is no answer."""
        return not first(raw, "agreed") and not first(raw, "name")

    def parse(self, raw: Raw, question: Question) -> Read:
        """Which text was agreed to, and by whom."""
        text, troubles = _text(question), []
        name = line(first(raw, "name"))
        if first(raw, "agreed") != "yes":
            troubles.append(
                Trouble(_("まだ同意していません。"), _("文を読んで、同意するときは印を付けてください。"), "agreed")
            )
        if question.settings.get("sign") and not name:
            troubles.append(Trouble(_("署名がありません。"), _("あなたの名前を書いてください。"), "name"))
        shown = first(raw, "shown")
        language = next((each for each in text if _hash(text, each) == shown), None)
        if language is None:
            troubles.append(
                Trouble(_("文が新しくなっています。"), _("もう一度読んでから、印を付けてください。"), "agreed")
            )
        value = {"text_sha256": shown, "language": language, **({"name": name} if name else {})}
        return Read(value, tuple(troubles))

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """As it was ticked."""
        del question
        return {"agreed": ["yes"], "shown": [value["text_sha256"]], "name": [value.get("name", "")]}

    def words(self, value: Value, question: Question) -> str:
        """同意しました, and the name."""
        del question
        said = str(_("同意しました。"))
        return f"{said}\n{_('署名')}：{value['name']}" if value.get("name") else said

    def columns(self, question: Question) -> Sequence[Column]:
        """The hash of the text, its language, the name."""
        del question
        return (
            Column("sha256", _("同意した文のハッシュ値")),
            Column("language", _("ことば")),
            Column("name", _("署名")),
        )

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """Hash, language, name."""
        del question
        value = value or {}
        return (value.get("text_sha256", ""), value.get("language", ""), value.get("name", ""))

    def reckoned(self, question: Question) -> Any:
        """True once agreed."""
        return Name(question.key, Kind.TRUTH, question.label)

    def for_formula(self, value: Value, question: Question) -> Any:
        """True once agreed."""
        del question
        return None if value is None else True

    def generate(self, random: Random, question: Question) -> Value:
        """Agreed, in any language of the text."""
        text = _text(question)
        language = random.choice(sorted(text) or ["ja"])
        signed = {"name": "見本 花子"} if question.settings.get("sign") else {}
        return {"text_sha256": _hash(text, language), "language": language, **signed}

    def faults(self, question: Question) -> Sequence[Fault]:
        """There is a text to agree to."""
        if _text(question).get("ja"):
            return ()
        return (Fault("settings.text", _("同意してもらう文を書いてください。")),)

    @property
    def template(self) -> str:
        """The text in a frame, then the boxes."""
        return "paperwork/consent.html"


def _text(question: Question) -> Words:
    given = question.settings.get("text")
    return Words(given) if isinstance(given, dict) else Words()


def _hash(text: Words, language: str) -> str:
    return sha256_of(text.say(language))
