"""What can be said of a formula before anybody answers: conditions that never or always hold, cases never reached.

Every value that a condition compares with literals is tried once in each stretch between them (`samples`), and every
part that cannot be judged is tried as true, false and not known. So “never” and “always” are proofs; where there are
too many combinations, the judge says that it cannot tell.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import prod
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas.kinds import Circumstances, Kind
from todoke.base.formulas.nodes import Cell, Node, Table
from todoke.base.formulas.operators import COMPARISONS
from todoke.base.formulas.running import runner
from todoke.base.formulas.samples import ANOTHER_TEXT, stretches
from todoke.base.formulas.tables import gap_of, reach_of

COMBINATIONS_MAX = 20_000
CHOICES_TRIED_MAX = 10


class Matter(StrEnum):
    """What a finding is about."""

    NEVER = "never"
    ALWAYS = "always"
    UNREACHABLE = "unreachable"
    UNUSED = "unused"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True)
class Finding:
    """Something to look at before publishing; unlike a fault it does not forbid anything."""

    matter: Matter
    path: str
    says: str | Promise


NEVER = _("この条件に当てはまることはありません。条件を見直してください。")
ALWAYS = _("この条件は、答えが何でも当てはまります。条件を消すか、見直してください。")
UNREACHABLE = _("ここには決して来ません。前の条件を見直すか、この場合を消してください。")
CANNOT_TELL = _("組合せが多いため、いつも当てはまるか、決して当てはまらないかを調べられませんでした。")
GAPS_UNKNOWN = _("組合せが多いため、表に抜けがあるかを調べられませんでした。otherwise を書くと安全です。")


def findings_in(node: Node, tables: Mapping[str, Table]) -> list[Finding]:
    """Every finding of one formula, in the order of its document."""
    used = {part.detail.key for part in node.walk() if part.op == "look-up"}
    unused = [
        Finding(Matter.UNUSED, table.path, _("この表はどこでも使われていません。"))
        for key, table in tables.items()
        if key not in used
    ]
    return [*_of(node), *unused]


def _of(node: Node) -> Iterator[Finding]:
    if node.kind is Kind.TRUTH and node.op not in {"literal", "name", "row", "answered", "if"}:
        found = _of_condition(node)
        if found is not None:
            # Its parts are part of the same mistake.
            yield found
            return
    if node.op == "if":
        yield from _of_cases(node)
    if node.op == "look-up" and node.detail.otherwise is None and gap_of(node.detail, node.of) is True:
        yield Finding(Matter.CANNOT_TELL, node.detail.path, GAPS_UNKNOWN)
    for part in node.of:
        yield from _of(part)


def _of_condition(node: Node) -> Finding | None:
    trial = Trial([node])
    outcomes = trial.outcomes(lambda: trial.ask(node))
    if outcomes is None:
        return Finding(Matter.CANNOT_TELL, node.path, CANNOT_TELL)
    if True not in outcomes:
        return Finding(Matter.NEVER, node.path, NEVER)
    answered = trial.outcomes(lambda: trial.ask(node), answered=True)
    return Finding(Matter.ALWAYS, node.path, ALWAYS) if answered == {True} else None


def _of_cases(node: Node) -> Iterator[Finding]:
    whens = list(node.of[:-1:2])
    trial = Trial(whens)
    reached: set[int | None] = set()
    outcomes = trial.outcomes(lambda: reached.add(_case(whens, trial.ask)))
    if outcomes is None:
        yield Finding(Matter.CANNOT_TELL, node.path, CANNOT_TELL)
        return
    for at in range(len(whens) + 1):
        if at not in reached:
            place = f"cases/{at}" if at < len(whens) else "otherwise"
            yield Finding(Matter.UNREACHABLE, f"{node.path}/{place}", UNREACHABLE)


def _case(whens: list[Node], ask: Callable[[Node], Any]) -> int | None:
    for at, when in enumerate(whens):
        found = ask(when)
        if found is None:
            return None
        if found:
            return at
    return len(whens)


class Trial:
    """All combinations of what the terms of some conditions can be.

    A term is a part that only literals are compared with: a name, or an age, or a sum. Two terms are taken as
    independent even where they are not (an age and its date of birth); more combinations than there are in life make a
    proof harder, never wrong.
    """

    def __init__(self, nodes: list[Node]) -> None:
        self._terms: dict[Any, Node] = {}
        self._cells: dict[Any, list[Cell]] = {}
        self._asked: set[Any] = set()
        self._now: dict[Any, Any] = {}
        for node in nodes:
            self._collect(node)

    def outcomes(self, ask: Callable[[], Any], *, answered: bool = False) -> set[Any] | None:
        """Everything that `ask` can come to; None where there are too many combinations.

        `answered`: as if every name had been answered, but those that a condition asks `answered` of.
        """
        keys = list(self._terms)
        samples = [self._samples(key, answered=answered and key not in self._asked) for key in keys]
        if prod(len(each) for each in samples) > COMBINATIONS_MAX:
            return None
        found = set()
        for combination in product(*samples):
            self._now = dict(zip(keys, combination, strict=True))
            found.add(ask())
        return found

    def ask(self, node: Node) -> Any:
        """What this condition comes to in the present combination."""
        if node.op in {"and", "or"}:
            found = [self.ask(part) for part in node.of]
            decisive = node.op == "or"
            return decisive if decisive in found else None if None in found else not decisive
        if node.op == "not":
            inner = self.ask(node.of[0])
            return None if inner is None else not inner
        if node.op == "literal":
            return node.detail
        if node.op == "answered":
            return self._now[_key(node.of[0])] is not None
        if _judged(node):
            value = self._now[_key(node.of[0])]
            return None if value is None else _compared(node, value)
        return self._now[_key(node)]

    def _collect(self, node: Node) -> None:
        if node.op in {"and", "or", "not"}:
            for part in node.of:
                self._collect(part)
        elif node.op == "answered":
            self._add(node.of[0])
            self._asked.add(_key(node.of[0]))
        elif _judged(node):
            self._add(node.of[0], _cell_of(node))
        elif node.op != "literal":
            self._add(node)

    def _add(self, node: Node, cell: Cell | None = None) -> None:
        self._terms.setdefault(_key(node), node)
        self._cells.setdefault(_key(node), []).extend([cell] if cell else [])

    def _samples(self, key: Any, *, answered: bool) -> list[Any]:
        node, cells = self._terms[key], self._cells[key]
        return [*_possible(node, cells), *([] if answered else [None])]


def _possible(node: Node, cells: list[Cell]) -> list[Any]:
    named: set[Any] = {value for cell in cells for value in cell.among or ()}
    if node.kind is Kind.TRUTH:
        return [True, False]
    if node.kind is Kind.CHOICE:
        return list(node.choices) or [*sorted(named), ANOTHER_TEXT]
    if node.kind is Kind.TEXT:
        return [*sorted(named), ANOTHER_TEXT]
    if node.kind is Kind.CHOICES:
        return _subsets(sorted(named))
    if node.kind is Kind.ROWS:
        return [()]
    least, most = reach_of(node)
    return stretches(node.kind, named, least=least, most=most, whole=node.whole)


def _subsets(keys: list[str]) -> list[frozenset[str]]:
    if len(keys) > CHOICES_TRIED_MAX:
        # More than the limit of combinations, so that the judge says that it cannot tell.
        return [frozenset()] * (COMBINATIONS_MAX + 1)
    return [frozenset(key for at, key in enumerate(keys) if bits >> at & 1) for bits in range(1 << len(keys))]


def _judged(node: Node) -> bool:
    """Whether this condition compares one term with literals and nothing else."""
    if node.op in COMPARISONS:
        return node.of[1].op == "literal" and node.of[0].op != "literal"
    return node.op in {"among", "includes-any", "includes-all"} and node.of[0].op != "literal"


def _cell_of(node: Node) -> Cell:
    return Cell(among=(node.of[1].detail,) if node.op in COMPARISONS else node.detail)


_NOBODY: Any = None
_NO_DAY: Circumstances = _NOBODY


def _compared(node: Node, value: Any) -> Any:
    # The formula's own function judges, over a part that gives this value: what is proved is what will run.
    stand_in = Node("literal", node.of[0].kind, node.path, detail=value, choices=node.of[0].choices)
    return runner(Node(node.op, Kind.TRUTH, node.path, (stand_in, *node.of[1:]), detail=node.detail))({}, _NO_DAY, None)


def _key(node: Node) -> Any:
    """Two parts with the same key always have the same value."""
    detail = node.detail.key if node.op in {"name", "row", "look-up"} else node.detail
    return (node.op, detail, *(_key(part) for part in node.of))
