"""The time of a day."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import narrow
from todoke.shared.paperwork.registry import Box, FieldKind
from todoke.shared.paperwork.types import Raw, Read, Trouble, Value, first

_TIME = re.compile(
    r"(?P<half>午前|午後|am|pm)? ?(?P<hour>\d{1,2})(?:[:時]|(?=\d\d$)) ?"
    r"(?:(?P<minute>\d{1,2})分?|(?P<thirty>半))? ?(?P<after>am|pm)?",
    re.IGNORECASE,
)


class Time(FieldKind):
    """A time of the day; its value is "15:30"."""

    key = "paperwork.time"
    name = _("時刻")

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One box."""
        del question, raw
        return (Box(width=8, hint=_("例：午後3時30分、15:30"), spellcheck=False),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """15:30, 1530, 15時半, 午後3時30分, 3:30 pm."""
        del question
        found = _TIME.fullmatch(narrow(first(raw)))
        hour, minute = _clock(found) if found else (99, 0)
        if hour > 23 or minute > 59:
            mend = _("例のように書いてください。例：午後3時30分、15:30")
            return Read(None, (Trouble(_("時刻として読めません。"), mend),))
        return Read(f"{hour:02}:{minute:02}")

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """15:30."""
        del question
        return {"": [value]}

    def words(self, value: Value, question: Question) -> str:
        """午後3時30分."""
        del question
        hour, minute = map(int, value.split(":"))
        # A municipal notice says 午前 and 午後; noon is 午後0時.
        text = _("午前%(hour)s時%(minute)s分") if hour < 12 else _("午後%(hour)s時%(minute)s分")
        return str(text) % {"hour": hour % 12, "minute": f"{minute:02}"}

    def reckoned(self, question: Question) -> Any:
        """Formulas know it as text, in which 09:00 comes before 15:30."""
        return Name(question.key, Kind.TEXT, question.label)

    def generate(self, random: Random, question: Question) -> Value:
        """Any minute."""
        del question
        return f"{random.randrange(24):02}:{random.randrange(60):02}"


def _clock(found: re.Match[str]) -> tuple[int, int]:
    hour = int(found["hour"])
    minute = 30 if found["thirty"] else int(found["minute"] or 0)
    half = (found["half"] or found["after"] or "").lower()
    if half in ("午後", "pm") and hour < 12:
        hour += 12
    # 午前12時 is midnight in common speech, and so is 12 am.
    if half in ("午前", "am") and hour == 12:
        hour = 0
    return hour, minute
