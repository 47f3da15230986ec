"""Shares as the city publishes them: one decimal, half up, reckoned with whole numbers (アンケート集計の慣例)."""

from decimal import Decimal

# Below so many answers a share says little; it is shown as “*” (世論調査の集計の慣例).
FEW = 30


def tenths(part: int, whole: int) -> int:
    """`part` of `whole` in tenths of a per cent, rounded half up: 9 of 400 is 23. Raises ValueError for nothing."""
    if whole <= 0:
        raise ValueError("a share needs a whole")
    return (2000 * part + whole) // (2 * whole)


def share(part: int, whole: int) -> str:
    """`part` of `whole` in per cent with one decimal: “2.3”; “−” where there is no whole."""
    if whole <= 0:
        return "−"
    found = tenths(part, whole)
    return f"{found // 10}.{found % 10}"


def mean(numbers: list[Decimal]) -> str:
    """The mean with one decimal, half away from zero; “−” where there is none."""
    if not numbers:
        return "−"
    total, count = sum(numbers, Decimal()), len(numbers)
    scaled = abs(total) * 10 / count
    rounded = int(scaled + Decimal("0.5"))
    sign = "-" if total < 0 and rounded else ""
    return f"{sign}{rounded // 10}.{rounded % 10}"
