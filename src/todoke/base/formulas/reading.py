"""From a document to a tree of nodes, telling every fault on the way. A pure function of document and scope."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas.kinds import DEPTH_MAX, KIND_WORDS, NODES_MAX, Fault, Kind, Name, Scope, Words, said
from todoke.base.formulas.literals import HINTS, MARKS, is_bare, own_kind, value_of
from todoke.base.formulas.nodes import Node, Table, Value
from todoke.base.formulas.operators import (
    COMPARISONS,
    EQUALS,
    EXTREMES,
    FIXED,
    ORDERED,
    OVER_ROWS,
    SUMS,
    WAYS,
    WHOLE,
)
from todoke.base.formulas.tables import gap_of, reach_of, read_table

PARTS_MAX = 50
# Every level of a formula takes at most three of JSON; a table of 500 rows and four columns is the largest part.
DOCUMENT_DEPTH_MAX = 3 * DEPTH_MAX + 5
DOCUMENT_PARTS_MAX = 20_000
NO_CHOICES: Mapping[str, Words] = MappingProxyType({})


@dataclass(frozen=True)
class Want:
    """What is expected at a place: a kind, and for a choice the keys that may stand there."""

    kind: Kind
    choices: Mapping[str, Words] = field(default_factory=dict)
    least: Any = None
    most: Any = None


def read(doc: Any, scope: Scope, want: Want | None) -> tuple[Node | None, dict[str, Table], list[Fault]]:
    """The tree, the declared tables, and every fault; with a fault the tree is not to be used."""
    reader = Reader(scope)
    if not is_modest(doc):
        return None, {}, [Fault("", TOO_LARGE)]
    body, path = doc, ""
    if isinstance(doc, dict) and "value" in doc:
        reader.allow(doc, {"value", "tables"}, "")
        reader.take_tables(doc.get("tables", {}))
        body, path = doc["value"], "/value"
    return reader.node(body, path, want), reader.tables, reader.faults


class Reader:
    """One reading. `row` is the scope of the entry while a part over the rows of a group is read."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.row: Scope | None = None
        self.tables: dict[str, Table] = {}
        self.faults: list[Fault] = []
        self.nodes = 0
        self.depth = 0

    def tell(self, path: str, says: str | Promise) -> None:
        self.faults.append(Fault(path, says))

    def allow(self, doc: dict[str, Any], parts: set[str], path: str) -> bool:
        """Whether the document has no other parts; tells those it should not have."""
        for part in sorted(str(each) for each in set(doc) - parts):
            self.tell(
                f"{path}/{part}", _("「%(part)s」という部分はここでは使えません。消してください。") % {"part": part}
            )
        return parts.issuperset(doc)

    def take_tables(self, docs: Any) -> None:
        if not isinstance(docs, dict):
            self.tell("/tables", _("表は、名前と中身の組で書いてください。"))
            return
        for key, doc in docs.items():
            table = read_table(key, doc, f"/tables/{key}", self.tell)
            if table is not None:
                self.tables[key] = table

    def node(self, doc: Any, path: str, want: Want | None = None) -> Node | None:
        """The node of this part, of the kind that is wanted; None after telling why not."""
        self.nodes += 1
        if self.nodes > NODES_MAX or self.depth >= DEPTH_MAX:
            if not any(fault.says is TOO_LARGE for fault in self.faults):
                self.tell(path, TOO_LARGE)
            return None
        self.depth += 1
        try:
            found = self._literal(doc, path, want) if is_bare(doc) else self._shaped(doc, path, want)
        finally:
            self.depth -= 1
        return self._as_wanted(found, path, want)

    def _as_wanted(self, found: Node | None, path: str, want: Want | None) -> Node | None:
        if found is None or want is None:
            return found
        if found.kind is not want.kind:
            self.tell(
                path,
                _("ここには%(wanted)sが入ります。いまは%(found)sです。")
                % {"wanted": KIND_WORDS[want.kind], "found": KIND_WORDS[found.kind]},
            )
            return None
        if found.op in {"name", "row"} and found.kind is Kind.CHOICE and want.choices:
            self._tell_unknown_keys(found.choices, want.choices, path)
        return found

    def _tell_unknown_keys(self, keys: Any, choices: Mapping[str, Words], path: str) -> None:
        for key in keys:
            if key not in choices:
                self.tell(
                    path,
                    _("「%(key)s」という選択肢はありません。使えるのは %(choices)s です。")
                    % {"key": key, "choices": ", ".join(choices)},
                )

    # Values and names

    def _literal(self, doc: Any, path: str, want: Want | None) -> Node | None:
        kind = want.kind if want else own_kind(doc)
        value = value_of(doc, kind)
        if value is None:
            self.tell(path, HINTS[kind])
            return None
        if want:
            self._tell_out_of_reach(value, want, path)
        choices = want.choices if want else NO_CHOICES
        if kind is Kind.CHOICE and choices:
            self._tell_unknown_keys([value], choices, path)
        return _constant(value, kind, path, choices)

    def _tell_out_of_reach(self, value: Any, want: Want, path: str) -> None:
        if (want.least is not None and value < want.least) or (want.most is not None and value > want.most):
            self.tell(
                path,
                _("この値は、項目が受け付ける範囲（%(least)s～%(most)s）の外です。")
                % {"least": _bound(want.least), "most": _bound(want.most)},
            )

    def _shaped(self, doc: Any, path: str, want: Want | None) -> Node | None:
        if isinstance(doc, float):
            self.tell(path, HINTS[Kind.NUMBER])
            return None
        if not isinstance(doc, dict):
            self.tell(path, _("式は、値、項目（name）、演算（op）のどれかで書いてください。"))
            return None
        if "op" in doc:
            return self._operation(doc, path, want)
        if len(doc) == 1:
            ((mark, value),) = doc.items()
            if mark in MARKS:
                return self._marked(value, MARKS[mark], f"{path}/{mark}")
            if mark in {"name", "row"}:
                return self._named(mark, value, f"{path}/{mark}")
        self.tell(path, _("式は、値、項目（name）、演算（op）のどれかで書いてください。"))
        return None

    def _marked(self, doc: Any, kind: Kind, path: str) -> Node | None:
        value = value_of(doc, kind)
        if value is None or isinstance(value, bool):
            self.tell(path, HINTS[kind])
            return None
        return _constant(value, kind, path)

    def _named(self, mark: str, key: Any, path: str) -> Node | None:
        scope = self.scope if mark == "name" else self.row
        if scope is None:
            self.tell(path, _("row は、繰り返しの項目を数えたり合計したりする中だけで使えます。"))
            return None
        name = scope.get(key) if isinstance(key, str) else None
        if name is None:
            self.tell(path, _("「%(key)s」という項目はありません。名前を確かめてください。") % {"key": key})
            return None
        return Node(
            mark, name.kind, path, detail=name, choices=name.choices, whole=name.whole or name.kind is Kind.MONEY
        )

    # Operations

    def _operation(self, doc: dict[str, Any], path: str, want: Want | None) -> Node | None:
        op = doc["op"]
        read = self._reader_of(op) if isinstance(op, str) else None
        if read is None:
            self.tell(f"{path}/op", _("「%(op)s」という演算はありません。") % {"op": op})
            return None
        parts = doc.get("of", [])
        if not isinstance(parts, list) or len(parts) > PARTS_MAX:
            self.tell(f"{path}/of", _("of には、部分を50個まで並べて書いてください。"))
            return None
        return read(doc, parts, path, want)

    def _reader_of(self, op: str) -> Callable[[dict[str, Any], list[Any], str, Want | None], Node | None] | None:
        special = {
            "and": self._joined,
            "or": self._joined,
            "answered": self._answered,
            "among": self._among,
            "includes-any": self._includes,
            "includes-all": self._includes,
            "how-many": self._how_many,
            "multiply": self._multiplied,
            "divide": self._divided,
            "round": self._rounded,
            "yen": self._rounded,
            "if": self._if,
            "first-answered": self._first_answered,
            "look-up": self._looked_up,
        }
        if op in special:
            return special[op]
        if op in FIXED:
            return self._fixed
        if op in COMPARISONS:
            return self._compared
        if op in SUMS | EXTREMES:
            return self._reckoned
        return self._over_rows if op in OVER_ROWS else None

    def _takes(self, doc: dict[str, Any], path: str, least: int, most: int = PARTS_MAX, *slots: str) -> bool:
        """Whether the number of parts is right and nothing else stands there."""
        allowed = self.allow(doc, {"op", "of", *slots}, path)
        number = len(doc.get("of", []))
        if least <= number <= most:
            return allowed
        wanted = str(least) if least == most else f"{least}～{most}"
        self.tell(
            f"{path}/of",
            _("「%(op)s」には部分が%(wanted)s個要ります。いまは%(number)s個です。")
            % {"op": doc["op"], "wanted": wanted, "number": number},
        )
        return False

    def _parts(self, docs: list[Any], wants: list[Want | None], path: str) -> tuple[Node, ...] | None:
        nodes = [
            self.node(doc, f"{path}/of/{at}", want) for at, (doc, want) in enumerate(zip(docs, wants, strict=True))
        ]
        sound = tuple(node for node in nodes if node is not None)
        return sound if len(sound) == len(nodes) else None

    def _fixed(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        op = doc["op"]
        kinds, kind = FIXED[op]
        if not self._takes(doc, path, len(kinds), len(kinds)):
            return None
        of = self._parts(parts, [Want(each) for each in kinds], path)
        return None if of is None else Node(op, kind, path, of, whole=op in WHOLE)

    def _joined(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 1):
            return None
        of = self._parts(parts, [Want(Kind.TRUTH)] * len(parts), path)
        return None if of is None else Node(doc["op"], Kind.TRUTH, path, of)

    def _answered(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 1, 1):
            return None
        of = self._parts(parts, [None], path)
        if of is None:
            return None
        if of[0].op not in {"name", "row"}:
            self.tell(f"{path}/of/0", _("「answered」には項目の名前を入れてください。"))
            return None
        return Node("answered", Kind.TRUTH, path, of)

    def _compared(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        op = doc["op"]
        if not self._takes(doc, path, 2, 2):
            return None
        of = self._alike(parts, [f"{path}/of/0", f"{path}/of/1"], None, bounded=True)
        if of is None:
            return None
        if of[0].kind in {Kind.CHOICES, Kind.ROWS} or (op not in EQUALS and of[0].kind not in ORDERED):
            self.tell(path, _("%(kind)sは「%(op)s」で比べられません。") % {"kind": KIND_WORDS[of[0].kind], "op": op})
            return None
        return Node(op, Kind.TRUTH, path, of)

    def _among(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 1, 1, "values"):
            return None
        of = self._parts(parts, [None], path)
        if of is None:
            return None
        if of[0].kind in {Kind.CHOICES, Kind.ROWS}:
            self.tell(
                path, _("%(kind)sは「%(op)s」で比べられません。") % {"kind": KIND_WORDS[of[0].kind], "op": "among"}
            )
            return None
        values = self._values(doc.get("values"), _want_of(of[0]), f"{path}/values")
        return None if values is None else Node("among", Kind.TRUTH, path, of, detail=values)

    def _includes(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 1, 1, "values"):
            return None
        of = self._parts(parts, [Want(Kind.CHOICES)], path)
        if of is None:
            return None
        values = self._values(doc.get("values"), Want(Kind.CHOICE, of[0].choices), f"{path}/values")
        return None if values is None else Node(doc["op"], Kind.TRUTH, path, of, detail=values)

    def _values(self, docs: Any, want: Want, path: str) -> tuple[Value, ...] | None:
        if not isinstance(docs, list) or not 0 < len(docs) <= PARTS_MAX or not all(is_bare(doc) for doc in docs):
            self.tell(path, _("values には、値を1個から50個まで並べて書いてください。"))
            return None
        nodes = [self.node(doc, f"{path}/{at}", want) for at, doc in enumerate(docs)]
        sound = tuple(node.detail for node in nodes if node is not None)
        return sound if len(sound) == len(nodes) else None

    def _how_many(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 1, 1):
            return None
        of = self._parts(parts, [Want(Kind.CHOICES)], path)
        return None if of is None else Node("how-many", Kind.NUMBER, path, of, whole=True)

    def _reckoned(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:
        op = doc["op"]
        if not self._takes(doc, path, 2, 2 if op == "subtract" else PARTS_MAX):
            return None
        of = self._alike(parts, [f"{path}/of/{at}" for at in range(len(parts))], _bare_want(want))
        if of is None:
            return None
        kinds = ORDERED if op in EXTREMES else {Kind.NUMBER, Kind.MONEY}
        if of[0].kind not in kinds:
            self.tell(
                path, _("%(kind)sは計算できません。数か金額を入れてください。") % {"kind": KIND_WORDS[of[0].kind]}
            )
            return None
        return Node(op, of[0].kind, path, of, whole=all(part.whole for part in of))

    def _multiplied(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 2):
            return None
        of = self._parts(parts, _numbers(parts), path)
        if of is None or not self._are_numbers(of, path):
            return None
        amounts = [part for part in of if part.kind is Kind.MONEY]
        if len(amounts) > 1:
            self.tell(path, _("金額と金額は掛けられません。片方を数にしてください。"))
            return None
        whole = all(part.whole for part in of)
        kind = Kind.MONEY if amounts and whole else Kind.NUMBER
        return Node("multiply", kind, path, of, whole=whole)

    def _divided(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        if not self._takes(doc, path, 2, 2):
            return None
        of = self._parts(parts, _numbers(parts), path)
        if of is None or not self._are_numbers(of, path):
            return None
        if of[1].kind is Kind.MONEY and of[0].kind is not Kind.MONEY:
            self.tell(path, _("数は金額で割れません。"))
            return None
        if of[1].op == "literal" and of[1].detail == 0:
            self.tell(f"{path}/of/1", _("0では割れません。"))
            return None
        return Node("divide", Kind.NUMBER, path, of)

    def _are_numbers(self, of: tuple[Node, ...], path: str) -> bool:
        strangers = [part for part in of if part.kind not in {Kind.NUMBER, Kind.MONEY}]
        for part in strangers:
            self.tell(path, _("%(kind)sは計算できません。数か金額を入れてください。") % {"kind": KIND_WORDS[part.kind]})
        return not strangers

    def _rounded(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        op = doc["op"]
        if not self._takes(doc, path, 1, 1, "to", "way"):
            return None
        of = self._parts(parts, _numbers(parts), path)
        if of is None or not self._are_numbers(of, path):
            return None
        way, to = doc.get("way"), value_of(doc.get("to", 1), Kind.NUMBER)
        if way not in WAYS:
            self.tell(
                f"{path}/way",
                _("端数の扱い（way）は half-up（四捨五入）・down（切捨て）・up（切上げ）から選んでください。"),
            )
            return None
        money = op == "yen" or of[0].kind is Kind.MONEY
        if not isinstance(to, Decimal) or to <= 0 or (money and to != int(to)):
            self.tell(
                f"{path}/to", _("端数の単位（to）は0より大きい数を書いてください。金額では円の整数です（例 100）。")
            )
            return None
        kind = Kind.MONEY if money else Kind.NUMBER
        return Node(op, kind, path, of, detail=(to, way), whole=to == int(to))

    def _over_rows(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        op = doc["op"]
        needed = 0 if op == "count" else 1
        if not self._takes(doc, path, needed, needed, "over", "where"):
            return None
        if self.row is not None:
            self.tell(path, _("繰り返しの中で、もう一度繰り返しを数えることはできません。"))
            return None
        rows = self.node({"name": doc.get("over")}, path, Want(Kind.ROWS))
        if rows is None:
            return None
        self.row = rows.detail.inner or {}
        try:
            inside = [
                self.node(part, f"{path}/of/0", Want(Kind.TRUTH) if op in {"any", "all"} else None) for part in parts
            ]
            where = self.node(doc["where"], f"{path}/where", Want(Kind.TRUTH)) if "where" in doc else None
        finally:
            self.row = None
        if None in inside or ("where" in doc and where is None):
            return None
        return self._of_rows(op, rows, inside[0] if inside else None, where, path)

    def _of_rows(self, op: str, rows: Node, inside: Node | None, where: Node | None, path: str) -> Node | None:
        parts = (rows, *([inside] if inside else []), *([where] if where else []))
        if inside is None:
            return Node(op, Kind.NUMBER, path, parts, detail=where is not None, whole=True)
        allowed = {"sum": {Kind.NUMBER, Kind.MONEY}, "lowest": ORDERED, "highest": ORDERED}.get(op, {Kind.TRUTH})
        if inside.kind not in allowed:
            self.tell(
                path, _("%(kind)sは計算できません。数か金額を入れてください。") % {"kind": KIND_WORDS[inside.kind]}
            )
            return None
        return Node(op, inside.kind, path, parts, detail=where is not None, whole=inside.whole)

    def _if(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:  # noqa: ARG002
        cases = doc.get("cases")
        shaped = isinstance(cases, list) and 0 < len(cases) <= PARTS_MAX
        if not self.allow(doc, {"op", "cases", "otherwise"}, path):
            return None
        if not shaped or "otherwise" not in doc or not all(_is_case(case) for case in cases or ()):
            self.tell(path, _("場合分けは cases（when と then の組）と otherwise（それ以外）で書いてください。"))
            return None
        assert isinstance(cases, list)
        whens = [self.node(case["when"], f"{path}/cases/{at}/when", Want(Kind.TRUTH)) for at, case in enumerate(cases)]
        thens = self._alike(
            [*(case["then"] for case in cases), doc["otherwise"]],
            [*(f"{path}/cases/{at}/then" for at in range(len(cases))), f"{path}/otherwise"],
            want,
        )
        conditions = [when for when in whens if when is not None]
        if thens is None or len(conditions) < len(whens):
            return None
        return _branched(conditions, thens, path)

    def _first_answered(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:
        if not self._takes(doc, path, 2):
            return None
        of = self._alike(parts, [f"{path}/of/{at}" for at in range(len(parts))], want)
        if of is None:
            return None
        return Node(
            "first-answered", of[0].kind, path, of, choices=_all_choices(of), whole=all(each.whole for each in of)
        )

    def _looked_up(self, doc: dict[str, Any], parts: list[Any], path: str, want: Want | None) -> Node | None:
        if not self._takes(doc, path, 1, PARTS_MAX, "table"):
            return None
        table = self.tables.get(doc["table"]) if isinstance(doc.get("table"), str) else None
        if table is None:
            self.tell(f"{path}/table", _("「%(key)s」という表はありません。") % {"key": doc.get("table")})
            return None
        if len(parts) != len(table.columns):
            self.tell(
                f"{path}/of",
                _("表の列と同じ数の部分を並べてください（%(number)s個）。") % {"number": len(table.columns)},
            )
            return None
        of = self._parts(parts, [Want(kind) for kind in table.columns], path)
        if of is None:
            return None
        self._tell_about_table(table, of)
        choices = want.choices if want and table.gives is Kind.CHOICE else NO_CHOICES
        results = [row.then for row in table.rows] + ([] if table.otherwise is None else [table.otherwise])
        if choices:
            self._tell_unknown_keys([each for each in results if each not in choices], choices, table.path)
        whole = table.gives is not Kind.NUMBER or all(
            each == int(each) for each in results if isinstance(each, Decimal)
        )
        return Node("look-up", table.gives, path, of, detail=table, choices=choices, whole=whole)

    def _tell_about_table(self, table: Table, keys: tuple[Node, ...]) -> None:
        for at, key in enumerate(keys):
            if key.kind is Kind.CHOICE:
                for row_at, row in enumerate(table.rows):
                    path = f"{table.path}/rows/{row_at}/when/{at}"
                    self._tell_unknown_keys(row.when[at].among or (), key.choices, path)
        if table.otherwise is None:
            gap = gap_of(table, keys)
            if isinstance(gap, tuple):
                example = "、".join(_shown(value, key) for value, key in zip(gap, keys, strict=True))
                self.tell(
                    f"{table.path}/rows",
                    _(
                        "当てはまる行がない場合があります（例 %(example)s）。行を足すか、"
                        "どの行にも当てはまらないときの値（otherwise）を書いてください。"
                    )
                    % {"example": example},
                )

    def _alike(
        self, docs: list[Any], paths: list[str], want: Want | None, *, bounded: bool = False
    ) -> tuple[Node, ...] | None:
        """The parts, all of one kind. Bare values take the kind of what stands beside them. `bounded`: and bounds."""
        found: dict[int, Node | None] = {}
        for at, doc in enumerate(docs):
            if not _is_loose(doc):
                found[at] = self.node(doc, paths[at], want)
        typed = [node for node in found.values() if node is not None]
        if want is None and found and not typed:
            return None
        kind = want or (_want_beside(typed, bounded=bounded) if typed else Want(_loose_kind(docs)))
        for at, doc in enumerate(docs):
            if at not in found:
                found[at] = self.node(doc, paths[at], kind)
        nodes = tuple(node for at in range(len(docs)) if (node := found[at]) is not None)
        if len(nodes) < len(docs):
            return None
        for at, node in enumerate(nodes):
            if node.kind is not nodes[0].kind:
                self.tell(
                    paths[at],
                    _("%(first)sと%(second)sは一緒に使えません。同じ種類にしてください。")
                    % {"first": KIND_WORDS[nodes[0].kind], "second": KIND_WORDS[node.kind]},
                )
                return None
        return nodes


TOO_LARGE = _("式が大きすぎます。500個の部分、20段の深さまでです。いくつかの式に分けてください。")


def is_modest(doc: Any) -> bool:
    """Whether this document can be read without a care: neither deep nor large, looked at without recursion."""
    heap, seen = [(doc, 0)], 0
    while heap:
        each, depth = heap.pop()
        seen += 1
        if depth > DOCUMENT_DEPTH_MAX or seen > DOCUMENT_PARTS_MAX:
            return False
        if isinstance(each, dict | list):
            heap += [(part, depth + 1) for part in (each.values() if isinstance(each, dict) else each)]
    return True


def _constant(value: Value, kind: Kind, path: str, choices: Mapping[str, Words] = NO_CHOICES) -> Node:
    whole = kind is Kind.MONEY or (isinstance(value, Decimal) and value == int(value))
    reachable = {value: choices.get(value, value)} if kind is Kind.CHOICE and isinstance(value, str) else NO_CHOICES
    return Node("literal", kind, path, detail=value, choices=reachable, whole=whole)


def _branched(whens: list[Node], thens: tuple[Node, ...], path: str) -> Node:
    """An `if`: conditions and results in turn, then the result of all other cases."""
    in_turn = [each for pair in zip(whens, thens, strict=False) for each in pair]
    whole = all(each.whole for each in thens)
    return Node("if", thens[0].kind, path, (*in_turn, thens[-1]), choices=_all_choices(thens), whole=whole)


def _all_choices(nodes: tuple[Node, ...]) -> Mapping[str, Words]:
    return {key: words for node in nodes for key, words in node.choices.items()}


def _is_case(doc: Any) -> bool:
    return isinstance(doc, dict) and set(doc) == {"when", "then"}


def _is_loose(doc: Any) -> bool:
    """Whether the kind of this part comes from what stands beside it."""
    if isinstance(doc, dict) and doc.get("op") == "if" and isinstance(doc.get("cases"), list):
        thens = [case.get("then") for case in doc["cases"] if isinstance(case, dict)]
        return all(_is_loose(then) for then in [*thens, doc.get("otherwise")])
    return is_bare(doc)


def _numbers(docs: list[Any]) -> list[Want | None]:
    """A bare value is a number here; what has a kind of its own keeps it."""
    return [Want(Kind.NUMBER) if _is_loose(doc) else None for doc in docs]


def _loose_kind(docs: list[Any]) -> Kind:
    """The kind of bare values among themselves: beside a whole number, "1.5" is a number."""
    kinds = [own_kind(doc) for doc in _leaves(docs)]
    return Kind.NUMBER if Kind.NUMBER in kinds else kinds[0]


def _leaves(docs: list[Any]) -> list[Any]:
    thens = [[*(case["then"] for case in doc["cases"]), doc["otherwise"]] for doc in docs if not is_bare(doc)]
    return [doc for doc in docs if is_bare(doc)] + [leaf for parts in thens for leaf in _leaves(parts)]


def _want_of(node: Node) -> Want:
    least, most = reach_of(node)
    return Want(node.kind, node.choices, least, most)


def _want_beside(typed: list[Node], *, bounded: bool) -> Want:
    return _want_of(typed[0]) if bounded else Want(typed[0].kind, _all_choices(tuple(typed)))


def _bare_want(want: Want | None) -> Want | None:
    """What is wanted, where it can be reckoned with; otherwise the parts decide, and the result is told."""
    return Want(want.kind) if want and want.kind in ORDERED else None


def _bound(bound: Any) -> str:
    return "" if bound is None else str(bound)


def _shown(value: Any, key: Node) -> str:
    return said(key.choices[value]) if key.kind is Kind.CHOICE else str(value)


def names_in(node: Node) -> frozenset[str]:
    """The keys of all names that this part speaks about (not those inside of rows)."""
    found = (part.detail for part in node.walk() if part.op == "name")
    return frozenset(name.key for name in found if isinstance(name, Name))
