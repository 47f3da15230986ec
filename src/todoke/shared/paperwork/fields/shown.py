"""What a form tells and does not ask: an explanation, and a value that the house reckons."""

from collections.abc import Sequence
from random import Random

from django.utils.translation import gettext_lazy as _

from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.registry import Box, Column, FieldKind, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Value


class Explanation(FieldKind):
    """Text between the questions: the label is its heading, the help its body."""

    key = "paperwork.explanation"
    name = _("説明文")
    asks = False

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """None."""
        del question, raw
        return ()

    def parse(self, raw: Raw, question: Question) -> Read:
        """Nothing, whatever was posted."""
        del raw, question
        return Read()

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """Nothing."""
        del value, question
        return {}

    def words(self, value: Value, question: Question) -> str:
        """Nothing."""
        del value, question
        return ""

    def columns(self, question: Question) -> Sequence[Column]:
        """None."""
        del question
        return ()

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """Nothing."""
        del value, question
        return ()

    def generate(self, random: Random, question: Question) -> Value:
        """Nothing."""
        del random, question

    @property
    def template(self) -> str:
        """Heading and text."""
        return "paperwork/explanation.html"


class ComputedValue(Explanation):
    """A value of the form's `computed`, named by the setting `of`, shown where the question stands."""

    key = "paperwork.computed"
    name = _("計算した値")
    settings = (Setting("of", _("どの計算か"), "computed", needed=True),)

    def faults(self, question: Question) -> Sequence[Fault]:
        """It names a computation."""
        if question.settings.get("of"):
            return ()
        return (Fault("settings.of", _("どの計算を見せるかを選んでください。")),)

    @property
    def template(self) -> str:
        """Label and value."""
        return "paperwork/computed.html"
