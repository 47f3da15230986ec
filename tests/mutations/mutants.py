"""Small mistakes, one at a time: what a tired person could have written instead of what stands there."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
SENTENCES = {"_", "gettext", "gettext_lazy", "pgettext", "ngettext", "cast", "TypeVar"}


@dataclass(frozen=True)
class Mutant:
    """One mistake: the file, the line, what it is, and which one of its file."""

    path: Path
    line: int
    what: str
    number: int

    def source(self) -> str:
        """The whole file with the mistake in it."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        list(_places(tree))[self.number][2]()
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants_of(path: Path) -> list[Mutant]:
    """Every mistake that can be made in this file, in the order of its lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        Mutant(path, getattr(node, "lineno", 0), what, number)
        for number, (node, what, _change) in enumerate(_places(tree))
    ]


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, Callable[[], Any]]]:
    for node in _spoken(tree):
        if isinstance(node, ast.Compare):
            for at, operator in enumerate(node.ops):
                if other := SWAPS.get(type(operator)):
                    yield node, _named(operator, other), lambda n=node, a=at, o=other: n.ops.__setitem__(a, o())
        elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and (other := SWAPS.get(type(node.op))):
            if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_text(node.left)):
                yield node, _named(node.op, other), lambda n=node, o=other: setattr(n, "op", o())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, "not left away", lambda n=node: setattr(n, "op", ast.UAdd()) or _truth(n)
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            yield node, "condition turned round", lambda n=node: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield node, "returns None", lambda n=node: setattr(n, "value", ast.Constant(None))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            other_value = not node.value if isinstance(node.value, bool) else node.value + 1
            yield node, f"{node.value} → {other_value}", lambda n=node, v=other_value: setattr(n, "value", v)


def _spoken(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations, texts for people and what is only for the type checker."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SENTENCES:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _spoken(child)


def _truth(node: ast.UnaryOp) -> None:
    node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _named(operator: ast.AST, other: type[ast.AST]) -> str:
    return f"{type(operator).__name__} → {other.__name__}"
