"""Answers as staff read them: opened, in the words of their kinds, each with its source and its files."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from todoke.ground.retention.models import Gone
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.files import Files
from todoke.shared.paperwork.filling.drawing import computed_words
from todoke.shared.paperwork.models import Response, Revision
from todoke.shared.paperwork.queries import Filled, sheet_of
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Source, Value

SOURCES = {
    Source.CARRIED: _("前の答えから"),
    Source.REGISTER: _("市の記録から"),
    Source.COMPUTED: _("計算"),
    Source.STAFF: _("職員が入力"),
}
FILES = Files.key
EXPLANATION = "paperwork.explanation"
MAIL = "paperwork.mail"
COMPUTED = "paperwork.computed"


@dataclass(frozen=True)
class Answer:
    """One answer for the eyes of staff: the question, its words, where they come from, and the files that were kept."""

    key: str
    label: str
    words: str
    source: str = ""
    files: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class AnswerPage:
    """A page of the form with its answers."""

    title: str
    answers: tuple[Answer, ...]


def opened(response: Response, number: int | None = None) -> tuple[Filled, Revision] | None:
    """The answers of a revision that has arrived, opened; without a number the newest. Raises Gone after the purge."""
    rows = response.revisions.filter(arrived_at__isnull=False).order_by("-number")
    revision = rows.first() if number is None else rows.filter(number=number).first()
    if revision is None:
        return None
    revision.response = response
    return Filled(response, revision, sheet_of(revision)), revision


def pages_of(found: Filled, standing: Standing) -> list[AnswerPage]:
    """The answers, page by page, each with its source and its files."""
    pages = []
    for page in standing.pages:
        asked = [question for question in standing.asked_on(page) if question.kind != EXPLANATION]
        answers = tuple(
            Answer(
                question.key,
                question.label.say(),
                _words(found, question, standing),
                source_of(found.revision, question.key),
                _files(question.kind, standing.values.get(question.key)),
            )
            for question in asked
        )
        pages.append(AnswerPage(page.title.say(), answers))
    return pages


def _words(found: Filled, question: Question, standing: Standing) -> str:
    if question.kind == COMPUTED:
        return computed_words(standing.computed.get(str(question.settings.get("of", ""))))
    return words_of(found, question.key, standing.values.get(question.key))


def mail_of(response: Response) -> str:
    """The mail address that was given in the newest answers; nothing where there is none, or no longer."""
    try:
        found = opened(response)
    except Gone:
        return ""
    for question in found[0].document.questions if found else ():
        entry = found[0].sheet.get(question.key) if found else None
        if question.kind == MAIL and entry is not None and isinstance(entry.value, str):
            return entry.value
    return ""


def words_of(found: Filled, key: str, value: Value) -> str:
    """A value in the words of its kind; nothing for none."""
    question = found.document.question(key)
    if question is None or value is None:
        return ""
    return str(field_kinds[question.kind].words(value, question))


def source_of(revision: Revision, key: str) -> str:
    """Where an answer comes from, in words; nothing for what was typed by whoever files."""
    told = revision.sources.get(key) or {}
    known = {each.value: words for each, words in SOURCES.items()}
    words = known.get(told.get("source", ""))
    if words is None:
        return ""
    detail = told.get("detail", "")
    return f"{words}（{detail}）" if detail and told.get("source") != Source.COMPUTED else str(words)


def _files(kind: str, value: Value) -> tuple[tuple[int, str], ...]:
    if kind != FILES or not value:
        return ()
    return tuple((place, str(each["name"])) for place, each in enumerate(value))
