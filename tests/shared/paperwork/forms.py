"""A form as a city would make it, with a branch, a fee, a group and a consent."""

from datetime import UTC, datetime
from typing import Any

from tests.shared.paperwork.questions import CHOICES
from todoke.shared.paperwork.actions import forms as forms_actions
from todoke.shared.paperwork.models import Form

MAY = datetime(2026, 5, 10, 3, 0, tzinfo=UTC)


def words(ja: str, en: str = "", easy: str = "") -> dict[str, str]:
    """A text in the languages that it has."""
    return {"ja": ja, **({"en": en} if en else {}), **({"ja-easy": easy} if easy else {})}


DOG: dict[str, Any] = {
    "todoke-form": 1,
    "title": words("犬の登録", "Registering a dog"),
    "pages": [
        {
            "key": "you",
            "title": words("飼い主について", "About the owner"),
            "questions": [
                {
                    "key": "you.name",
                    "kind": "paperwork.person-name",
                    "label": words("あなたの氏名", "Your name"),
                    "required": True,
                    "settings": {"own": True},
                },
                {
                    "key": "you.address",
                    "kind": "paperwork.address",
                    "label": words("住所", "Address"),
                    "required": True,
                    "settings": {"own": True},
                },
                {"key": "you.phone", "kind": "paperwork.telephone", "label": words("電話番号", "Telephone")},
            ],
        },
        {
            "key": "dogs",
            "title": words("犬について", "About the dogs"),
            "questions": [
                {
                    "key": "count",
                    "kind": "paperwork.number",
                    "label": words("何頭ですか", "How many dogs?"),
                    "required": True,
                    "searchable": True,
                    "settings": {"least": 1, "most": 10, "unit": words("頭")},
                },
                {
                    "key": "vaccinated",
                    "kind": "paperwork.yes-no",
                    "label": words("予防注射を受けましたか", "Vaccinated?"),
                    "required": True,
                    "searchable": True,
                },
                {
                    "key": "vaccinated_on",
                    "kind": "paperwork.date",
                    "label": words("注射の日", "Day of the vaccination"),
                    "required": True,
                    "visible": {"name": "vaccinated"},
                    "settings": {"when": "past"},
                },
                {
                    "key": "ward",
                    "kind": "paperwork.choice",
                    "label": words("地区", "District"),
                    "searchable": True,
                    "settings": {"choices": CHOICES},
                },
                {
                    "key": "dogs",
                    "kind": "paperwork.rows",
                    "label": words("犬", "Dogs"),
                    "settings": {
                        "questions": [
                            {
                                "key": "name",
                                "kind": "paperwork.short-text",
                                "label": words("犬の名前", "Name of the dog"),
                                "required": True,
                            },
                            {"key": "born", "kind": "paperwork.date", "label": words("生まれた日", "Born on")},
                        ],
                        "most": 10,
                    },
                },
            ],
        },
        {
            "key": "end",
            "title": words("手数料と同意", "Fee and consent"),
            "questions": [
                {
                    "key": "fee_shown",
                    "kind": "paperwork.computed",
                    "label": words("手数料", "Fee"),
                    "settings": {"of": "fee"},
                },
                {
                    "key": "agreed",
                    "kind": "paperwork.consent",
                    "label": words("同意", "Consent"),
                    "required": True,
                    "settings": {"text": words("登録の内容を、保健所に伝えます。", "We tell the health office.")},
                },
            ],
        },
    ],
    "computed": {
        "fee": {
            "label": words("手数料", "Fee"),
            "formula": {"op": "yen", "of": [{"op": "multiply", "of": [{"name": "count"}, 3000]}], "way": "half-up"},
        }
    },
}

GOOD: dict[str, dict[str, list[str]]] = {
    "you.name": {
        "family": ["髙橋"],
        "given": ["花子"],
        "family_reading": ["たかはし"],
        "given_reading": ["ハナコ"],
    },
    "you.address": {
        "postal_code": ["980-0803"],
        "prefecture": ["宮城県"],
        "city": ["仙台市青葉区"],
        "town": ["国分町"],
        "block": ["3-7-1"],
    },
    "count": {"": ["２"]},
    "vaccinated": {"": ["yes"]},
    "vaccinated_on": {"era": ["令和"], "year": ["8"], "month": ["4"], "day": ["1"]},
    "ward": {"": ["north"]},
    "dogs": {"0.name": ["ポチ"], "1.name": ["ハチ"]},
}


def make_form(document: dict[str, Any] | None = None, key: str = "dog") -> Form:
    """A form that is asked."""
    form = forms_actions.create_form(key, room="demo", title="犬の登録", retention_class="y5", by="test", at=MAY)
    forms_actions.save_draft(form, document or DOG, by="test", at=MAY)
    forms_actions.publish(form, by="test", at=MAY)
    return form
