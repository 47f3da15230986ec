"""Numbers with a meaning: telephone, 団体コード, 法人番号, licence. Each reads through `base.codes`."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base import codes
from todoke.base.codes import corporations, licences, municipalities, telephones
from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line
from todoke.shared.paperwork.registry import Box, Column, FieldKind
from todoke.shared.paperwork.types import Raw, Read, Sensitivity, Sentence, Text, Trouble, Value, first


class Code(FieldKind):
    """A code that one of `base.codes` reads: its value is the digits, its words are as it is printed."""

    reads: Callable[[str], Any]
    invents: Callable[[Random], Any]
    hint: Text = ""
    autocomplete = ""
    input_mode = "numeric"

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One box that takes any hyphens."""
        del question, raw
        return (
            Box(input_mode=self.input_mode, autocomplete=self.autocomplete, width=18, hint=self.hint, spellcheck=False),
        )

    def parse(self, raw: Raw, question: Question) -> Read:
        """The code, or the sentence of its own rule."""
        del question
        found = type(self).reads(line(first(raw)))
        return Read(None, (Trouble(Sentence(found)),)) if isinstance(found, codes.Trouble) else Read(found.value)

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The digits."""
        del question
        return {"": [value]}

    def words(self, value: Value, question: Question) -> str:
        """As it is printed."""
        del question
        found = type(self).reads(value)
        return str(value) if isinstance(found, codes.Trouble) else str(found)

    def reckoned(self, question: Question) -> Any:
        """Formulas know it as text."""
        return Name(question.key, Kind.TEXT, question.label)

    def generate(self, random: Random, question: Question) -> Value:
        """A sound one of nobody."""
        del question
        return type(self).invents(random).value


class Telephone(Code):
    """電話番号 in Japan; 060 is a mobile number like 070, 080 and 090."""

    key = "paperwork.telephone"
    name = _("電話番号")
    sensitivity = Sensitivity.PERSONAL
    reads = staticmethod(telephones.read)
    invents = staticmethod(telephones.invent)
    hint = _("例：022-261-1111")
    autocomplete = "tel-national"
    input_mode = "tel"


class MunicipalityCode(Code):
    """全国地方公共団体コード with its check digit."""

    key = "paperwork.municipality-code"
    name = _("全国地方公共団体コード")
    reads = staticmethod(municipalities.read)
    invents = staticmethod(municipalities.invent)
    hint = _("6桁。例：041009")


class CorporateNumber(Code):
    """法人番号: thirteen digits, public."""

    key = "paperwork.corporate-number"
    name = _("法人番号")
    reads = staticmethod(corporations.read)
    invents = staticmethod(corporations.invent)
    hint = _("13桁の数字です。")


class LicenceNumber(Code):
    """運転免許証番号: twelve digits, so it alone is spared the search for My Numbers."""

    key = "paperwork.licence-number"
    name = _("運転免許証の番号")
    sensitivity = Sensitivity.PERSONAL
    reads = staticmethod(licences.read)
    invents = staticmethod(licences.invent)
    hint = _("12桁の数字です。マイナンバーは書かないでください。")

    def may_hold_twelve_digits(self, question: Question, part: str) -> bool:
        """Yes: that is what a licence number is."""
        del question, part
        return True

    def columns(self, question: Question) -> Sequence[Column]:
        """One column."""
        del question
        return (Column("", self.name),)
