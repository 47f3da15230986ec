"""Effects that were given up: a letter that could not be written, a mail that could not be posted."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from todoke.base.formulas import said
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import Case, CaseEvent, EffectRun
from todoke.shared.casework.queries.cases import HANDLE, READ, page_for_staff, sections_of


@dataclass(frozen=True)
class Trouble:
    """One of them: what was done when it was ordered and when, why it did not go, and where its case is."""

    run: EffectRun
    act: str
    ordered_at: datetime
    page: str
    may_try: bool


def effects_for(viewer: Viewer) -> QuerySet[EffectRun]:
    """The effects of the viewer's sections, the oldest first; of what was purged, nothing is to be done any more."""
    found = EffectRun.objects.filter(case__section__key__in=sections_of(viewer, READ, HANDLE))
    kept = found.exclude(case__custody__purged_at__isnull=False)
    return kept.select_related("case__section", "case__flow_version").order_by("pk")


def given_up(viewer: Viewer) -> QuerySet[EffectRun]:
    """Those of them that wait for a person."""
    return effects_for(viewer).filter(state=EffectRun.State.GAVE_UP)


def troubles_of(viewer: Viewer, case: Case) -> list[Trouble]:
    """Those of one case."""
    return troubles(viewer, given_up(viewer).filter(case=case))


def troubles(viewer: Viewer, runs: QuerySet[EffectRun]) -> list[Trouble]:
    """These, as a page shows them: one more question for all."""
    found = list(runs)
    events = CaseEvent.objects.filter(case__in={run.case_id for run in found}, seq__in={run.seq for run in found})
    ordered = {(event.case_id, event.seq): event for event in events}
    rows = []
    for run in found:
        event = ordered[run.case_id, run.seq]
        title = event.payload.get("title")
        may_try = viewer.may(HANDLE, run.case.section.key)
        rows.append(Trouble(run, said(title) if title else "", event.at, page_for_staff(run.case), may_try))
    return rows
