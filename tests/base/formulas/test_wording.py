# ruff: noqa: E501 - a table of sentences, each on its line
"""A formula in words and its reasons, by table."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from tests.base.formulas.sample import TODAY, D, formula, name, op
from tests.base.formulas.test_values import FEES

SIZE, AREA, FEE, KIND = (name(key) for key in ("household.size", "area", "fee", "kind"))
NOTE, NEEDS, AGREED, BIRTH, START = (name(key) for key in ("note", "needs", "agreed", "birth", "start"))
CASES = {"op": "if", "cases": [{"when": op("equal", KIND, "night"), "then": "1.2"}], "otherwise": 1}


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        (op("and", op("at-least", SIZE, 3), op("equal", KIND, "new")), "世帯人数が3以上 かつ 区分が「新築」のとき"),
        (
            op("or", AGREED, op("and", AGREED, op("less", AREA, 1))),
            "同意が「はい」 または （同意が「はい」 かつ 面積が1未満）のとき",
        ),
        (op("not", op("more", FEE, 12_000)), "「手数料が12,000円を超える」ではないのとき"),
        (op("differs", NOTE, "あ"), "備考が「あ」ではないのとき"),
        (op("at-most", AREA, "1.50"), "面積が1.5以下のとき"),
        (op("equal", AREA, 100), "面積が100のとき"),
        (op("less", START, "2026-04-02"), "開始日が2026年4月2日未満のとき"),
        (op("among", KIND, values=["new", "old"]), "区分が「新築」か「増築」のどれかのとき"),
        (op("includes-any", NEEDS, values=["a", "b"]), "必要なもので「水」か「電気」を選んだのとき"),
        (op("includes-all", NEEDS, values=["a", "b"]), "必要なもので「水」と「電気」を選んだのとき"),
        (op("answered", NOTE), "備考に答えがあるのとき"),
        (op("answered", AGREED), "同意に答えがあるのとき"),
        (op("equal", AGREED, False), "同意が「いいえ」のとき"),
        (op("add", FEE, 100), "手数料 + 100円"),
        (op("multiply", op("add", SIZE, 1), AREA, 2), "（世帯人数 + 1） × 面積 × 2"),
        (op("subtract", FEE, op("min", FEE, 5)), "手数料 − 手数料、5円のうち最小"),
        (op("divide", AREA, op("subtract", AREA, 1)), "面積 ÷ （面積 − 1）"),
        (op("max", FEE, 500), "手数料、500円のうち最大"),
        (op("yen", AREA, way="down", to=10), "面積（10円未満切捨て）"),
        (op("yen", AREA, way="up"), "面積（1円未満切上げ）"),
        (op("round", AREA, way="half-up", to="0.1"), "面積（0.1単位で四捨五入）"),
        (op("age-on", BIRTH, op("today")), "今日時点の年齢（生年月日から）"),
        (op("add-open-days", op("today"), 10), "今日の10開庁日後"),
        (op("count", over="members"), "家族の数"),
        (
            op("sum", {"row": "income"}, over="members", where={"row": "studies"}),
            "家族（在学中が「はい」もの）の所得の合計",
        ),
        (op("any", {"row": "studies"}, over="members"), "家族のどれかで在学中が「はい」のとき"),
        (op("lowest", {"row": "income"}, over="members"), "家族の所得のうち最小"),
        (op("multiply", CASES, AREA), "（区分が「夜間」のときは1.2、それ以外は1） × 面積"),
        (op("first-answered", FEE, 1), "手数料（なければ1円）"),
        (FEES, "表「手数料表」で区分と面積に当たるもの"),
        (AGREED, "同意のとき"),
        (NEEDS, "必要なもの"),
        (True, "「はい」のとき"),
    ],
)
def test_a_formula_says_what_it_does(doc: Any, words: str) -> None:
    assert formula(doc).words() == words


def test_it_speaks_the_language_of_the_reader() -> None:
    made = formula(op("and", op("at-least", SIZE, 3), op("equal", KIND, "new")))

    with translation.override("en"):
        assert made.words() == "When household size is at least 3 and 区分 is “new building”"
    with translation.override("ja-easy"):
        assert made.words() == "世帯人数が 3か、もっと 大（おお）きい そして 区分が 「新築」の とき"


BOTH = op("and", op("at-least", SIZE, 3), op("equal", KIND, "new"))
EITHER = op("or", op("at-least", SIZE, 3), op("equal", KIND, "new"))
PRICE = op("yen", op("multiply", FEE, CASES), way="down", to=10)
YOUNG = op("less", op("age-on", {"row": "birth"}, op("today")), 18)


@pytest.mark.parametrize(
    ("doc", "answers", "reasons"),
    [
        (BOTH, {"household.size": 3, "kind": "new"}, ["世帯人数が3以上", "区分が「新築」"]),
        (BOTH, {"household.size": 2, "kind": "new"}, ["「世帯人数が3以上」に当たらない（世帯人数：2）"]),
        (BOTH, {"household.size": 3}, ["まだ答えがありません：区分"]),
        (BOTH, {"household.size": 2}, ["「世帯人数が3以上」に当たらない（世帯人数：2）"]),
        (EITHER, {"household.size": 3, "kind": "old"}, ["世帯人数が3以上"]),
        (EITHER, {"household.size": 1, "kind": "old"}, ["「世帯人数が3以上」に当たらない（世帯人数：1）", "「区分が「新築」」に当たらない（区分：「増築」）"]),
        (op("not", BOTH), {"household.size": 2, "kind": "new"}, ["「世帯人数が3以上」に当たらない（世帯人数：2）"]),
        (AGREED, {"agreed": True}, ["同意が「はい」"]),
        (AGREED, {"agreed": False}, ["「同意が「はい」」に当たらない"]),
        (AGREED, {}, ["まだ答えがありません：同意"]),
        (False, {}, ["「いいえ」"]),
        (CASES, {"kind": "night"}, ["区分が「夜間」のため、1.2"]),
        (CASES, {"kind": "new"}, ["「区分が「夜間」」に当たらない（区分：「新築」）のため、1"]),
        (CASES, {}, ["まだ答えがありません：区分"]),
        (PRICE, {"kind": "night", "fee": 503}, ["手数料：503円", "区分が「夜間」のため、1.2", "503円 × 1.2 = 603.6", "603.6（10円未満切捨て） = 600円"]),
        (op("subtract", FEE, 3), {"fee": 5}, ["手数料：5円", "5円 − 3円 = 2円"]),
        (FEES, {"kind": "night", "area": D("3.0")}, ["区分：「夜間」、面積：3のため、500円"]),
        (op("first-answered", FEE, name("income")), {"income": 3}, ["所得：3円"]),
        (op("age-on", BIRTH, op("today")), {"birth": date(2008, 11, 20)}, ["今日：2026年11月20日", "今日時点の年齢（生年月日から）：18"]),
        (op("age-on", BIRTH, op("today")), {"birth": date(2036, 1, 1)}, ["計算できません：今日時点の年齢（生年月日から）"]),
        (op("count", over="members", where=YOUNG), {"members": []}, ["家族（今日時点の年齢（生年月日から）が18未満もの）の数：0"]),
        (op("any", YOUNG, over="members"), {"members": []}, ["「家族のどれかで今日時点の年齢（生年月日から）が18未満」に当たらない（今日時点の年齢（生年月日から）が18未満）"]),
        (NEEDS, {"needs": ["c", "a", "z"]}, ["必要なもの：「水」、「ガス」、「z」"]),
        (NEEDS, {"needs": []}, ["必要なもの：なし"]),
        (name("members"), {"members": [{}, {}]}, ["家族：2件"]),
        (op("equal", op("sum", {"row": "income"}, over="members"), 5), {"members": []}, ["「家族の所得の合計が5円」に当たらない（家族の所得の合計：0円）"]),
        (op("equal", AREA, 3), {"area": D("3E+1")}, ["「面積が3」に当たらない（面積：30）"]),
    ],
)  # fmt: skip
def test_a_formula_says_why(doc: Any, answers: dict[str, Any], reasons: list[str]) -> None:
    assert formula(doc).reasons(answers, TODAY) == reasons


def test_a_case_with_a_part_of_its_own_is_explained_too() -> None:
    doc = {"op": "if", "cases": [{"when": AGREED, "then": op("add", FEE, 1)}], "otherwise": FEE}

    assert formula(doc).reasons({"agreed": True, "fee": 1}, TODAY) == [
        "同意が「はい」のため、2円",
        "手数料：1円",
        "1円 + 1円 = 2円",
    ]
    assert formula(doc).reasons({"agreed": True}, TODAY) == [
        "同意が「はい」のため、未定",
        "まだ答えがありません：手数料",
    ]


def test_no_more_than_twenty_reasons_are_given() -> None:
    doc = op("and", *[op("more", AREA, at) for at in range(30)])

    assert len(formula(doc).reasons({"area": 99}, TODAY)) == 20


def test_words_in_one_language_are_shown_in_all() -> None:
    from todoke.base.formulas import said

    with translation.override("en"):
        assert said("水") == "水"
        assert said({"ja": "水", "en": "water"}) == "water"
        assert said({"ja": "水"}) == "水"
        assert said({"vi": "nước"}) == "nước"
        assert said({}) == ""
    with translation.override(None):
        assert said({"ja": "水", "en": "water"}) == "水"
