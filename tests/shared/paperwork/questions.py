"""Questions of every kind, as a form would have them."""

from typing import Any

from todoke.shared.paperwork.document import Question, read_questions
from todoke.shared.paperwork.registry import field_kinds

CHOICES = [
    {"key": "north", "words": {"ja": "北区", "en": "North"}},
    {"key": "south", "words": {"ja": "南区"}},
    {"key": "east", "words": {"ja": "東区"}},
]

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "paperwork.number": [{}, {"least": "-5", "most": "12.5", "places": 1, "unit": {"ja": "人"}}],
    "paperwork.money": [{}, {"least": 100, "most": 50000}],
    "paperwork.choice": [{"choices": CHOICES}, {"choices": CHOICES, "look": "select"}],
    "paperwork.choices": [{"choices": CHOICES}, {"choices": CHOICES, "least": 2, "most": 2}],
    "paperwork.date": [
        {},
        {"boxes": "one"},
        {"unknown": "all"},
        {"boxes": "one", "unknown": "all"},
        {"least": "2019-04-01", "most": "2019-05-31"},
    ],
    "paperwork.person-name": [{}, {"reading": False}, {"former": True, "alias": True, "roman": True}],
    "paperwork.consent": [{"text": {"ja": "同意します。", "en": "I agree."}}, {"text": {"ja": "同意"}, "sign": True}],
    "paperwork.computed": [{"of": "fee"}],
    "paperwork.files": [{}, {"most": 3}],
    "paperwork.rows": [
        {
            "questions": [
                {"key": "name", "kind": "paperwork.person-name", "label": {"ja": "名前"}, "required": True},
                {"key": "born", "kind": "paperwork.date", "label": {"ja": "生年月日"}},
                {"key": "where", "kind": "paperwork.address", "label": {"ja": "住所"}},
            ],
            "least": 1,
            "most": 4,
        }
    ],
}


def question(kind: str, settings: dict[str, Any] | None = None, **named: Any) -> Question:
    """One question of this kind."""
    document = {"key": "q", "kind": kind, "label": {"ja": "質問"}, "settings": settings or {}, **named}
    return read_questions([document])[0]


def every_question() -> list[Question]:
    """Every kind in every setting that these tests know."""
    return [question(kind.key, settings) for kind in field_kinds for settings in SETTINGS.get(kind.key, [{}])]
