"""Moving running cases to a new version of their flow: by a table that a person has written, after a preview of
each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.flows import DESIGN
from todoke.shared.casework.actions.moving import Around, arm, entering, withdraw_tasks
from todoke.shared.casework.actions.recording import actor_of, write
from todoke.shared.casework.actions.refusals import NotAllowed, TableIncomplete
from todoke.shared.casework.models import Case, FlowVersion
from todoke.shared.casework.queries.cases import facts_of
from todoke.shared.casework.rules.history import What
from todoke.shared.timetable.queries import office_calendar


@dataclass(frozen=True)
class MoveLine:
    """A line of the preview: one case, its state before and after (None: the table does not say), its due dates, and
    how many open tasks would be withdrawn."""

    number: str
    before: str
    after: str | None
    due_before: date | None
    due_after: date | None
    tasks_withdrawn: int


def preview_move(old: FlowVersion, new: FlowVersion, table: Mapping[str, str], *, at: datetime) -> Iterator[MoveLine]:
    """What moving every open case of `old` to `new` would do, case after case.

    `table` says for every state of the old version where its cases stand in the new one.
    """
    flow, office = new.read, office_calendar()
    for case in _running(old).prefetch_related("tasks").iterator(chunk_size=200):
        named = flow.states.get(table.get(case.state, ""))
        after = named.key if named is not None and not named.is_end else None
        due = None
        if after is not None:
            text = entering(case, flow, after, Around(at, office, {}))["due"]
            due = date.fromisoformat(text) if text else None
        withdrawn = sum(task.is_open for task in case.tasks.all())
        yield MoveLine(case.number, case.state, after, case.due_date, due, withdrawn)


def move_cases(
    old: FlowVersion, new: FlowVersion, table: Mapping[str, str], *, viewer: Viewer, at: datetime, batch: int = 200
) -> int:
    """Move every open case of `old` to `new` by this table; how many. In batches that can be stopped and begun again.

    Open tasks are withdrawn and timers set anew. Raises NotAllowed; TableIncomplete, before anything is moved, where a
    state that has cases has no place in the new version, or one that ends a case.
    """
    if not viewer.may(DESIGN) or old.flow_id != new.flow_id:
        raise NotAllowed
    flow = new.read
    states = _running(old).order_by().values_list("state", flat=True).distinct()
    missing = sorted(
        state for state in states if table.get(state) not in flow.states or flow.states[table[state]].is_end
    )
    if missing:
        raise TableIncomplete(missing)
    by, moved, office = actor_of(viewer), 0, office_calendar()
    while True:
        with transaction.atomic():
            cases = list(_running(old).select_for_update(of=("self",))[:batch])
            for case in cases:
                around, left = Around(at, office, facts_of(case, at, office)), case.state
                payload = {"from": left, "flow_version": new.pk} | entering(case, flow, table[left], around)
                event = write(case, What.FLOW_CHANGED, payload, by=by, at=at)
                case.flow_version = new
                withdraw_tasks(case, by=by, at=at)
                arm(case, flow, event.seq, around, left=left)
            if not cases:
                record("casework.cases-moved", on=new, by=viewer, before={"version": old.number},
                       after={"version": new.number, "table": dict(table), "cases": moved})  # fmt: skip
                return moved
        moved += len(cases)


def _running(version: FlowVersion) -> QuerySet[Case]:
    found = Case.objects.filter(flow_version=version, closed_on=None).order_by("pk")
    return found.select_related("section", "custody", "flow_version")
