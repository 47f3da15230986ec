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
