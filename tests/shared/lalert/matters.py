"""Evacuation orders as the tests of L-Alert need them: an invented city, three districts, an office."""

from datetime import timedelta
from typing import Any

from tests.shared.messaging.editions import SENT_AT, content, edition
from todoke.shared.lalert.queries import speaks_of_orders
from todoke.shared.lalert.rules import orders_something, standing
from todoke.shared.lalert.types import Frozen, Office
from todoke.shared.messaging.types import Address, AreaMark, EditionKind, FrozenEdition

OFFICE = Office("999997", "青葉市", "あおばし", "杜野県", "青葉市 危機管理課", "000-000-0000", "bousai@city.example.jp")
NODE = Address("lalert", "Lアラート", "aoba-city")
DOCOMO = Address("urgent-docomo", "緊急速報メール", "UMC1")
NAMES = {
    "kawagishi": ("川岸地区", "かわぎしちく"),
    "yamate": ("山手地区", "やまてちく"),
    "minato": ("港地区", "みなとちく"),
}
LEVELS = {"緊急安全確保": 5, "避難指示": 4, "高齢者等避難": 3}
OTHER = "8d0f5a52-7a39-4f35-b6fd-2a1f27f8ad22"


def area(key: str, notice: str, level: int | None = None, **changed: Any) -> AreaMark:
    names = {
        "kawagishi": ("川岸地区", "かわぎしちく"),
        "yamate": ("山手地区", "やまてちく"),
        "minato": ("港地区", "みなとちく"),
    }
    name, reading = names.get(key, (key, ""))
    level = level if level is not None else {"緊急安全確保": 5, "避難指示": 4, "高齢者等避難": 3}.get(notice)
    return AreaMark(key=key, name=name, reading=reading, notice=notice, level=level, **changed)


def order(number: int, *areas: AreaMark, kind: EditionKind | None = None, **changed: Any) -> FrozenEdition:
    """An edition about an evacuation; ten minutes after the one before it."""
    lifted = bool(areas) and all(one.notice == "解除" for one in areas)
    facts = {"kind": "evacuation", "incident": "青葉川の増水", "lifted": "yes" if lifted else ""}
    said = content(
        areas=areas,
        level=max((one.level or 0 for one in areas), default=0) or None,
        facts={**facts, **changed.pop("facts", {})},
    )
    note = "区域の誤り" if kind in (EditionKind.CORRECTION, EditionKind.CANCEL) else ""
    return edition(number, kind, content=changed.pop("content", said), note=changed.pop("note", note), **changed)


def frozen(*history: FrozenEdition) -> Frozen:
    """What is frozen beside the last of these."""
    last = history[-1]
    own = [one for one in history if one.message_key == last.message_key]
    return Frozen(OFFICE, orders_something(own), standing(history, last.sent_at) if speaks_of_orders(last) else ())


def said_of(found: Frozen) -> dict[str, str]:
    return {one.key: one.sort + (" 解除" if one.is_lifted else "") for one in found.orders}


def minutes(number: int):
    return SENT_AT + timedelta(minutes=number)
