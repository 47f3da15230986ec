"""Pure decisions: what a document is about, what stands ordered over all messages, which number a document has."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from todoke.shared.lalert.types import AreaOrder, Category
from todoke.shared.messaging.shelters import Opening
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode

# 避難情報に関するガイドライン (内閣府, 令和3年5月), in the order of their gravity.
ORDERS = ("緊急安全確保", "避難指示", "高齢者等避難")

# edxlde:distributionStatus (facts of LGDIS and SaigaiTask: Actual 本番, Exercise 訓練, Test テスト).
STATUS: Mapping[Mode, str] = {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}

# 未開設, 開設 and 閉鎖 are words of PCXML 1.3 (pcx_sh:Sort); a full one is open and says so beside.
SORTS = {Opening.WAITING: "未開設", Opening.OPEN: "開設", Opening.FULL: "開設", Opening.CLOSED: "閉鎖"}


def category_of(edition: FrozenEdition, *, is_order: bool) -> Category:
    """The subject of a document about this edition.

    `is_order`: its message has ordered an evacuation, so that its lifting is about the evacuation too. An edition on
    headquarters that lacks a fact which that form needs goes as a general notice.
    """
    facts = edition.content.facts
    kind = facts.get("kind", "")
    if is_order:
        return Category.EVACUATION
    if kind == "shelter":
        return Category.SHELTER
    if kind == "headquarters" and facts.get("headquarters_name") and facts.get("headquarters_status"):
        return Category.HEADQUARTER
    return Category.GENERAL


def orders_something(editions: Iterable[FrozenEdition]) -> bool:
    """Whether one of these editions ordered an evacuation."""
    return any(area.notice in ORDERS for edition in editions for area in edition.content.areas)


def document_type(edition: FrozenEdition) -> str:
    """edxlde:distributionType: Report is revision 1, Update every later one, Cancel takes back."""
    if edition.kind is EditionKind.CANCEL:
        return "Cancel"
    return "Report" if edition.number == 1 else "Update"


def document_id(message_key: str, destination_key: str) -> str:
    """The number of a document: the same for all editions of a message at one destination (UUID version 5)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"todoke:lalert:{message_key}:{destination_key}"))


def distribution_id(document: str, revision: int) -> str:
    """The number of one sending. The same for every try, so that a repeat is the same to the byte."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"todoke:lalert:{document}:{revision}"))


def standing(history: Iterable[FrozenEdition], at: datetime) -> tuple[AreaOrder, ...]:
    """Every area that has an order, and every one whose order was lifted, over all messages; gravest first.

    `history` holds all editions of one mode that may still count, in any order; the same editions always give the same
    answer. A message whose latest edition has expired no longer counts. Where two messages speak of one area, the
    gravest order in force is said: who reads 避難指示 and 高齢者等避難 of one place does not know what to do.
    """
    by_message: dict[str, list[FrozenEdition]] = {}
    for edition in history:
        by_message.setdefault(edition.message_key, []).append(edition)
    found: dict[str, AreaOrder] = {}
    for key in sorted(by_message):
        editions = sorted(by_message[key], key=lambda edition: edition.number)
        if editions[-1].expires_at <= at:
            continue
        for order in _orders_of(editions).values():
            held = found.get(order.key)
            if held is None or _weight(order) > _weight(held):
                found[order.key] = order
    return tuple(sorted(found.values(), key=lambda order: (order.is_lifted, ORDERS.index(order.sort), order.key)))


def _weight(order: AreaOrder) -> tuple[bool, int, datetime]:
    gravity = -ORDERS.index(order.sort)
    # Of two that were lifted, the later one is what happened last.
    return (not order.is_lifted, 0 if order.is_lifted else gravity, order.at)


def _orders_of(editions: Iterable[FrozenEdition]) -> dict[str, AreaOrder]:
    """What one message orders after all its editions, by area."""
    orders: dict[str, AreaOrder] = {}
    for edition in editions:
        named = {area.key: area for area in edition.content.areas}
        ends = edition.kind is EditionKind.CANCEL or edition.content.facts.get("lifted") == "yes"
        for area in named.values():
            if not ends and area.notice in ORDERS:
                orders[area.key] = _ordered(area, orders.get(area.key), edition.sent_at)
        for key, order in list(orders.items()):
            # An edition is the whole state of its message: what it no longer names holds no more.
            holds = not ends and key in named and named[key].notice in ORDERS
            if not holds and not order.is_lifted:
                orders[key] = AreaOrder(
                    order.key, order.name, order.reading, order.code, order.sort, True, edition.sent_at
                )
    return orders


def _ordered(area: AreaMark, before: AreaOrder | None, at: datetime) -> AreaOrder:
    same = before is not None and not before.is_lifted and before.sort == area.notice
    return AreaOrder(
        area.key, area.name, area.reading, area.code, area.notice, False, before.at if before and same else at
    )
