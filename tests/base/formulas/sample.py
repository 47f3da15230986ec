"""Names as a form of some office may have them, and a day."""

from datetime import date
from decimal import Decimal
from typing import Any

from todoke.base.formulas import Circumstances, Formula, Kind, Name, compile_formula

MEMBER = {
    "birth": Name("birth", Kind.DATE, "生年月日"),
    "income": Name("income", Kind.MONEY, "所得"),
    "studies": Name("studies", Kind.TRUTH, "在学中"),
    "weight": Name("weight", Kind.NUMBER, "重さ"),
}
SCOPE = {
    name.key: name
    for name in (
        Name("household.size", Kind.NUMBER, {"ja": "世帯人数", "en": "household size"}, least=1, most=20, whole=True),
        Name("area", Kind.NUMBER, "面積", least=0),
        Name("ratio", Kind.NUMBER, "割合"),
        Name("fee", Kind.MONEY, "手数料"),
        Name("income", Kind.MONEY, "所得", least=0),
        Name("note", Kind.TEXT, "備考"),
        Name("birth", Kind.DATE, "生年月日"),
        Name("start", Kind.DATE, "開始日", least=date(2026, 4, 1), most=date(2027, 3, 31)),
        Name("agreed", Kind.TRUTH, "同意"),
        Name("resident", Kind.TRUTH, "市内在住"),
        Name(
            "kind", Kind.CHOICE, "区分", {"new": {"ja": "新築", "en": "new building"}, "old": "増築", "night": "夜間"}
        ),
        Name("other_kind", Kind.CHOICE, "別の区分", {"x": "甲", "y": "乙"}),
        Name("needs", Kind.CHOICES, "必要なもの", {"a": "水", "b": "電気", "c": "ガス"}),
        Name("members", Kind.ROWS, "家族", inner=MEMBER),
    )
}


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


TODAY = Circumstances(date(2026, 11, 20), is_weekday)  # 金曜日


def name(key: str) -> dict[str, Any]:
    return {"name": key}


def op(operator: str, *of: Any, **slots: Any) -> dict[str, Any]:
    return {"op": operator, "of": list(of), **slots}


def formula(doc: Any, expects: Any = None) -> Formula:
    return compile_formula(doc, SCOPE, expects)


def value(doc: Any, about: Circumstances = TODAY, /, **answers: Any) -> Any:
    """What comes out; `household_size=3` answers household.size."""
    told = {"household.size" if key == "household_size" else key: each for key, each in answers.items()}
    return formula(doc).value(told, about)


D = Decimal
