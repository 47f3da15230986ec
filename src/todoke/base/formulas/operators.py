"""The operators whose parts have fixed kinds. Those with a shape of their own stand in `reading`."""

from todoke.base.formulas.kinds import Kind

T, N, X, D = Kind.TRUTH, Kind.NUMBER, Kind.TEXT, Kind.DATE

# Kinds of the parts, and of what comes out.
FIXED: dict[str, tuple[tuple[Kind, ...], Kind]] = {
    "not": ((T,), T),
    "starts": ((X, X), T),
    "ends": ((X, X), T),
    "contains": ((X, X), T),
    "length": ((X,), N),
    "today": ((), D),
    "age-on": ((D, D), N),
    "fiscal-year": ((D,), N),
    "fiscal-year-start": ((D,), D),
    "year": ((D,), N),
    "month": ((D,), N),
    "day": ((D,), N),
    "days-between": ((D, D), N),
    "add-days": ((D, N), D),
    "add-months": ((D, N), D),
    "is-open": ((D,), T),
    "next-open": ((D,), D),
    "add-open-days": ((D, N), D),
    "open-days-between": ((D, D), N),
}
WHOLE = {
    "length",
    "age-on",
    "fiscal-year",
    "year",
    "month",
    "day",
    "days-between",
    "open-days-between",
    "how-many",
    "count",
}
# What can be said without asking anybody: the least and most that an operator gives.
REACH = {"month": (1, 12), "day": (1, 31), "length": (0, None), "how-many": (0, None), "count": (0, None)}

ORDERED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DATE})
EQUALS = frozenset({"equal", "differs"})
COMPARISONS = EQUALS | {"less", "at-most", "more", "at-least"}
SUMS = frozenset({"add", "subtract"})
EXTREMES = frozenset({"min", "max"})
OVER_ROWS = frozenset({"count", "sum", "lowest", "highest", "any", "all"})
WAYS = ("half-up", "down", "up")
