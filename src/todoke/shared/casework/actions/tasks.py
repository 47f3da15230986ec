"""Doing what was asked for: once, and only in the fields that were opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.acting import take
from todoke.shared.casework.actions.recording import Actor, actor_of, locked, write
from todoke.shared.casework.actions.refusals import FieldNotOpen, NoSuchAction, TaskIsOver
from todoke.shared.casework.models import Case, Task
from todoke.shared.casework.queries.cases import tasks_for
from todoke.shared.casework.rules.history import What


@transaction.atomic
def complete_task(task_id: int, *, viewer: Viewer, at: datetime, values: Mapping[str, Any] | None = None) -> Case:
    """Do a task: the action that it names is taken, with these values; the same person a second time changes nothing.

    Whoever keeps the answers writes them in the same transaction, before. Raises TaskIsOver, FieldNotOpen, NoSuchCase,
    NoSuchAction, GuardSaysNo.
    """
    task = Task.objects.select_related("case").filter(pk=task_id).first()
    if task is None:
        raise TaskIsOver
    case = locked(viewer, task.case.key)
    task.refresh_from_db()
    by = actor_of(viewer)
    if task.done_at is not None and case.events.filter(kind=What.TASK_DONE, by=by.text, payload__id=task.pk).exists():
        return case
    if not task.is_open or not tasks_for(viewer).filter(pk=task.pk).exists():
        raise TaskIsOver
    do_task(case, task, by=by, at=at, values=dict(values or {}))
    return case


def do_task(case: Case, task: Task, *, by: Actor, at: datetime, values: Mapping[str, Any]) -> None:
    """Do an open task of a locked case, for whoever has been let in already. Raises FieldNotOpen, NoSuchAction."""
    if strangers := sorted(values.keys() - set(task.fields)):
        raise FieldNotOpen(strangers)
    action = case.flow_version.read.actions.get(task.then)
    if action is None or case.state not in action.sources:
        raise NoSuchAction
    task.done_at = at
    task.save(update_fields=["done_at"])
    write(case, What.TASK_DONE, {"task": task.key, "id": task.pk}, by=by, at=at, private={"values": values})
    take(case, action, by=by, at=at, values={name: values[name] for name in values if name in action.fields})
