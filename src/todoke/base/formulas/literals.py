"""Values as they are written in a formula's document."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas.kinds import LETTERS_MAX, NUMBER_MAX, Kind
from todoke.base.formulas.nodes import Value

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Written with their kind, where nothing beside them tells it.
MARKS = {"number": Kind.NUMBER, "yen": Kind.MONEY, "date": Kind.DATE}

HINTS: dict[Kind, Promise] = {
    Kind.TRUTH: _("ここには true か false を書いてください。"),
    Kind.NUMBER: _('ここには数を書いてください。整数は 3、小数は "1.5" のように書きます。'),
    Kind.MONEY: _("ここには金額を円の整数で書いてください（例 500）。"),
    Kind.TEXT: _("ここには500字までの文字を書いてください。"),
    Kind.DATE: _('ここには日付を "2026-04-01" のように書いてください。'),
    Kind.CHOICE: _("ここには選択肢のキーを書いてください。"),
    Kind.CHOICES: _("ここに値は書けません。項目の名前を入れてください。"),
    Kind.ROWS: _("ここに値は書けません。項目の名前を入れてください。"),
}


def is_bare(doc: Any) -> bool:
    """Whether this is a value whose kind comes from what stands beside it."""
    return isinstance(doc, bool | int | str)


def own_kind(doc: Any) -> Kind:
    """The kind of a bare value where nothing stands beside it."""
    if isinstance(doc, bool):
        return Kind.TRUTH
    return Kind.NUMBER if isinstance(doc, int) else Kind.TEXT


def value_of(doc: Any, kind: Kind) -> Value | None:
    """The value, or None where this cannot be one of that kind. A number with a binary point (1.5) never is."""
    if isinstance(doc, bool):
        return doc if kind is Kind.TRUTH else None
    if isinstance(doc, int):
        return _of_integer(doc, kind)
    return _of_text(doc, kind) if isinstance(doc, str) else None


def _of_integer(doc: int, kind: Kind) -> Value | None:
    if abs(doc) >= NUMBER_MAX:
        return None
    if kind is Kind.NUMBER:
        return Decimal(doc)
    return doc if kind is Kind.MONEY else None


def _of_text(doc: str, kind: Kind) -> Value | None:
    if kind in {Kind.TEXT, Kind.CHOICE}:
        return doc if 0 < len(doc) <= LETTERS_MAX else None
    if kind is Kind.NUMBER and _DECIMAL.fullmatch(doc):
        return Decimal(doc)
    if kind is Kind.DATE and _DATE.fullmatch(doc):
        try:
            return date.fromisoformat(doc)
        except ValueError:
            return None
    return None
