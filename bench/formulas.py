"""Rules of a form: 1,000 evaluations of 30 rules, beside the same rules in simpleeval (parsed beforehand, as ours are).

Goal: 100 ms, so that a form of 30 rules costs a tenth of a millisecond at every step. Time of the processor,
which neighbours on the same machine do not change.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from statistics import median
from time import process_time
from typing import Any

RUNS = 11
TIMES = 1_000
GOAL_MILLISECONDS = 100.0
ANSWERS = {
    "household_size": Decimal(4),
    "income": 3_200_000,
    "area": Decimal("42.5"),
    "kind": "night",
    "agreed": True,
    "resident": False,
    "note": "水道の使用を始めます",
    "fee": 500,
}


def _op(op: str, *of: Any, **slots: Any) -> dict[str, Any]:
    return {"op": op, "of": list(of), **slots}


def _name(key: str) -> dict[str, str]:
    return {"name": key}


def _rules() -> list[tuple[Any, str]]:
    rules: list[tuple[Any, str]] = []
    for step in range(6):
        size, income = 1 + step, 1_000_000 * (1 + step)
        rules += [
            (
                _op("and", _op("at-least", _name("household_size"), size), _op("less", _name("income"), income)),
                f"household_size >= {size} and income < {income}",
            ),
            (
                _op("or", _op("among", _name("kind"), values=["new", "old"]), _op("more", _name("area"), 10 * size)),
                f"kind == 'new' or kind == 'old' or area > {10 * size}",
            ),
            (
                _op("and", _name("agreed"), _op("not", _name("resident")), _op("starts", _name("note"), "水道")),
                "agreed and not resident and note.startswith('水道')",
            ),
            (_op("add", _op("multiply", _name("fee"), size), 100), f"fee * {size} + 100"),
            (
                {
                    "op": "if",
                    "cases": [{"when": _op("equal", _name("kind"), "night"), "then": {"yen": 600 + step}}],
                    "otherwise": {"yen": 500},
                },
                f"{600 + step} if kind == 'night' else 500",
            ),
        ]
    return rules


def measure() -> Iterator[dict[str, Any]]:
    """One JSON object a measurement."""
    from todoke.base.formulas import Circumstances, Kind, Name, compile_formula, findings

    kinds = {"kind": {"new": "新築", "old": "増築", "night": "夜間"}}
    told = {Decimal: Kind.NUMBER, int: Kind.MONEY, bool: Kind.TRUTH, str: Kind.TEXT}
    scope = {
        key: Name(key, Kind.CHOICE if key in kinds else told[type(value)], key, kinds.get(key, {}), whole=True)
        for key, value in ANSWERS.items()
    }
    rules = _rules()
    formulas = [compile_formula(doc, scope) for doc, _words in rules]
    about = Circumstances(date(2026, 11, 21), lambda day: day.weekday() < 5)

    def ours() -> list[Any]:
        return [formula.value(ANSWERS, about) for formula in formulas]

    theirs = _peer([words for _doc, words in rules])
    assert len(rules) == 30
    assert theirs is None or [each == other for each, other in zip(ours(), theirs(), strict=True)] == [True] * 30
    yield _line("formulas: 1,000 evaluations of a form of 30 rules", _runs(ours), _runs(theirs) if theirs else None)
    compiling = [_milliseconds(lambda: [compile_formula(doc, scope) for doc, _words in rules]) for _run in range(RUNS)]
    yield _line("formulas: 30 rules read and checked", compiling, None, goal=None)
    judging = [_milliseconds(lambda: findings(formulas)) for _run in range(3)]
    yield _line("formulas: 30 rules judged (never, always, unreachable)", judging, None, goal=None)


def _peer(rules: list[str]) -> Callable[[], list[Any]] | None:
    """The same rules in simpleeval; None where it is not installed (locks/bench.txt)."""
    try:
        from simpleeval import SimpleEval
    except ImportError:
        return None
    evaluator = SimpleEval(names=ANSWERS)
    parsed = [(words, evaluator.parse(words)) for words in rules]
    return lambda: [evaluator.eval(words, previously_parsed=tree) for words, tree in parsed]


def _runs(act: Callable[[], list[Any]]) -> list[float]:
    return [_milliseconds(lambda: [act() for _time in range(TIMES)]) for _run in range(RUNS)]


def _milliseconds(act: Callable[[], Any]) -> float:
    begin = process_time()
    act()
    return (process_time() - begin) * 1000


def _line(
    name: str, runs: list[float], peer: list[float] | None, goal: float | None = GOAL_MILLISECONDS
) -> dict[str, Any]:
    value = median(runs)
    line: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": "ms"}
    if goal is not None:
        line |= {"goal": goal, "holds": value <= goal}
    if peer is not None:
        beside = median(peer)
        line["beside"] = {
            "peer": "simpleeval",
            "version": version("simpleeval"),
            "value": round(beside, 2),
            "ratio": round(value / beside, 3),
        }
    return line | {"runs": {"min": round(min(runs), 2), "median": round(value, 2), "max": round(max(runs), 2)}}
