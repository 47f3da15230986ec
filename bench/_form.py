"""The form that `procedures` measures: twenty fields and an attachment, as a filing of a small city asks them."""

from typing import Any

SECTION = "bench"
KEY = "bench-filing"
CHOICES = [{"key": key, "words": {"ja": words}} for key, words in (("home", "家"), ("shop", "店"), ("field", "畑"))]

# Twenty boxes, and in none of them anything that opens another one.
FIELDS: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    (
        "name",
        "paperwork.person-name",
        {},
        {"family": "汐入", "given": "渚", "family_reading": "シオイリ", "given_reading": "ナギサ"},
    ),
    ("birth_date", "paperwork.date", {}, {"era": "昭和", "year": "60", "month": "4", "day": "1"}),
    ("address", "paperwork.address", {}, {"prefecture": "汐音県", "city": "凪浜市", "town": "港町", "block": "1-2"}),
    ("telephone", "paperwork.telephone", {}, {"": "022-261-1111"}),
    ("mail", "paperwork.mail", {}, {"": "nagisa@example.jp"}),
    ("kind", "paperwork.choice", {"choices": CHOICES}, {"": "home"}),
    ("again", "paperwork.yes-no", {}, {"": "no"}),
    ("area", "paperwork.number", {}, {"": "12"}),
    ("note", "paperwork.long-text", {}, {"": "夏の間、毎週土曜日に使います。通行の妨げにならないようにします。"}),
    ("purpose", "paperwork.short-text", {}, {"": "朝市"}),
    ("place", "paperwork.short-text", {}, {"": "港の広場"}),
]


def document() -> dict[str, Any]:
    """The procedure."""
    questions = [
        {"key": key, "kind": kind, "label": {"ja": key}, "required": True, "settings": settings}
        for key, kind, settings, _typed in FIELDS
    ]
    questions.append({"key": "paper", "kind": "paperwork.files", "label": {"ja": "図"}, "required": True})
    return {
        "todoke-procedure": 1,
        "key": KEY,
        "section": SECTION,
        "name": {"ja": "計測の届出"},
        "summary": {"ja": "計測のための届出です。"},
        "basis": "計測",
        "channels": ["web"],
        "level": "none",
        "standard_days": 10,
        "retention": "bench",
        "flow": "bench",
        "attachments": [
            {"question": "paper", "name": {"ja": "図"}, "purpose": {"ja": "確認"}, "basis": "計測", "handling": "keep"}
        ],
        "form": {
            "todoke-form": 1,
            "title": {"ja": "計測の届出"},
            "pages": [{"key": "one", "title": {"ja": "届出"}, "questions": questions}],
        },
        "tests": [{"name": "計測", "on": "2026-06-01", "typed": {"area": "1"}, "expects": {"may_apply": True}}],
    }


FLOW: dict[str, Any] = {
    "key": "bench",
    "begins": "received",
    "title": {"ja": "届出", "ja-easy": "とどけ", "en": "Notification"},
    "states": [
        {"key": "received", "title": {"ja": "受付済み", "ja-easy": "うけつけました", "en": "Received"}},
        {
            "key": "accepted",
            "title": {"ja": "受理", "ja-easy": "おわりました", "en": "Accepted"},
            "outcome": "accepted",
        },
    ],
    "actions": [
        {
            "key": "accept",
            "title": {"ja": "受理する", "ja-easy": "うけとる", "en": "Accept"},
            "from": ["received"],
            "to": "accepted",
            "by": ["staff"],
        }
    ],
    "timers": [],
}


def boxes(mark: str) -> list[tuple[str, str]]:
    """What a browser posts of the page, without the file; `mark` is that of a box in which nothing stood."""
    found = [(f"shown@{key}", mark) for key, *_rest in FIELDS] + [("shown@paper", mark)]
    for key, _kind, _settings, typed in FIELDS:
        found += [(f"{key}:{part}" if part else key, words) for part, words in typed.items()]
    return found
