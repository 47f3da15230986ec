"""Choosing: yes or no, one of several, any of several."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import KEY, Question
from todoke.shared.paperwork.registry import Box, Choice, Column, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Trouble, Value, Words, first

CHOICES_MAX = 100
# More than this many are hard to look through as buttons.
RADIO_MAX = 7

_UNKNOWN = Trouble(_("選べないものが選ばれています。"), _("一覧から選び直してください。"))


def choices_of(question: Question) -> dict[str, Words]:
    """The choices of a question, in order: key and words."""
    given = question.settings.get("choices") or []
    if not isinstance(given, list):
        return {}
    return {
        str(each["key"]): Words(each["words"])
        for each in given
        if isinstance(each, Mapping) and "key" in each and isinstance(each.get("words"), Mapping)
    }


def faults_of_choices(question: Question, least: int = 2) -> list[Fault]:
    """Every choice has a key of its own and words."""
    given = question.settings.get("choices")
    if not isinstance(given, list) or not least <= len(given) <= CHOICES_MAX:
        return [Fault("settings.choices", _("選択肢を2個から100個まで書いてください。"))]
    found, seen = [], set()
    for number, each in enumerate(given):
        where = f"settings.choices.{number}"
        key = str(each.get("key", "")) if isinstance(each, dict) else ""
        if not KEY.fullmatch(key) or not isinstance(each.get("words"), dict) or not each["words"].get("ja"):
            found.append(Fault(where, _("選択肢には、名前（半角の英数字）と日本語の文が要ります。")))
        if key in seen:
            found.append(Fault(where, _("同じ名前の選択肢が二つあります。")))
        seen.add(key)
    return found


class YesNo(FieldKind):
    """はい or いいえ; both have to be chosen by hand, so that silence is not taken for a no."""

    key = "paperwork.yes-no"
    name = _("はい・いいえ")

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """Two buttons."""
        del question, raw
        return (Box(look=Look.RADIO, choices=(Choice("yes", _("はい")), Choice("no", _("いいえ")))),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """True or False."""
        del question
        found = {"yes": True, "no": False}.get(first(raw))
        return Read(None, (_UNKNOWN,)) if found is None else Read(found)

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """yes or no."""
        del question
        return {"": ["yes" if value else "no"]}

    def words(self, value: Value, question: Question) -> str:
        """はい or いいえ."""
        del question
        return str(_("はい") if value else _("いいえ"))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """1 and 0, as statistics want it."""
        del question
        return ("" if value is None else str(int(value)),)

    def reckoned(self, question: Question) -> Any:
        """True or false."""
        return Name(question.key, Kind.TRUTH, question.label)

    def generate(self, random: Random, question: Question) -> Value:
        """Either."""
        del question
        return random.random() < 0.5


class OneOf(FieldKind):
    """One of several. `choices`: key and words each; `look`: "radio", "select", or by their number."""

    key = "paperwork.choice"
    name = _("一つ選ぶ")
    settings = (
        Setting("choices", _("選択肢"), "choices", needed=True),
        Setting("look", _("見せ方"), "one-of", (Choice("radio", _("ボタン")), Choice("select", _("一覧から")))),
    )

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """Buttons, or a list where they are many."""
        del raw
        choices = tuple(Choice(key, words) for key, words in choices_of(question).items())
        look = question.settings.get("look") or ("radio" if len(choices) <= RADIO_MAX else "select")
        return (Box(look=Look.SELECT if look == "select" else Look.RADIO, choices=choices),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The key of the choice."""
        chosen = first(raw)
        return Read(chosen) if chosen in choices_of(question) else Read(None, (_UNKNOWN,))

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The key."""
        del question
        return {"": [value]}

    def words(self, value: Value, question: Question) -> str:
        """The words of the choice; its key where the choice is gone."""
        return str(choices_of(question).get(value, value))

    def columns(self, question: Question) -> Sequence[Column]:
        """Key and words."""
        del question
        return (Column("", ""), Column("words", _("表示")))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """Key and Japanese words."""
        if value is None:
            return ("", "")
        return (str(value), choices_of(question).get(value, Words(ja=str(value))).say("ja"))

    def reckoned(self, question: Question) -> Any:
        """One key of its choices."""
        return Name(question.key, Kind.CHOICE, question.label, choices_of(question))

    def generate(self, random: Random, question: Question) -> Value:
        """Any choice."""
        return random.choice(list(choices_of(question)))

    def faults(self, question: Question) -> Sequence[Fault]:
        """Choices are there, and the look is known."""
        found = faults_of_choices(question)
        if question.settings.get("look", "radio") not in ("radio", "select"):
            found.append(Fault("settings.look", _("見せ方を選び直してください。")))
        return found


class AnyOf(FieldKind):
    """Any of several. `choices`; `least` and `most` how many."""

    key = "paperwork.choices"
    name = _("いくつか選ぶ")
    settings = (
        Setting("choices", _("選択肢"), "choices", needed=True),
        Setting("least", _("最少の数"), "whole"),
        Setting("most", _("最多の数"), "whole"),
    )

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One tick each."""
        del raw
        choices = tuple(Choice(key, words) for key, words in choices_of(question).items())
        return (Box(look=Look.TICKS, choices=choices),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The keys in the order of the question."""
        choices = choices_of(question)
        posted = {each.strip() for each in raw.get("", ())} - {""}
        chosen = [key for key in choices if key in posted]
        troubles = [] if posted <= set(choices) else [_UNKNOWN]
        least, most = question.settings.get("least") or 0, question.settings.get("most") or len(choices)
        if len(chosen) < least:
            mend = _("%(least)s個以上選んでください。") % {"least": least}
            troubles.append(Trouble(_("選んだ数が足りません。"), mend))
        if len(chosen) > most:
            mend = _("%(most)s個までにしてください。") % {"most": most}
            troubles.append(Trouble(_("選んだ数が多すぎます。"), mend))
        return Read(chosen or None, tuple(troubles))

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The keys."""
        del question
        return {"": list(value)}

    def words(self, value: Value, question: Question) -> str:
        """The words of the choices, one a line."""
        choices = choices_of(question)
        return "\n".join(str(choices.get(each, each)) for each in value)

    def columns(self, question: Question) -> Sequence[Column]:
        """One column for each choice, so that a table can be counted."""
        return tuple(Column(key, words) for key, words in choices_of(question).items())

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """1 or 0 for each choice; nothing where the question was not answered."""
        return tuple("" if value is None else str(int(key in value)) for key in choices_of(question))

    def index(self, value: Value) -> str | None:
        """All keys."""
        return " ".join(value) if value else None

    def reckoned(self, question: Question) -> Any:
        """Some keys of its choices."""
        return Name(question.key, Kind.CHOICES, question.label, choices_of(question))

    def for_formula(self, value: Value, question: Question) -> Any:
        """A set of keys."""
        del question
        return None if value is None else frozenset(value)

    def generate(self, random: Random, question: Question) -> Value:
        """Some of them."""
        choices = list(choices_of(question))
        least = max(1, question.settings.get("least") or 1)
        most = min(len(choices), question.settings.get("most") or len(choices))
        chosen = set(random.sample(choices, random.randint(least, most)))
        return [key for key in choices if key in chosen]

    def faults(self, question: Question) -> Sequence[Fault]:
        """Choices are there, and the numbers fit them."""
        found = faults_of_choices(question, least=1)
        least, most = question.settings.get("least") or 0, question.settings.get("most")
        count = len(choices_of(question))
        if not isinstance(least, int) or not 0 <= least <= count:
            found.append(Fault("settings.least", _("最少の数は、選択肢の数までにしてください。")))
        elif most is not None and (not isinstance(most, int) or not max(1, least) <= most <= count):
            found.append(Fault("settings.most", _("最多の数は、最少の数から選択肢の数までにしてください。")))
        return found
