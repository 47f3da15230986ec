"""Numbers and amounts of money."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import narrow
from todoke.shared.paperwork.registry import Box, Column, FieldKind, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Trouble, Value, Words, first

DIGITS_MAX = 15
_EDGES = (Setting("least", _("最小"), "decimal"), Setting("most", _("最大"), "decimal"))


def read_number(text: str) -> Decimal | None:
    """１，２３４．５ and －3 as numbers; None for what is none."""
    # A comma, full stop or blank of the Japanese keyboard parts the thousands; 。 is never a decimal point.
    plain = narrow(text).replace(",", "").replace("、", "").replace(" ", "").removeprefix("+")
    if not plain or not plain.isascii() or not set(plain) <= set("0123456789.-"):
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** DIGITS_MAX else None


def grouped(number: Decimal | int) -> str:
    """1,234.5."""
    return f"{number:,}"


class Number(FieldKind):
    """A number. `least`, `most`, `places` (decimals, 0 unless given), `unit` (人, m²). Its value is a text."""

    key = "paperwork.number"
    name = _("数")
    settings: tuple[Setting, ...] = (
        *_EDGES,
        Setting("places", _("小数の桁数"), "whole"),
        Setting("unit", _("単位"), "words"),
    )
    example = "12"

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """One box with its unit behind it; never `type=number`, whose arrows change what was typed."""
        del raw
        mode = "decimal" if self._places(question) else "numeric"
        return (Box(input_mode=mode, width=10, after=self._unit(question), spellcheck=False),)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The number without commas; within the edges of the question."""
        typed = first(raw)
        unit = str(self._unit(question))
        number = read_number(typed.removesuffix(unit) if unit else typed)
        if number is None:
            mend: Any = _("数字だけを書いてください。例：%(example)s") % {"example": self.example}
            return Read(None, (Trouble(_("数として読めません。"), mend),))
        places, text = self._places(question), _plain(number)
        troubles = []
        if -Decimal(text).as_tuple().exponent > places:  # type: ignore[operator]
            what = _("小数が細かすぎます。") if places else _("小数は書けません。")
            mend = _("小数は%(places)s桁までです。") % {"places": places} if places else _("整数で書いてください。")
            troubles.append(Trouble(what, mend))
        least, most = _edge(question, "least"), _edge(question, "most")
        if least is not None and number < least:
            mend = _("%(least)s以上の数を書いてください。") % {"least": grouped(least)}
            troubles.append(Trouble(_("小さすぎます。"), mend))
        if most is not None and number > most:
            mend = _("%(most)s以下の数を書いてください。") % {"most": grouped(most)}
            troubles.append(Trouble(_("大きすぎます。"), mend))
        return Read(self._value(text), tuple(troubles))

    def _value(self, text: str) -> Value:
        return text

    def _places(self, question: Question) -> int:
        return int(question.settings.get("places") or 0)

    def _unit(self, question: Question) -> Any:
        return Words(question.settings.get("unit") or {})

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The number as digits."""
        del question
        return {"": [str(value)]}

    def words(self, value: Value, question: Question) -> str:
        """1,234 and the unit."""
        return f"{grouped(Decimal(str(value)))}{self._unit(question)}"

    def reckoned(self, question: Question) -> Any:
        """A number with its edges."""
        return Name(
            question.key,
            Kind.NUMBER,
            question.label,
            least=_edge(question, "least"),
            most=_edge(question, "most"),
            whole=not self._places(question),
        )

    def for_formula(self, value: Value, question: Question) -> Any:
        """An exact decimal."""
        del question
        return None if value is None else Decimal(value)

    def generate(self, random: Random, question: Question) -> Value:
        """A number between the edges."""
        places = self._places(question)
        least, most = _edge(question, "least"), _edge(question, "most")
        low = least if least is not None else min(Decimal(0), most if most is not None else Decimal(0))
        high = most if most is not None else low + 1000
        scale = 10**places
        number = Decimal(random.randint(int((low * scale).to_integral_value()), int(high * scale))) / scale
        return self._value(_plain(min(max(number, low), high)))

    def faults(self, question: Question) -> Sequence[Fault]:
        """Edges are numbers in order, decimals are few."""
        found = []
        edges = {}
        for name in ("least", "most"):
            given = question.settings.get(name)
            edges[name] = None if given is None else read_number(str(given))
            if given is not None and edges[name] is None:
                found.append(Fault(f"settings.{name}", _("数で書いてください。")))
        if edges["least"] is not None and edges["most"] is not None and edges["least"] > edges["most"]:
            found.append(Fault("settings.least", _("最小が最大より大きくなっています。")))
        places = question.settings.get("places", 0)
        if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= 6:
            found.append(Fault("settings.places", _("小数の桁数は、0から6までにしてください。")))
        return found


class Money(Number):
    """An amount in whole yen; its value is a whole number."""

    key = "paperwork.money"
    name = _("金額")
    settings = _EDGES
    example = "1200"

    def _value(self, text: str) -> Value:
        return int(Decimal(text)) if Decimal(text) == int(Decimal(text)) else text

    def _places(self, question: Question) -> int:
        del question
        return 0

    def _unit(self, question: Question) -> Any:
        del question
        return _("円")

    def parse(self, raw: Raw, question: Question) -> Read:
        """The amount; ¥1,200, 1200円 and １２００ are the same."""
        typed = narrow(first(raw)).removeprefix("¥").removeprefix("\\").removesuffix("円")
        return super().parse({"": [typed or "円"]}, question)

    def reckoned(self, question: Question) -> Any:
        """Whole yen."""
        least, most = _edge(question, "least"), _edge(question, "most")
        return Name(
            question.key,
            Kind.MONEY,
            question.label,
            least=None if least is None else int(least),
            most=None if most is None else int(most),
        )

    def for_formula(self, value: Value, question: Question) -> Any:
        """Whole yen."""
        del question
        return value

    def columns(self, question: Question) -> Sequence[Column]:
        """One column in yen."""
        del question
        return (Column("", _("円")),)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if number == 0 else text


def _edge(question: Question, name: str) -> Decimal | None:
    given = question.settings.get(name)
    return None if given is None else read_number(str(given))
