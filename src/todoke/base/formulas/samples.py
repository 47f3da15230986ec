"""Enough values to decide: one of each stretch between the values at which a formula can change its mind.

A condition that only compares a value with literals answers alike for all values of one stretch. Trying one value of
each is therefore a proof and not a sample.
"""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from todoke.base.formulas.kinds import NUMBER_MAX, Kind

# No text that anybody writes: it stands for all texts that a formula does not name.
ANOTHER_TEXT = "\ufffe"
_STEP: dict[Kind, Any] = {Kind.NUMBER: Decimal(1), Kind.MONEY: 1, Kind.DATE: timedelta(days=1)}


def stretches(kind: Kind, cuts: Collection[Any], *, least: Any = None, most: Any = None, whole: bool) -> list[Any]:
    """One value of every stretch of numbers, amounts or dates: each cut, and whatever lies between two of them."""
    bounds = [bound for bound in (least, most) if bound is not None]
    points = sorted({*cuts, *bounds})
    if not points:
        return [_anything(kind)]
    step = _STEP[kind]
    found = [_stepped(points[0], -step)]
    for point, following in zip(points, [*points[1:], None], strict=True):
        found.append(point)
        if following is None:
            found.append(_stepped(point, step))
        elif whole or kind is not Kind.NUMBER:
            found += [point + step] if point + step < following else []
        else:
            found.append((Decimal(point) + Decimal(following)) / 2)
    return [
        each
        for each in found
        if each is not None and (least is None or each >= least) and (most is None or each <= most)
    ]


def _anything(kind: Kind) -> Any:
    return {Kind.NUMBER: Decimal(0), Kind.MONEY: 0, Kind.DATE: date(2000, 1, 1)}[kind]


def _stepped(point: Any, step: Any) -> Any:
    try:
        beyond = point + step
    except OverflowError:
        return None
    return beyond if isinstance(beyond, date) or abs(beyond) < NUMBER_MAX else None
