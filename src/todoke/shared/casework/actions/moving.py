"""One step of a case, whoever takes it: the event, the clock, the timers, the tasks, the effects. Nobody else moves
one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from todoke.base.calendar import OfficeCalendar, Stop
from todoke.base.clock import in_japan
from todoke.base.events import announce
from todoke.ground.retention.actions import custody as keeping
from todoke.shared.casework.actions.recording import Actor, write
from todoke.shared.casework.events import CaseClosed, CaseMoved, TaskOpened
from todoke.shared.casework.models import Case, CaseEvent, EffectRun, Task, Timer
from todoke.shared.casework.rules.document import Action, Anchor, FlowDocument, For, TaskOrder
from todoke.shared.casework.rules.history import What, stop_rows, stops_in
from todoke.shared.casework.rules.terms import due_date_of, end_of_day, end_of_term


@dataclass(frozen=True)
class Around:
    """What a step goes by: the moment, the office's calendar, and the facts of the subject."""

    at: datetime
    office: OfficeCalendar
    facts: Mapping[str, Any]

    @property
    def today(self) -> date:
        """The day in Japan."""
        return in_japan(self.at).date()


def step(
    case: Case,
    action: Action,
    *,
    by: Actor,
    around: Around,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
) -> CaseEvent:
    """Take an action that is allowed, on a locked case."""
    flow = case.flow_version.read
    source, today = case.state, around.today
    payload = {"action": action.key, "title": dict(action.title), "from": source} | entering(
        case, flow, action.target, around
    )
    private = ({"values": dict(values)} if values else {}) | ({"reason": reason} if reason else {})
    event = write(case, What.MOVED, payload, by=by, at=around.at, private=private)
    if action.target != source:
        withdraw_tasks(case, by=by, at=around.at)
    if action.opens is not None:
        _open_task(case, flow, action.opens, by=by, around=around)
    arm(case, flow, event.seq, around, left=source)
    _order_effects(case, action, event.seq, around.at)
    _keep(case, flow, source, today)
    announce(CaseMoved(case.pk, event.seq, action.key, source, action.target))
    if case.closed_on is not None:
        announce(CaseClosed(case.pk, case.outcome))
    return event


def entering(case: Case, flow: FlowDocument, target: str, around: Around) -> dict[str, Any]:
    """What an event says about a case that comes into this state: its clock, its due date, its end."""
    state, today = flow.states[target], around.today
    stops = list(stops_in(case.stops))
    is_stopped = bool(stops) and stops[-1].ended is None
    if state.stops and not is_stopped:
        stops.append(Stop(today))
    elif is_stopped and not state.stops:
        stops[-1] = Stop(stops[-1].began, today)
    due = due_date_of(flow, in_japan(case.arrived_at).date(), stops, around.office)
    return {
        "state": target,
        "revision": case.revision + 1,
        "stops": stop_rows(stops),
        "due": due.isoformat() if due else None,
        "outcome": state.outcome,
        "closed_on": today.isoformat() if state.is_end else None,
    }


def withdraw_tasks(case: Case, *, by: Actor, at: datetime) -> None:
    """What was asked for in a state that the case has left is no longer asked for."""
    for task in case.tasks.filter(done_at=None, withdrawn_at=None).order_by("pk"):
        task.withdrawn_at = at
        task.save(update_fields=["withdrawn_at"])
        write(case, What.TASK_WITHDRAWN, {"task": task.key}, by=by, at=at)


def arm(case: Case, flow: FlowDocument, seq: int, around: Around, *, left: str | None = None) -> None:
    """Set the timers of a case that has just come into its state; `left` is the one it came from, None at first."""
    # A case has none before its first event.
    kept = {timer.key: timer for timer in case.timers.all()} if seq > 1 else {}
    for order in flow.timers.values():
        timer = kept.get(order.key)
        if case.closed_on is not None:
            starts = None
        elif order.anchor is Anchor.ENTERED:
            if order.of == case.state and left == case.state and timer is not None:
                continue  # it has not left the state: its time runs on
            starts = around.today if order.of == case.state else None
        elif order.anchor is Anchor.OPENED:
            starts = in_japan(case.arrived_at).date()
        else:
            answer = around.facts.get(order.of)
            starts = answer if isinstance(answer, date) else None
        fires_at = None
        if starts is not None:
            last = end_of_term(starts, order.after, order.counts, rolls=flow.rolls, office=around.office)
            fires_at = end_of_day(last) if last else None
        if order.anchor is not Anchor.ENTERED and timer is not None and timer.fired_seq is not None:
            continue  # its anchor comes once, and so does it
        if timer is None:
            Timer.objects.create(case=case, key=order.key, fires_at=fires_at, armed_seq=seq)
        elif timer.fires_at != fires_at:
            Timer.objects.filter(pk=timer.pk).update(fires_at=fires_at, armed_seq=seq, fired_seq=None, tries=0)
    # A timer that this version of the flow no longer knows stands still.
    if kept.keys() - flow.timers.keys():
        case.timers.exclude(key__in=flow.timers).update(fires_at=None)


def _open_task(case: Case, flow: FlowDocument, order: TaskOrder, *, by: Actor, around: Around) -> None:
    due = None
    if order.after is not None:
        due = end_of_term(around.today, order.after, order.counts, rolls=flow.rolls, office=around.office)
    event = write(case, What.TASK_OPENED, {"task": order.key, "for": order.whose.value}, by=by, at=around.at)
    handler = case.handler_id if order.whose is For.HANDLER else None
    task = Task.objects.create(
        case=case,
        key=order.key,
        title=dict(order.title),
        resident_id=case.resident_id if order.whose is For.RESIDENT else None,
        person_id=handler,
        section_id=case.section_id if order.whose is not For.RESIDENT and handler is None else None,
        fields=list(order.fields),
        then=order.then,
        due_date=due,
        opened_seq=event.seq,
        opened_at=around.at,
    )
    announce(TaskOpened(case.pk, task.pk, order.whose is For.RESIDENT))


def _order_effects(case: Case, action: Action, seq: int, at: datetime) -> None:
    EffectRun.objects.bulk_create(
        EffectRun(
            case=case,
            seq=seq,
            effect=order.effect,
            once=effect_key(case, seq, f"{index}:{order.effect}"),
            settings=dict(order.settings),
            next_at=at,
        )
        for index, order in enumerate(action.effects)
    )


def effect_key(case: Case, seq: int, effect: str) -> str:
    """The key under which an effect happens once: of the case, the event and the effect, and of nothing else."""
    return hashlib.sha256(f"{case.key}:{seq}:{effect}".encode()).hexdigest()


def _keep(case: Case, flow: FlowDocument, source: str, today: date) -> None:
    """Close or open again the custody that was taken for this case alone."""
    if not case.owns_custody or case.custody is None:
        return
    was_end = flow.states[source].is_end
    if case.closed_on is not None:
        keeping.close(case.custody, today)
    elif was_end:
        keeping.reopen(case.custody)
