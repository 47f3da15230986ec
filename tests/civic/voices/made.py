"""Surveys for tests, as a city would make them."""

from datetime import UTC, date, datetime
from typing import Any

from todoke.civic.voices.actions.answering import answer
from todoke.civic.voices.actions.inviting import invite
from todoke.civic.voices.actions.surveys import make
from todoke.civic.voices.models import Anonymity, Mode, Survey
from todoke.civic.voices.queries.surveys import surveys
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.actions import forms
from todoke.shared.paperwork.sheet import Entry

# Saturday in Japan, 10:00.
AT = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)

CHOICES = [
    {"key": "good", "words": {"ja": "よい", "ja-easy": "いい", "en": "Good"}},
    {"key": "bad", "words": {"ja": "わるい", "ja-easy": "よくない", "en": "Bad"}},
]
QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "how",
        "kind": "paperwork.choice",
        "label": {"ja": "どうでしたか", "en": "How was it?", "ja-easy": "どう でしたか"},
        "required": True,
        "settings": {"choices": CHOICES},
    },
    {
        "key": "again",
        "kind": "paperwork.yes-no",
        "label": {"ja": "また使いますか", "en": "Again?", "ja-easy": "また つかいますか"},
    },
    {
        "key": "why",
        "kind": "paperwork.choices",
        "label": {"ja": "わるかったもの", "en": "What was bad?", "ja-easy": "よくない もの"},
        "visible": {"op": "equal", "of": [{"name": "how"}, "bad"]},
        "settings": {
            "choices": [
                {"key": "wait", "words": {"ja": "待ち時間", "en": "Waiting", "ja-easy": "まつ じかん"}},
                {"key": "forms", "words": {"ja": "書類", "en": "Forms", "ja-easy": "かみ"}},
            ]
        },
    },
    {
        "key": "text",
        "kind": "paperwork.long-text",
        "label": {"ja": "ご意見", "en": "Your opinion", "ja-easy": "かんがえ"},
    },
]


def document(questions: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A form with these questions."""
    title = {"ja": "窓口のアンケート", "en": "At the counter", "ja-easy": "まどぐちの アンケート"}
    page = {"key": "questions", "title": title, "questions": QUESTIONS if questions is None else questions}
    return {"todoke-form": 1, "title": title, "pages": [page]}


def version(key: str, questions: list[dict[str, Any]] | None = None) -> Any:
    """A published version of it."""
    form = forms.create_form(key, room="voices", title="窓口のアンケート", retention_class="3-years", by="tests", at=AT)
    forms.save_draft(form, document(questions), by="tests", at=AT)
    return forms.publish(form, by="tests", at=AT)


def make_survey(mode: str, anonymity: str, key: str = "counter", **more: Any) -> Survey:
    """A survey that runs in November 2026."""
    made = make(
        key,
        version(key, more.pop("questions", None)),
        section=Section.objects.get(key="kiki"),
        mode=Mode(mode),
        anonymity=Anonymity(anonymity),
        **{
            "opens_on": date(2026, 11, 1),
            "closes_on": date(2026, 11, 30),
            "audience": {
                "ja": "窓口に来た人に聞いています。",
                "en": "For visitors.",
                "ja-easy": "まどぐちに 来た人に 聞いて います。",
            },
            "by": "tests",
            "at": AT,
            **more,
        },
    )
    return surveys().get(pk=made.pk)


def token_of(link: str) -> str:
    """The token of a link."""
    return link.rstrip("/").rpartition("/")[2]


def sheet(**said: str | list[str]) -> dict[str, Entry]:
    """What somebody ticked and wrote, by question."""
    return {key: Entry({"": [each] if isinstance(each, str) else each}) for key, each in said.items()}


def answered(survey: Survey, clerk: Viewer, *sheets: dict[str, Entry]) -> list[str]:
    """Each of these answers came in by an invitation of its own; their tokens."""
    tokens = [token_of(link) for link in invite(survey, len(sheets), viewer=clerk)]
    for token, each in zip(tokens, sheets, strict=True):
        answer(survey, each, token=token, at=AT)
    return tokens
