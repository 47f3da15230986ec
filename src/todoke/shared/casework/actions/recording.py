"""Writing into a case's history, and bringing its columns to what the history says. One place, so that the two
agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from todoke.base.prepared import insert
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.refusals import IsPurged, NoSuchCase
from todoke.shared.casework.models import NO_DAY, Case, CaseEvent
from todoke.shared.casework.private import hide_values
from todoke.shared.casework.queries.cases import cases_for, is_purged, resident_of
from todoke.shared.casework.rules.history import Standing, What, after, stop_rows, stops_in


@dataclass(frozen=True)
class Actor:
    """Who acts: the text of the record, and the account behind it where there is one."""

    text: str
    account_id: int | None = None


def actor_of(viewer: Viewer) -> Actor:
    """The actor behind a viewer."""
    resident = resident_of(viewer)
    if viewer.is_staff or resident is None:
        return Actor(f"staff:{viewer.account_id}", viewer.account_id)
    return Actor(f"resident:{resident}", viewer.account_id)


def locked(viewer: Viewer, key: UUID | str) -> Case:
    """The case, locked until the end of the transaction, as this viewer may see it; raises NoSuchCase.

    Everything that changes a case holds this lock: it is what keeps the numbers of its events without a gap.
    """
    case = cases_for(viewer).select_for_update(of=("self",)).filter(key=key).first()
    if case is None:
        raise NoSuchCase
    return case


def lock_case(case_id: int) -> Case:
    """The case, locked in the same way, for whoever has been let in already; raises NoSuchCase."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("flow_version", "section", "handler", "custody")
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NoSuchCase
    return case


def standing_of(case: Case) -> Standing:
    """What the columns of the case say, in the form in which a history is rebuilt."""
    return Standing(
        seq=case.seq,
        revision=case.revision,
        state=case.state,
        section_id=case.section_id,
        handler_id=case.handler_id,
        flow_version_id=case.flow_version_id,
        stops=stops_in(case.stops),
        due_date=case.due_date,
        outcome=case.outcome,
        closed_on=case.closed_on,
    )


def write(
    case: Case,
    kind: What,
    payload: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    private: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Write the next event of a locked case, and bring its columns to what it says; a new case is saved with it.

    Raises IsPurged.
    """
    if is_purged(case):
        raise IsPurged
    event = CaseEvent(
        case=case,
        seq=case.seq + 1,
        kind=kind.value,
        at=at,
        by=by.text,
        actor_id=by.account_id,
        payload=dict(payload),
        private=hide_values(case, private or {}),
    )
    _bring_to(case, after(standing_of(case), event))
    insert(event)
    return event


def _bring_to(case: Case, standing: Standing) -> None:
    case.seq, case.revision, case.state = standing.seq, standing.revision, standing.state
    if case.section_id != standing.section_id:
        case.section_id = standing.section_id
    case.handler_id, case.flow_version_id = standing.handler_id, standing.flow_version_id
    case.stops, case.is_stopped = stop_rows(standing.stops), standing.is_stopped
    case.due_date, case.sort_date = standing.due_date, standing.due_date or NO_DAY
    case.outcome, case.closed_on = standing.outcome, standing.closed_on
    if case.pk is None:
        insert(case)
        return
    case.save(
        update_fields=[
            "seq", "revision", "state", "section", "handler", "flow_version", "stops", "is_stopped",
            "due_date", "sort_date", "outcome", "closed_on",
        ]
    )  # fmt: skip
