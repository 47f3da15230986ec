"""Asking about surveys: which are open, what was answered, as whoever looks may see it."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Model, QuerySet

from todoke.base.sealing import keyed_hash
from todoke.civic.voices.models import Invitation, Mode, NamedAnswer, Survey, UnlinkableAnswer
from todoke.civic.voices.refusals import InvitationUsed, NotAsked, StillAsked
from todoke.civic.voices.rules.tables import Answer, Cross, Table, cross_of, kind_of, tables_of, texts_of
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.document import FormDocument, Question
from todoke.shared.paperwork.logic import Logic, logic_of
from todoke.shared.paperwork.types import Words

READ = "voices.read"
MANAGE = "voices.manage"
TOKEN = "voices invitation"  # noqa: S105 - a purpose, not a password


def surveys() -> QuerySet[Survey]:
    """All surveys with what is needed to show and open them."""
    return Survey.objects.select_related("form_version__form", "section", "custody__period", "custody__retention_class")


def is_asked(survey: Survey, today: date) -> bool:
    """Whether it takes answers on this day."""
    return survey.closed_on is None and survey.purged_on is None and survey.opens_on <= today <= survey.closes_on


def open_surveys(today: date) -> list[Survey]:
    """What everybody can answer today."""
    found = surveys().filter(mode=Mode.OPEN, opens_on__lte=today, closes_on__gte=today, closed_on__isnull=True)
    return list(found.filter(purged_on__isnull=True))


def published_surveys() -> list[Survey]:
    """Those whose results everybody can read, newest first."""
    return list(surveys().filter(published_on__isnull=False).order_by("-published_on", "key"))


def open_survey(key: str, today: date) -> Survey:
    """The survey that everybody can answer under this key. Raises NotAsked."""
    survey = surveys().filter(key=key, mode=Mode.OPEN).first()
    if survey is None or not is_asked(survey, today):
        raise NotAsked
    return survey


def survey_for_token(token: str, today: date) -> Survey:
    """The survey to which this link invites. Raises InvitationUsed, NotAsked."""
    found = Invitation.objects.filter(token_hash=hash_of(token)).values_list("survey_id", "used_on").first()
    if found is None or found[1] is not None:
        raise InvitationUsed
    survey = surveys().get(pk=found[0])
    if not is_asked(survey, today):
        raise NotAsked
    return survey


def hash_of(token: str) -> bytes:
    """Under what an invitation is kept."""
    return keyed_hash(token.lower(), purpose=TOKEN)


def surveys_for(viewer: Viewer) -> QuerySet[Survey]:
    """The surveys of the sections in which this viewer may read or look after them."""
    sections = {section for permission, section in viewer.grants if permission in {READ, MANAGE}}
    return surveys().filter(section__key__in=sections)


def survey_for(viewer: Viewer, key: str) -> Survey | None:
    """The survey with this key as this viewer may see it, or None."""
    return surveys_for(viewer).filter(key=key).first()


def answer_count(survey: Survey) -> int:
    """How many have answered (回収数)."""
    return counts_of([survey])[survey.pk].answers


def invitation_count(survey: Survey) -> int:
    """How many invitations were made (配布数)."""
    return counts_of([survey])[survey.pk].invitations


@dataclass(frozen=True)
class Counts:
    """How many were invited to a survey, and how many have answered."""

    invitations: int
    answers: int


def counts_of(found: Iterable[Survey]) -> dict[int, Counts]:
    """The counts of these surveys, by their numbers; as many questions for one as for a hundred."""
    numbers = [survey.pk for survey in found]
    made, unlinkable, named = (_counted(model, numbers) for model in (Invitation, UnlinkableAnswer, NamedAnswer))
    return {pk: Counts(made.get(pk, 0), unlinkable.get(pk, 0) + named.get(pk, 0)) for pk in numbers}


def _counted(model: type[Model], numbers: list[int]) -> dict[int, int]:
    rows = model._default_manager.filter(survey__in=numbers).order_by().values_list("survey")
    return dict(rows.annotate(number=Count("pk")))


def form_of(survey: Survey) -> tuple[FormDocument, Logic]:
    """What is asked, with its formulas."""
    text = survey.form_version.document
    return survey.form_version.read(), logic_of(text)


def context_of(survey: Survey) -> bytes:
    """What a sealed answer is bound to: its survey, and nothing closer."""
    return f"voices.answer:{survey.pk}".encode()


def opened(survey: Survey, sealed: bytes | memoryview) -> Answer:
    """An answer, opened. Raises `retention.Gone` after the purge."""
    return Answer.of_json(json.loads(survey.custody.open(bytes(sealed), context=context_of(survey))))


def _answers(survey: Survey) -> list[Answer]:
    kept = UnlinkableAnswer if survey.is_unlinkable else NamedAnswer
    rows = kept._default_manager.filter(survey=survey).values_list("sealed", flat=True)
    return [opened(survey, sealed) for sealed in rows]


@dataclass(frozen=True)
class Results:
    """What came of a survey: a table for each question, and what was written freely, in random order."""

    count: int
    tables: list[Table]
    texts: list[tuple[Words, list[str]]]


def results_of(survey: Survey) -> Results:
    """The results of a survey that the viewer's own query has found. Raises StillAsked before its end, and `Gone`."""
    answers = _closed_answers(survey)
    document, logic = form_of(survey)
    tables = tables_of(document, logic, answers)
    # A table that is hidden as a whole hides what was written there, too.
    shown = {table.key for table in tables if table.kind == "text" and table.asked is not None}
    chance = random.SystemRandom()
    texts = [(each.label, texts_of(each, answers, chance)) for each in document.questions if each.key in shown]
    return Results(len(answers), tables, texts)


def cross_questions(survey: Survey) -> list[Question]:
    """The questions that can be set against each other: one choice each, asked of everybody."""
    document, logic = form_of(survey)
    return [
        question
        for page in document.pages
        for question in page.questions
        if kind_of(question) == "one" and not logic.has(f"page:{page.key}") and not logic.has(f"visible:{question.key}")
    ]


def cross_for(survey: Survey, row: str, column: str) -> Cross | None:
    """Two questions against each other; None where they cannot be. Raises StillAsked, `Gone`."""
    known = {question.key: question for question in cross_questions(survey)}
    if row not in known or column not in known or row == column:
        return None
    return cross_of(known[row], known[column], _closed_answers(survey))


def _closed_answers(survey: Survey) -> list[Answer]:
    if survey.closed_on is None:
        raise StillAsked
    return _answers(survey)


def named_answers(survey: Survey) -> list[NamedAnswer]:
    """Who has answered a named survey, oldest first; none of an unlinkable one: there is nobody to list."""
    return list(NamedAnswer.objects.filter(survey=survey).select_related("invitation"))


def named_answer(survey: Survey, key: UUID | str) -> NamedAnswer | None:
    """One named answer of this survey."""
    return NamedAnswer.objects.filter(survey=survey, key=key).select_related("invitation").first()


def contact_of(survey: Survey, invitation: Invitation | None) -> str:
    """The address to which a named invitation went; "" where there was none."""
    if invitation is None or invitation.contact is None:
        return ""
    return survey.custody.open(bytes(invitation.contact), context=b"voices.contact").decode()
