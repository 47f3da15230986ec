"""A survey from its making to the publishing of its results."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.civic.voices.actions.answering import mix_all
from todoke.civic.voices.models import Anonymity, Mode, Survey
from todoke.civic.voices.queries.surveys import MANAGE, answer_count, results_of, surveys_for
from todoke.civic.voices.refusals import NotTheirs, StillAsked, TellsWhoAnswered
from todoke.civic.voices.rules.tables import HARMLESS
from todoke.ground.audit.actions import Person, record
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.actions import custody
from todoke.shared.paperwork.document import FormDocument
from todoke.shared.paperwork.models import FormVersion

CUSTODY = "voices.survey"


def check_questions(document: FormDocument, anonymity: Anonymity) -> None:
    """Raises TellsWhoAnswered where an unlinkable survey would ask who somebody is."""
    telling = [question.key for question in document.questions if question.kind not in HARMLESS]
    if anonymity == Anonymity.UNLINKABLE and telling:
        raise TellsWhoAnswered(telling)


@transaction.atomic
def make(
    key: str,
    version: FormVersion,
    *,
    section: Section,
    mode: Mode,
    anonymity: Anonymity,
    opens_on: date,
    closes_on: date,
    audience: Mapping[str, str],
    after_closing: bool = False,
    flows: Sequence[str] = (),
    letter: Mapping[str, str] | None = None,
    by: Person | str,
    at: datetime,
) -> Survey:
    """A survey over a published version of a form, kept as long as its form says. Raises TellsWhoAnswered."""
    check_questions(version.read(), anonymity)
    held = custody.take((CUSTODY, key), version.form.retention_class, at=at)
    survey = Survey.objects.create(
        key=key,
        form_version=version,
        section=section,
        custody=held,
        mode=mode,
        anonymity=anonymity,
        audience=dict(audience),
        opens_on=opens_on,
        closes_on=closes_on,
        after_closing=after_closing,
        flows=list(flows),
        letter=dict(letter or {}),
    )
    record("voices.survey-made", on=survey, by=by, after={"mode": mode.value, "anonymity": anonymity.value})
    return survey


@transaction.atomic
def close(key: str, *, viewer: Viewer, at: datetime) -> Survey:
    """End a survey: no answer comes in any more, all are mixed once more, and the time of its keeping begins.

    Closing again changes nothing. Raises NotTheirs.
    """
    survey = _locked(viewer, key)
    if survey.closed_on is not None:
        return survey
    # Before the end is set: from then on the database takes none in.
    mix_all(survey)
    survey.closed_on = in_japan(at).date()
    survey.save(update_fields=["closed_on"])
    custody.close(survey.custody, survey.closed_on)
    record("voices.survey-closed", on=survey, by=viewer, after={"answers": answer_count(survey)})
    return survey


@transaction.atomic
def publish_results(key: str, *, viewer: Viewer, at: datetime) -> Survey:
    """Freeze the tables, with what is hidden in them, for everybody to read; free texts are not among them.

    Publishing again changes nothing. Raises NotTheirs, StillAsked.
    """
    survey = _locked(viewer, key)
    if survey.published_on is not None:
        return survey
    if survey.closed_on is None:
        raise StillAsked
    results = results_of(survey)
    survey.results = _frozen(results.count, [table.as_json() for table in results.tables])
    survey.published_on = in_japan(at).date()
    survey.save(update_fields=["results", "published_on"])
    record("voices.results-published", on=survey, by=viewer)
    return survey


def _frozen(count: int, tables: Sequence[Any]) -> dict[str, Any]:
    return {"count": count, "tables": list(tables)}


def _locked(viewer: Viewer, key: str) -> Survey:
    survey = surveys_for(viewer).select_for_update(of=("self",)).filter(key=key).first()
    if survey is None or not viewer.may(MANAGE, survey.section.key):
        raise NotTheirs
    return survey
