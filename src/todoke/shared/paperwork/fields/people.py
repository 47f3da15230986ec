"""氏名: in parts, as long and in as few of them as a name has, with フリガナ, 旧氏, 通称 and letters."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.base.names import Hint, PersonName, hints
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line
from todoke.shared.paperwork.registry import Box, Choice, Column, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Raw, Read, Sensitivity, Trouble, Value, first

_READING = re.compile(r"[ァ-ヺー・\s]+")
_ALL = (
    "family",
    "given",
    "family_reading",
    "given_reading",
    "former_family",
    "former_family_reading",
    "alias",
    "alias_reading",
    "roman",
)
_SAMPLES = (
    PersonName(family="髙橋", given="花子", family_reading="タカハシ", given_reading="ハナコ"),
    PersonName(family="𠮷野", given="辻󠄀", family_reading="ヨシノ", given_reading="ツジ"),
    PersonName(family="スカルノ", family_reading="スカルノ"),
    PersonName(
        family="DE LA CRUZ GONZALEZ VILLANUEVA",
        given="MARIA DEL ROSARIO",
        family_reading="デラクルス",
        given_reading="マリア",
    ),
)


def _not_kana(part: str, title: str | Promise) -> Trouble:
    mend = _("カタカナかひらがなだけで書いてください。例：ヤマダ")
    return Trouble(_("%(title)sに、ほかの文字があります。") % {"title": title}, mend, part)


class PersonNameField(FieldKind):
    """The name of a person. `reading` (asked unless false), `former`, `alias`, `roman`: whether these are asked, too.

    No character is refused. Who has one name alone writes it as 氏 and says so. Its value has the parts of
    `base.names.PersonName` that are not empty.
    """

    key = "paperwork.person-name"
    name = _("氏名")
    sensitivity = Sensitivity.PERSONAL
    settings = (
        Setting("reading", _("フリガナを聞く"), "flag", is_on=True),
        Setting("former", _("旧氏を聞く"), "flag"),
        Setting("alias", _("通称を聞く"), "flag"),
        Setting("roman", _("アルファベットの氏名を聞く"), "flag"),
        Setting("own", _("書く人の名前（自動入力を使う）"), "flag"),
    )

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """氏, 名, フリガナ and what else is asked."""
        del raw
        own = bool(question.settings.get("own"))
        found = [
            Box("family", _("氏"), autocomplete="family-name" if own else "", spellcheck=False),
            Box("given", _("名"), autocomplete="given-name" if own else "", spellcheck=False),
            Box(
                "single",
                look=Look.TICKS,
                choices=(Choice("yes", _("氏と名に分かれていません（「氏」に全部書きます）")),),
            ),
        ]
        if question.settings.get("reading", True):
            found.append(
                Box("family_reading", _("氏のフリガナ"), hint=_("例：ヤマダ。ひらがなでも書けます。"), spellcheck=False)
            )
            found.append(Box("given_reading", _("名のフリガナ"), hint=_("例：ハナコ"), spellcheck=False))
        if question.settings.get("former"):
            found.append(Box("former_family", _("旧氏（ある人だけ）"), spellcheck=False))
            if question.settings.get("reading", True):
                found.append(Box("former_family_reading", _("旧氏のフリガナ（旧氏がある人だけ）"), spellcheck=False))
        if question.settings.get("alias"):
            found.append(Box("alias", _("通称（ある人だけ）"), spellcheck=False))
        if question.settings.get("roman"):
            found.append(Box("roman", _("アルファベットの氏名（在留カードなどのとおり）"), spellcheck=False))
        return found

    def is_blank(self, raw: Raw) -> bool:
        """A tick alone is no name."""
        return not any(first(raw, part) for part in _ALL)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The parts as they were typed; readings in katakana."""
        name = PersonName(**{part: line(first(raw, part)) for part in _ALL})
        single = first(raw, "single") == "yes"
        troubles = []
        if not name.family:
            troubles.append(Trouble(_("氏がありません。"), _("氏（名字）を書いてください。"), "family"))
        if not name.given and not single:
            mend = _("名を書いてください。ないときは「氏と名に分かれていません」に印を付けてください。")
            troubles.append(Trouble(_("名がありません。"), mend, "given"))
        if question.settings.get("reading", True):
            troubles += self._of_reading(name, single)
        value = {part: text for part in _ALL if (text := getattr(name, part))}
        found = hints(name.whole, name.whole_reading) if not troubles and name.whole_reading else []
        notes = (_("フリガナが氏名と合っているか、もう一度見てください。"),) if Hint.KANA_DIFFER in found else ()
        return Read(value, tuple(troubles), notes)

    def _of_reading(self, name: PersonName, single: bool) -> list[Trouble]:
        found = []
        for part, title in (("family_reading", _("氏のフリガナ")), ("given_reading", _("名のフリガナ"))):
            text = getattr(name, part)
            if not text:
                if part == "given_reading" and (single or not name.given):
                    continue
                mend = _("カタカナかひらがなで書いてください。")
                found.append(Trouble(_("%(title)sがありません。") % {"title": title}, mend, part))
            elif not _READING.fullmatch(text):
                found.append(_not_kana(part, title))
        # Who has a 旧氏 may not know how it is registered; what they write is kana all the same.
        if name.former_family_reading and not _READING.fullmatch(name.former_family_reading):
            found.append(_not_kana("former_family_reading", _("旧氏のフリガナ")))
        return found

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The parts."""
        del question
        single = {} if value.get("given") else {"single": ["yes"]}
        return {**{part: [text] for part, text in value.items()}, **single}

    def words(self, value: Value, question: Question) -> str:
        """As a certificate prints it, with the reading behind."""
        del question
        name = PersonName(**value)
        behind = [text for text in (name.whole_reading, name.roman) if text]
        return f"{name.on_paper}（{'、'.join(behind)}）" if behind else name.on_paper

    def columns(self, question: Question) -> Sequence[Column]:
        """氏, 名, 氏_カナ, 名_カナ (GIF 個人), and what else is asked."""
        del question
        headings = (
            _("氏"),
            _("名"),
            _("氏_カナ"),
            _("名_カナ"),
            _("旧氏"),
            _("旧氏_カナ"),
            _("通称"),
            _("通称_カナ"),
            _("氏名_英字"),
        )
        return tuple(Column(part, heading) for part, heading in zip(_ALL, headings, strict=True))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """The parts."""
        del question
        return tuple((value or {}).get(part, "") for part in _ALL)

    def reckoned(self, question: Question) -> Any:
        """Formulas know the whole name as text."""
        return Name(question.key, Kind.TEXT, question.label)

    def for_formula(self, value: Value, question: Question) -> Any:
        """氏 名."""
        del question
        return None if value is None else PersonName(**value).whole

    def generate(self, random: Random, question: Question) -> Value:
        """Names that break careless programmes; of nobody."""
        name = random.choice(_SAMPLES)
        asked = set(_ALL[:4]) if question.settings.get("reading", True) else {"family", "given"}
        return {part: text for part in _ALL if part in asked and (text := getattr(name, part))}
