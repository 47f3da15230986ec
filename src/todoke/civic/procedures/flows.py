"""A procedure's own flow: the standard one that it names, with its own term."""

from collections.abc import Mapping
from typing import Any


def own_flow(standard: Mapping[str, Any], standard_days: int | None) -> dict[str, Any]:
    """The flow document of a procedure: the standard flow, its 標準処理期間 in open days (行政手続法第6条).

    A term that ends on a closed day ends on the next open one. The answers' custody holds the case's writing, too.
    """
    document = {name: part for name, part in standard.items() if name != "key"}
    if standard_days is not None:
        document["term"] = {"days": standard_days, "counts": "open-days", "rolls": True}
    return document


def letters_of(standard: Mapping[str, Any]) -> list[str]:
    """The outcomes for which a flow writes a letter."""
    orders = [order for action in standard["actions"] for order in action.get("effects", [])]
    return sorted({order["settings"]["letter"] for order in orders if order["effect"] == "procedures.issue-letter"})


def decides(standard: Mapping[str, Any]) -> bool:
    """Whether a flow puts cases to decision, and so wants a route."""
    return any(action["key"] == "propose" for action in standard["actions"])
