"""Small procedures of a town that does not exist, and what people type into them."""

import copy
from typing import Any

from todoke.shared.paperwork.types import Json

MAIL = "nagisa@example.jp"

STALL: Json = {
    "todoke-procedure": 1,
    "key": "stall",
    "section": "doboku",
    "name": {"ja": "屋台の出店", "en": "A stall"},
    "summary": {"ja": "道に屋台を出すときの許可です。"},
    "basis": "見本条例第1条",
    "channels": ["web", "counter"],
    "level": "none",
    "proxies": ["chosen"],
    "standard_days": 10,
    "retention": "5-years",
    "flow": "permit",
    "route": "section",
    "conditions": [
        {"formula": {"op": "at-least", "of": [{"name": "area"}, 1]}, "says": {"ja": "広さは1平方メートルからです。"}}
    ],
    "attachments": [
        {
            "question": "plan",
            "name": {"ja": "配置図"},
            "purpose": {"ja": "通行の確認"},
            "basis": "見本条例第2条",
            "handling": "keep",
            "instead": "held",
            "instead_basis": "前の年の図面を市が持つ",
            "left_out": {"op": "equal", "of": [{"name": "again"}, True]},
        }
    ],
    "fee": {
        "formula": {"op": "yen", "way": "down", "of": [{"op": "multiply", "of": [{"name": "area"}, {"yen": 500}]}]},
        "words": {"ja": "占用料"},
        "basis": "見本条例別表",
    },
    "letters": {},
    "form": {
        "todoke-form": 1,
        "title": {"ja": "屋台の出店申請書"},
        "pages": [
            {
                "key": "you",
                "title": {"ja": "あなた"},
                "questions": [
                    {
                        "key": "applicant.name",
                        "kind": "paperwork.person-name",
                        "label": {"ja": "氏名"},
                        "required": True,
                    },
                    {"key": "applicant.mail", "kind": "paperwork.mail", "label": {"ja": "メール"}},
                ],
            },
            {
                "key": "stall",
                "title": {"ja": "屋台"},
                "questions": [
                    {
                        "key": "area",
                        "kind": "paperwork.number",
                        "label": {"ja": "広さ"},
                        "required": True,
                        "settings": {"unit": {"ja": "平方メートル"}},
                    },
                    {
                        "key": "again",
                        "kind": "paperwork.yes-no",
                        "label": {"ja": "去年も出しましたか"},
                        "required": True,
                    },
                    {
                        "key": "plan",
                        "kind": "paperwork.files",
                        "label": {"ja": "配置図"},
                        "visible": {"op": "equal", "of": [{"name": "again"}, False]},
                    },
                ],
            },
        ],
    },
    "tests": [
        {
            "name": "去年も出した人は図が要らない",
            "on": "2026-06-01",
            "typed": {"area": "4", "again": "yes"},
            "expects": {"fee": 2000, "left_out": ["plan"], "brought": [], "not_asked": ["plan"], "may_apply": True},
        }
    ],
}

TYPED = {
    "applicant.name": {
        "family": ["汐入"],
        "given": ["渚"],
        "family_reading": ["シオイリ"],
        "given_reading": ["ナギサ"],
    },
    "applicant.mail": {"": [MAIL]},
    "area": {"": ["4"]},
    "again": {"": ["yes"]},
}


def stall(**changes: Any) -> Json:
    """The stall with some parts changed."""
    return {**copy.deepcopy(STALL), **changes}
