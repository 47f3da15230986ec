"""What is refused before it runs, by table: each fault has its place and a sentence."""

import json
from typing import Any

import pytest
from django.utils import translation

from tests.base.formulas.sample import SCOPE, formula, name, op
from todoke.base.formulas import Kind, Name, Unsound, canonical, compile_formula, compile_set

SIZE, AREA, FEE, KIND, NOTE, NEEDS = (name(k) for k in ("household.size", "area", "fee", "kind", "note", "needs"))
AGREED, BIRTH, MEMBERS = name("agreed"), name("birth"), name("members")


def faults(doc: Any, expects: Any = None) -> list[tuple[str, str]]:
    with pytest.raises(Unsound) as refused:
        formula(doc, expects)
    return [(fault.path, str(fault.says)) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("doc", "path", "says"),
    [
        (name("nobody"), "/name", "「nobody」という項目"),
        ({"name": 3}, "/name", "「3」という項目"),
        ({"row": "income"}, "/row", "row は"),
        (1.5, "", "小数は"),
        (None, "", "どれかで書いて"),
        ([], "", "どれかで書いて"),
        ({}, "", "どれかで書いて"),
        ({"name": "area", "more": 1}, "", "どれかで書いて"),
        ({"number": "1,5"}, "/number", "小数は"),
        ({"number": "1e5"}, "/number", "小数は"),
        ({"number": "01"}, "/number", "小数は"),
        ({"number": 10**15}, "/number", "小数は"),
        ({"yen": "5"}, "/yen", "円の整数"),
        ({"yen": True}, "/yen", "円の整数"),
        ({"date": "2026-02-29"}, "/date", "2026-04-01"),
        ({"date": "20260401"}, "/date", "2026-04-01"),
        (op("guess"), "/op", "「guess」という演算"),
        ({"op": ["and"]}, "/op", "という演算"),
        ({"op": "and", "of": 3}, "/of", "50個まで"),
        (op("and", *[True] * 51), "/of", "50個まで"),
        (op("and"), "/of", "1～50個要ります。いまは0個"),
        (op("not", AGREED, AGREED), "/of", "1個要ります。いまは2個"),
        (op("today", 1), "/of", "0個要ります"),
        ({**op("not", AGREED), "else": 1}, "/else", "「else」という部分"),
        (op("not", AREA), "/of/0", "はい・いいえが入ります。いまは数"),
        (op("and", AGREED, AREA), "/of/1", "はい・いいえが入ります。いまは数"),
        (op("and", AGREED, "はい"), "/of/1", "true か false"),
        (op("and", AGREED, 1), "/of/1", "true か false"),
        (op("starts", NOTE, ""), "/of/1", "500字まで"),
        (op("starts", NOTE, "あ" * 501), "/of/1", "500字まで"),
        (op("equal", KIND, "nwe"), "/of/1", "「nwe」という選択肢はありません。使えるのは new, old, night"),
        (op("among", KIND, values=["new", "nwe"]), "/values/1", "「nwe」"),
        (op("includes-any", NEEDS, values=["z"]), "/values/0", "「z」"),
        (op("includes-any", KIND, values=["new"]), "/of/0", "いくつか選ぶ項目が入ります"),
        (op("among", AREA), "/values", "1個から50個"),
        (op("among", AREA, values=[]), "/values", "1個から50個"),
        (op("among", AREA, values=[AREA]), "/values", "1個から50個"),
        (op("among", AREA, values=[1] * 51), "/values", "1個から50個"),
        (op("among", NEEDS, values=["a"]), "", "比べられません"),
        (op("among", SIZE, values=[0]), "/values/0", "範囲（1～20）の外"),
        (op("equal", SIZE, 21), "/of/1", "範囲（1～20）の外"),
        (op("at-least", AREA, -1), "/of/1", "範囲（0～）の外"),
        (op("equal", op("month", BIRTH), 13), "/of/1", "範囲（1～12）の外"),
        (op("equal", op("day", BIRTH), 32), "/of/1", "範囲（1～31）の外"),
        (op("equal", op("day", BIRTH), 0), "/of/1", "範囲（1～31）の外"),
        (op("equal", op("month", BIRTH), 0), "/of/1", "範囲（1～12）の外"),
        (op("equal", op("how-many", NEEDS), -1), "/of/1", "範囲（0～）の外"),
        (op("equal", op("count", over="members"), -1), "/of/1", "範囲（0～）の外"),
        (op("equal", op("length", NOTE), -1), "/of/1", "範囲（0～）の外"),
        (op("equal", AREA, FEE), "/of/1", "数と金額は一緒に使えません"),
        (op("equal", AREA, "多い"), "/of/1", "小数は"),
        (op("less", KIND, "new"), "", "「less」で比べられません"),
        (op("less", NOTE, "あ"), "", "「less」で比べられません"),
        (op("equal", NEEDS, NEEDS), "", "「equal」で比べられません"),
        (op("equal", MEMBERS, MEMBERS), "", "「equal」で比べられません"),
        (op("equal", name("nobody"), 3), "/of/0/name", "「nobody」"),
        (op("answered", 3), "/of/0", "項目の名前"),
        (op("answered", op("not", AGREED)), "/of/0", "項目の名前"),
        (op("answered", name("nobody")), "/of/0/name", "「nobody」"),
        (op("add", AREA), "/of", "2～50個"),
        (op("subtract", AREA, 1, 1), "/of", "2個要ります"),
        (op("add", AREA, FEE), "/of/1", "数と金額は一緒に使えません"),
        (op("add", NOTE, NOTE), "", "文字は計算できません"),
        (op("add", BIRTH, BIRTH), "", "日付は計算できません"),
        (op("multiply", FEE, FEE), "", "金額と金額"),
        (op("multiply", FEE, NOTE), "", "文字は計算できません"),
        (op("divide", AREA, FEE), "", "金額で割れません"),
        (op("divide", AREA, 0), "/of/1", "0では割れません"),
        (op("divide", AREA, NOTE), "", "文字は計算できません"),
        (op("yen", AREA), "/way", "四捨五入"),
        (op("yen", AREA, way="bankers"), "/way", "四捨五入"),
        (op("yen", AREA, way="up", to=0), "/to", "端数の単位"),
        (op("yen", AREA, way="up", to="0.1"), "/to", "円の整数"),
        (op("round", FEE, way="up", to="0.1"), "/to", "円の整数"),
        (op("round", AREA, way="up", to="x"), "/to", "端数の単位"),
        (op("round", NOTE, way="up"), "", "文字は計算できません"),
        (op("how-many", KIND), "/of/0", "いくつか選ぶ項目"),
        (op("count", over="area"), "", "繰り返しの項目が入ります。いまは数"),
        (op("count"), "/name", "という項目はありません"),
        (op("sum", over="members"), "/of", "1個要ります"),
        (op("count", AREA, over="members"), "/of", "0個要ります"),
        (op("sum", {"row": "nobody"}, over="members"), "/of/0/row", "「nobody」"),
        (op("sum", {"row": "birth"}, over="members"), "", "日付は計算できません"),
        (op("lowest", {"row": "studies"}, over="members"), "", "計算できません"),
        (op("any", {"row": "income"}, over="members"), "/of/0", "はい・いいえが入ります"),
        (op("count", over="members", where={"row": "income"}), "/where", "はい・いいえが入ります"),
        (op("sum", op("count", over="members"), over="members"), "/of/0", "もう一度"),
        ({"op": "if"}, "", "cases"),
        ({"op": "if", "cases": [], "otherwise": 1}, "", "cases"),
        ({"op": "if", "cases": [{"when": True}], "otherwise": 1}, "", "cases"),
        ({"op": "if", "cases": [{"when": AGREED, "then": 1}]}, "", "cases"),
        ({"op": "if", "cases": [{"when": AGREED, "then": 1}] * 51, "otherwise": 1}, "", "cases"),
        ({"op": "if", "cases": [{"when": AREA, "then": 1}], "otherwise": 1}, "/cases/0/when", "はい・いいえが入ります"),
        ({"op": "if", "cases": [{"when": AGREED, "then": FEE}], "otherwise": AREA}, "/otherwise", "一緒に使えません"),
        ({"op": "if", "cases": [{"when": AGREED, "then": 1}], "otherwise": 2, "of": []}, "/of", "「of」という部分"),
        (op("first-answered", FEE), "/of", "2～50個"),
        (op("first-answered", FEE, AREA), "/of/1", "一緒に使えません"),
        (op("look-up", KIND), "/table", "という表はありません"),
        (op("look-up", KIND, table=["t"]), "/table", "という表はありません"),
        ({"value": 1, "tables": []}, "/tables", "名前と中身"),
        ({"value": 1, "more": 1}, "/more", "「more」という部分"),
    ],
)
def test_a_fault_is_told_with_its_place(doc: Any, path: str, says: str) -> None:
    found = faults(doc)

    assert [each for each, _says in found] == [path]
    assert says in found[0][1]


def test_every_fault_is_told_at_once() -> None:
    doc = op("and", op("equal", KIND, "nwe"), op("guess"), op("less", name("nobody"), 3), 5)

    assert [path for path, _says in faults(doc)] == ["/of/0/of/1", "/of/1/op", "/of/2/of/0/name", "/of/3"]


def rows(*when_then: tuple[list[Any], Any], columns: list[str] | None = None, **more: Any) -> dict[str, Any]:
    made = [{"when": when, "then": then} for when, then in when_then]
    return {"columns": columns or ["number"], "gives": "money", "rows": made, "otherwise": 0, **more}


@pytest.mark.parametrize(
    ("table", "path", "says"),
    [
        ([], "", "表は columns"),
        ({"rows": []}, "", "columns（1～4列）"),
        (rows(([1], 1)) | {"colour": 1}, "", "表は columns"),
        (rows(([1], 1)) | {"rows": 3}, "", "表は columns"),
        (rows(([1], 1)) | {"columns": []}, "", "columns（1～4列）"),
        (rows(([1], 1)) | {"columns": ["rows"]}, "", "columns（1～4列）"),
        (rows(([1], 1)) | {"columns": ["number"] * 5}, "", "columns（1～4列）"),
        (rows(([1], 1)) | {"columns": [3]}, "", "columns（1～4列）"),
        (rows(([1], 1)) | {"gives": "choices"}, "", "columns（1～4列）"),
        (rows(([1], 1)) | {"gives": 3}, "", "columns（1～4列）"),
        (rows(), "/rows", "500行まで"),
        (rows(*[([None], 1)] * 501), "/rows", "500行まで"),
        (rows(([1], 1)) | {"rows": [3]}, "/rows/0", "when"),
        (rows(([1], 1)) | {"rows": [{"when": [[1]]}]}, "/rows/0", "when"),
        (rows(([1], 1)) | {"rows": [{"when": 1, "then": 1}]}, "/rows/0", "when"),
        (rows(([[1], [2]], 1)), "/rows/0/when", "列の数と違います"),
        (rows(([1], 1)), "/rows/0/when/0", "値の並び"),
        (rows(([[]], 1)), "/rows/0/when/0", "値の並び"),
        (rows(([{}], 1)), "/rows/0/when/0", "値の並び"),
        (rows(([{"above": 1}], 1)), "/rows/0/when/0", "値の並び"),
        (rows(([{"from": 1}], 1), columns=["text"]), "/rows/0/when/0", "値の並び"),
        (rows(([["x"]], 1)), "/rows/0/when/0/0", "小数は"),
        (rows(([{"from": "x"}], 1)), "/rows/0/when/0/from", "小数は"),
        (rows(([{"from": 3, "below": 3}], 1)), "/rows/0/when/0", "範囲が空"),
        (rows(([{"from": 4, "below": 3}], 1)), "/rows/0/when/0", "範囲が空"),
        (rows(([[1]], "x")), "/rows/0/then", "円の整数"),
        (rows(([[1]], 1), otherwise="x"), "/otherwise", "円の整数"),
        (rows(([[1]], 1), ([[2, 1]], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([[1]], 1), ([{"from": 1}], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([{"from": 1}], 1), ([[1]], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([{"below": 2}], 1), ([{"from": 1}], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([{"from": 5}], 1), ([{"from": 1}], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([{"below": 5}], 1), ([{"below": 1}], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([[1]], 1), ([None], 1)), "/rows/1", "2行目が1行目と重なって"),
        (rows(([[1]], 1), ([[2]], 1), ([[3, 2]], 1)), "/rows/2", "3行目が2行目と重なって"),
        (rows(([{"below": 1}], 1), ([{"from": 2}], 1), otherwise=None), "/rows", "（例 1）"),
        (rows(([{"below": 1}], 1), ([{"from": "1.5"}], 1), otherwise=None), "/rows", "（例 1）"),
        (rows(([{"from": 1}], 1), otherwise=None), "/rows", "（例 0）"),
        (rows(([{"below": 1}], 1), otherwise=None), "/rows", "（例 1）"),
    ],
)
def test_a_table_is_read_closely(table: Any, path: str, says: str) -> None:
    text = isinstance(table, dict) and table.get("columns") == ["text"]
    found = faults({"tables": {"t": table}, "value": op("look-up", NOTE if text else AREA, table="t")})

    assert found[0][0] == f"/tables/t{path}"
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("columns", "keys", "table_rows", "gap"),
    [
        (["choice"], [KIND], [([["new", "old"]], 1)], "（例 夜間）"),
        (["truth"], [AGREED], [([[True]], 1)], "（例 False）"),
        (["text"], [NOTE], [([["あ"]], 1)], "例"),
        (
            ["choice", "number"],
            [KIND, AREA],
            [([["new"], {"below": 3}], 1), ([["old", "night"], None], 1)],
            "（例 新築、3）",
        ),
        (["money"], [FEE], [([{"below": 5}], 1), ([{"from": 6}], 1)], "（例 5）"),
        (["date"], [name("start")], [([{"below": "2027-03-31"}], 1)], "（例 2027-03-31）"),
        (["number"], [SIZE], [([[1, 2]], 1), ([{"from": 4}], 1)], "（例 3）"),
    ],
)
def test_a_gap_is_told_with_an_example(columns: list[str], keys: list[Any], table_rows: list[Any], gap: str) -> None:
    table = rows(*table_rows, columns=columns, otherwise=None)

    found = faults({"tables": {"t": table}, "value": op("look-up", *keys, table="t")})

    assert [path for path, _says in found] == ["/tables/t/rows"]
    assert gap in found[0][1]


@pytest.mark.parametrize(
    ("columns", "keys", "table_rows"),
    [
        (["choice"], [KIND], [([["new", "old"]], 1), ([["night"]], 2)]),
        (["truth"], [AGREED], [([[True]], 1), ([[False]], 2)]),
        (["number"], [AREA], [([{"from": 0, "below": 3}], 1), ([{"from": 3}], 1)]),
        (["number"], [SIZE], [([[1]], 1), ([{"from": 2, "below": 20}], 1), ([[20]], 1)]),
        (["money"], [FEE], [([{"below": 5}], 1), ([[5]], 2), ([{"from": 6}], 1)]),
        (["text"], [NOTE], [([None], 1)]),
        (["number", "number"], [AREA, SIZE], [([{"below": 3}, None], 1), ([{"from": 3}, None], 2)]),
    ],
)
def test_a_table_without_gap_and_overlap_needs_no_otherwise(columns: Any, keys: Any, table_rows: Any) -> None:
    table = rows(*table_rows, columns=columns, otherwise=None)

    assert formula({"tables": {"t": table}, "value": op("look-up", *keys, table="t")}).kind is Kind.MONEY


def test_a_table_is_held_to_the_choices_of_its_key() -> None:
    table = rows(([["new", "nwe"]], 1), columns=["choice"])

    found = faults({"tables": {"t": table}, "value": op("look-up", KIND, table="t")})

    assert found[0][0] == "/tables/t/rows/0/when/0"
    assert faults({"tables": {"t": table}, "value": op("look-up", KIND, AREA, table="t")})[0][0] == "/value/of"
    assert faults({"tables": {"t": table}, "value": op("look-up", AREA, table="t")})[0][0] == "/value/of/0"


def test_what_comes_out_is_held_to_what_is_expected() -> None:
    post = Name("post", Kind.CHOICE, "決裁者", {"head": "課長", "chief": "部長"})
    route = {"op": "if", "cases": [{"when": op("more", FEE, 100), "then": "chief"}], "otherwise": "haed"}
    table = {"columns": ["truth"], "gives": "choice", "rows": [{"when": [None], "then": "mayor"}]}

    assert faults(route, post) == [("/otherwise", "「haed」という選択肢はありません。使えるのは head, chief です。")]
    assert faults(KIND, post)[0][1].startswith("「new」")
    assert faults({"tables": {"t": table}, "value": op("look-up", AGREED, table="t")}, post)[0][0] == "/tables/t"
    assert faults(AREA, Kind.MONEY) == [("", "ここには金額が入ります。いまは数です。")]
    assert faults("x", Kind.ROWS) == [("", "ここに値は書けません。項目の名前を入れてください。")]
    assert formula({**route, "otherwise": "head"}, post).kind is Kind.CHOICE


def test_bare_values_take_the_kind_of_what_stands_beside_them() -> None:
    loose = {"op": "if", "cases": [{"when": AGREED, "then": "1.5"}], "otherwise": 2}
    nested = {"op": "if", "cases": [{"when": AGREED, "then": loose}], "otherwise": 3}

    assert formula(op("multiply", nested, AREA)).kind is Kind.NUMBER
    assert formula(op("more", AREA, nested)).kind is Kind.TRUTH
    assert formula(op("equal", 1, 2)).kind is Kind.TRUTH
    assert formula(op("add", 1, 2)).kind is Kind.NUMBER
    assert formula(op("add", 1, 2), Kind.MONEY).kind is Kind.MONEY
    assert formula(op("add", 1, FEE)).kind is Kind.MONEY
    assert formula(nested, Kind.NUMBER).kind is Kind.NUMBER
    assert formula({"op": "if", "cases": [{"when": AGREED, "then": 1}], "otherwise": 2}).kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("doc", "kind"),
    [
        (op("multiply", FEE, op("count", over="members")), Kind.MONEY),
        (op("multiply", FEE, SIZE, 3), Kind.MONEY),
        (op("multiply", FEE, AREA), Kind.NUMBER),
        (op("multiply", FEE, "1.2"), Kind.NUMBER),
        (op("multiply", FEE, op("add", SIZE, 1)), Kind.MONEY),
        (op("multiply", FEE, op("add", SIZE, "0.5")), Kind.NUMBER),
        (op("multiply", FEE, op("round", AREA, way="up")), Kind.MONEY),
        (op("multiply", FEE, op("round", AREA, way="up", to="0.5")), Kind.NUMBER),
        (op("multiply", FEE, op("how-many", NEEDS)), Kind.MONEY),
        (op("multiply", FEE, op("first-answered", SIZE, 1)), Kind.MONEY),
        (op("multiply", FEE, op("divide", SIZE, 2)), Kind.NUMBER),
        (op("divide", FEE, FEE), Kind.NUMBER),
        (op("round", FEE, way="up"), Kind.MONEY),
        (op("yen", AREA, way="up"), Kind.MONEY),
    ],
)
def test_an_amount_stays_one_only_where_no_yen_is_broken(doc: Any, kind: Kind) -> None:
    assert formula(doc).kind is kind


def nest(depth: int) -> Any:
    doc: Any = AGREED
    for _each in range(depth):
        doc = op("not", doc)
    return doc


def test_a_formula_has_a_largest_size() -> None:
    assert formula(nest(19)).kind is Kind.TRUTH
    assert "大きすぎます" in faults(nest(20))[0][1]
    assert "大きすぎます" in faults(nest(5_000))[0][1]
    ten = op("and", *[op("and", *[AGREED] * 48)] * 10)
    assert formula(ten).steps_max == 491
    assert formula(op("and", ten, *[AGREED] * 8)).steps_max == 500
    assert "大きすぎます" in faults(op("and", ten, *[AGREED] * 9))[0][1]
    assert [says for _path, says in faults(op("and", ten, AGREED, op("and", *[AGREED] * 48)))].count(
        "式が大きすぎます。500個の部分、20段の深さまでです。いくつかの式に分けてください。"
    ) == 1
    assert "大きすぎます" in faults({"value": 1, "tables": {"t": [0] * 20_001}})[0][1]


def test_what_a_formula_costs_is_known_before_it_runs() -> None:
    table = {"tables": {"t": rows(([[1]], 1), ([[2]], 1))}, "value": op("look-up", AREA, table="t")}

    assert formula(op("and", AGREED, AGREED)).steps_max == 3
    assert formula(op("sum", {"row": "income"}, over="members")).steps_max == 401
    assert formula(op("next-open", op("today"))).steps_max == 751
    assert formula(table).steps_max == 3


def test_a_document_is_written_in_one_way() -> None:
    doc = {"op": "equal", "of": [KIND, "new"]}
    turned = json.loads('{"of": [{"name": "kind"}, "new"], "op": "equal"}')

    assert canonical(doc) == '{"of":[{"name":"kind"},"new"],"op":"equal"}'
    assert formula(doc).sha256 == formula(turned).sha256
    assert formula(doc).names == {"kind"}


def test_letters_stay_letters_and_what_json_does_not_have_is_no_document() -> None:
    assert canonical({"b": "あ", "a": [1]}) == '{"a":[1],"b":"あ"}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_faults_speak_the_language_of_who_compiles() -> None:
    with translation.override("en"), pytest.raises(Unsound) as refused:
        formula(op("equal", KIND, "nwe"))

    assert str(refused.value) == "/of/1: There is no choice “nwe”. There are: new, old, night."
    with pytest.raises(Unsound, match=r"^/: 式は"):
        formula(None)


COMPUTED = {
    **SCOPE,
    "total": Name("total", Kind.MONEY, "合計"),
    "tax": Name("tax", Kind.MONEY, "税"),
    "free": Name("free", Kind.TRUTH, "無料"),
}


def test_computed_values_are_computed_in_their_order() -> None:
    from tests.base.formulas.sample import TODAY

    made = compile_set(
        {
            "free": op("equal", name("total"), 0),
            "total": op("add", FEE, name("tax")),
            "tax": op("yen", op("multiply", FEE, "0.1"), way="down"),
        },
        COMPUTED,
    )

    assert made.order == ("tax", "total", "free")
    assert made.names == {"fee"}
    assert made.values({"fee": 105, "total": 7}, TODAY) == {"tax": 10, "total": 115, "free": False}
    assert made.values({}, TODAY) == {"tax": None, "total": None, "free": False}


def test_a_circle_of_computed_values_is_refused() -> None:
    docs = {"total": op("add", FEE, name("tax")), "tax": op("yen", name("total"), way="down")}

    with pytest.raises(Unsound) as refused:
        compile_set(docs, COMPUTED)

    assert {fault.path for fault in refused.value.faults} == {"/total", "/tax"}
    assert "一回り" in str(refused.value)
    assert "total → tax" in str(refused.value) or "tax → total" in str(refused.value)


def test_the_faults_of_all_computed_values_are_told() -> None:
    docs = {"total": AREA, "nobody": 1, "tax": name("gone")}

    with pytest.raises(Unsound) as refused:
        compile_set(docs, COMPUTED)

    assert [fault.path for fault in refused.value.faults] == ["/total", "/nobody", "/tax/name"]


def test_the_scope_of_a_group_without_names_is_empty() -> None:
    scope = {"group": Name("group", Kind.ROWS, "組")}

    with pytest.raises(Unsound):
        compile_formula(op("sum", {"row": "x"}, over="group"), scope)
    assert compile_formula(op("count", over="group"), scope).kind is Kind.NUMBER
