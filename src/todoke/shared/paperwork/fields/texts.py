"""Words: one line, several lines, an address of electronic mail."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.base.names import length
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line, lines, narrow
from todoke.shared.paperwork.registry import Box, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Sensitivity, Trouble, Value, first

SHORT_MAX = 200
LONG_MAX = 4000
_SYLLABLES = ("みずうみ", "山田", "さくら", "髙橋", "𠮷野", "Öz", "青空", "7番", "辻󠄀", "・")


class ShortText(FieldKind):
    """One line of anything. `most`: how many characters a reader counts (200)."""

    key = "paperwork.short-text"
    name = _("文字（1行）")
    # People write their names and illnesses into any line that is free.
    sensitivity = Sensitivity.PERSONAL
    settings: tuple[Setting, ...] = (
        Setting("most", _("文字数の上限"), "whole"),
        Setting("autocomplete", _("自動入力の種類"), "text"),
    )
    most_allowed = SHORT_MAX
    look = Look.LINE

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One box."""
        del raw
        return (Box(look=self.look, autocomplete=str(question.settings.get("autocomplete", ""))),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The line as it was typed; too long is a trouble, never cut."""
        return self._measured(line(first(raw)), question)

    def _measured(self, text: str, question: Question) -> Read:
        most = int(question.settings.get("most") or self.most_allowed)
        over = length(text) - most
        if over > 0:
            mend = _("%(most)s文字までにしてください。") % {"most": most}
            return Read(text, (Trouble(_("%(over)s文字、長すぎます。") % {"over": over}, mend),))
        return Read(text or None)

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The line."""
        del question
        return {"": [value]}

    def words(self, value: Value, question: Question) -> str:
        """The line."""
        del question
        return str(value)

    def reckoned(self, question: Question) -> Any:
        """Formulas know it as text."""
        return Name(question.key, Kind.TEXT, question.label)

    def generate(self, random: Random, question: Question) -> Value:
        """Some words, with characters that break careless programmes."""
        del question
        return "".join(random.choices(_SYLLABLES[:-1], k=random.randint(1, 4)))

    def faults(self, question: Question) -> Sequence[Fault]:
        """The limit is a whole number within reason."""
        most = question.settings.get("most")
        if most is None or (isinstance(most, int) and 1 <= most <= self.most_allowed):
            return ()
        says = _("文字数の上限は、1から%(most)sまでの数にしてください。") % {"most": self.most_allowed}
        return (Fault("settings.most", says),)


class LongText(ShortText):
    """Several lines (4,000 characters unless `most` says less)."""

    key = "paperwork.long-text"
    name = _("文字（何行でも）")
    settings = (Setting("most", _("文字数の上限"), "whole"),)
    most_allowed = LONG_MAX
    look = Look.AREA

    def parse(self, raw: Raw, question: Question) -> Read:
        """The lines as they were typed."""
        return self._measured(lines(first(raw)), question)

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """The lines, in one cell."""
        del question
        return (value or "",)

    def generate(self, random: Random, question: Question) -> Value:
        """Two or three lines."""
        del question
        return "\n".join("".join(random.choices(_SYLLABLES[:-1], k=3)) for _each in range(random.randint(1, 3)))


# What mail servers really take: RFC 5321 without quoted local parts. docomo's old addresses have “..” and “.@”.
_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class Mail(FieldKind):
    """An address of electronic mail."""

    key = "paperwork.mail"
    name = _("メールアドレス")
    sensitivity = Sensitivity.PERSONAL

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One box; `type=text`, because `email` refuses old addresses of Japanese telephones."""
        del question, raw
        return (Box(input_mode="email", autocomplete="email", spellcheck=False, hint=_("例：name@example.jp")),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The address, full-width letters narrowed; the part after @ in small letters."""
        del question
        text = narrow(first(raw)).replace(" ", "")
        if len(text) > 254 or not _MAIL.fullmatch(text):
            mend = _("@の前と後ろを確かめて、例のように書いてください。例：name@example.jp")
            return Read(None, (Trouble(_("メールアドレスとして読めません。"), mend),))
        local, _at, domain = text.rpartition("@")
        return Read(f"{local}@{domain.lower()}")

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The address."""
        del question
        return {"": [value]}

    def words(self, value: Value, question: Question) -> str:
        """The address."""
        del question
        return str(value)

    def reckoned(self, question: Question) -> Any:
        """Formulas know it as text."""
        return Name(question.key, Kind.TEXT, question.label)

    def generate(self, random: Random, question: Question) -> Value:
        """An address that nobody has (RFC 2606)."""
        del question
        return f"{random.choice(('hanako', 'taro..', 'a.b+c'))}{random.randint(1, 999)}@example.jp"
