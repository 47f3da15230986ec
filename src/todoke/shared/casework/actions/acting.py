"""Acting on a case: the door of every page that moves one, alone or many at once."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.moving import Around, step
from todoke.shared.casework.actions.recording import Actor, actor_of, locked
from todoke.shared.casework.actions.refusals import (
    CaseRefused,
    FieldNotOpen,
    GuardSaysNo,
    NoSuchAction,
    Overtaken,
    ReasonMissing,
)
from todoke.shared.casework.models import Case
from todoke.shared.casework.private import show_values
from todoke.shared.casework.queries.cases import circumstances, facts_of, roles_of
from todoke.shared.casework.rules.document import Action
from todoke.shared.casework.rules.history import What
from todoke.shared.timetable.queries import office_calendar

BATCH_MAX = 200


@transaction.atomic
def act(
    key: UUID | str,
    action_key: str,
    *,
    viewer: Viewer,
    revision: int,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Case:
    """Take an action on a case as it stood at `revision`, which is what the page showed.

    The second click of the same person with the same values is the same act and changes nothing. `values` are answers
    to the action's own fields, as JSON has them or as formulas take them. Raises NoSuchCase, Overtaken, NoSuchAction,
    FieldNotOpen, ReasonMissing, GuardSaysNo.
    """
    case = locked(viewer, key)
    by, values, reason = actor_of(viewer), dict(values or {}), reason.strip()
    if case.revision != revision:
        _same_or_overtaken(case, revision, (action_key, by.text, _as_stored(values), reason))
        return case
    action = case.flow_version.read.actions.get(action_key)
    if action is None or case.state not in action.sources or not action.by & roles_of(viewer, case):
        raise NoSuchAction
    take(case, action, by=by, at=at, values=values, reason=reason)
    return case


def take(
    case: Case, action: Action, *, by: Actor, at: datetime, values: Mapping[str, Any] | None = None, reason: str = ""
) -> None:
    """Take an action that this actor may take, on a locked case, when its fields, reason and guard allow it."""
    values = dict(values or {})
    if strangers := sorted(values.keys() - set(action.fields)):
        raise FieldNotOpen(strangers)
    if action.needs_reason and not reason:
        raise ReasonMissing
    office = office_calendar()
    facts = facts_of(case, at, office)
    if action.guard is not None:
        # What the subject says of itself goes before what came with the act.
        known, around = values | facts, circumstances(at, office)
        if not action.guard.value(known, around):
            raise GuardSaysNo(action.guard.reasons(known, around))
    step(case, action, by=by, around=Around(at, office, facts), values=values, reason=reason)


def act_on_many(
    revisions: Mapping[UUID | str, int], action_key: str, *, viewer: Viewer, at: datetime, reason: str = ""
) -> list[tuple[UUID | str, CaseRefused | None]]:
    """Take one action on many cases, each in a transaction of its own: what was refused keeps back nobody else.

    `revisions` are the cases' keys with the revision that the page showed; 200 at most, in a fixed order. Gives for
    each its refusal, or None.
    """
    if len(revisions) > BATCH_MAX:
        raise ValueError(f"at most {BATCH_MAX} cases at once")
    outcomes: list[tuple[UUID | str, CaseRefused | None]] = []
    for key in sorted(revisions, key=str):
        try:
            act(key, action_key, viewer=viewer, revision=revisions[key], at=at, reason=reason)
        except CaseRefused as refusal:
            outcomes.append((key, refusal))
        else:
            outcomes.append((key, None))
    return outcomes


def _same_or_overtaken(case: Case, revision: int, meant: tuple[object, ...]) -> None:
    """Nothing where the act that followed this revision was this very one; raises Overtaken where it was another."""
    followed = case.events.filter(payload__revision=revision + 1).exclude(kind=What.OPENED).first()
    if followed is None:
        raise Overtaken("", None)
    private = show_values(case, followed.private)
    values, reason = private.get("values", {}), private.get("reason", "")
    # What is stored has been through JSON: dates are text there.
    if meant != (followed.payload.get("action"), followed.by, values, reason):
        raise Overtaken(followed.by, followed.at)


def _as_stored(values: Mapping[str, Any]) -> dict[str, Any]:

    return dict(json.loads(json.dumps(values, default=str)))
