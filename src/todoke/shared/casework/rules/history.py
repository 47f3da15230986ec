"""The history of a case, and what it comes to. The events are the truth; the columns of the case are what they say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from todoke.base.calendar import Stop


class What(StrEnum):
    """Kinds of events."""

    OPENED = "opened"
    MOVED = "moved"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    FLOW_CHANGED = "flow-changed"
    TASK_OPENED = "task-opened"
    TASK_DONE = "task-done"
    TASK_WITHDRAWN = "task-withdrawn"
    MESSAGE = "message"
    TIMER_PASSED = "timer-passed"


class Event(Protocol):
    """One event, as far as rebuilding needs it."""

    @property
    def seq(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def payload(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Standing:
    """Where a case stands. `revision` counts what changed the acts that are possible; `seq` counts everything."""

    seq: int = 0
    revision: int = 0
    state: str = ""
    section_id: int = 0
    handler_id: int | None = None
    flow_version_id: int = 0
    stops: tuple[Stop, ...] = ()
    due_date: date | None = None
    outcome: str = ""
    closed_on: date | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether the clock stands still."""
        return bool(self.stops) and self.stops[-1].ended is None


class BrokenHistory(ValueError):
    """The numbers of the events have a gap, or an event is of no kind that is known: the record was tampered with."""


def rebuilt(events: Iterable[Event]) -> Standing:
    """The standing to which these events lead, in their order; raises BrokenHistory."""
    standing = Standing()
    for event in events:
        standing = after(standing, event)
    return standing


def after(standing: Standing, event: Event) -> Standing:
    """The standing after one more event; raises BrokenHistory."""
    if event.seq != standing.seq + 1:
        raise BrokenHistory(f"event {event.seq} follows event {standing.seq}")
    payload = event.payload
    standing = replace(standing, seq=event.seq)
    match event.kind:
        case What.OPENED:
            standing = replace(
                standing,
                section_id=payload["section"],
                flow_version_id=payload["flow_version"],
            )
            return _stands(standing, payload)
        case What.MOVED:
            return _stands(standing, payload)
        case What.FLOW_CHANGED:
            return _stands(replace(standing, flow_version_id=payload["flow_version"]), payload)
        case What.ASSIGNED:
            return replace(standing, handler_id=payload["handler"])
        case What.TRANSFERRED:
            return replace(
                standing, section_id=payload["section"], handler_id=payload["handler"], revision=payload["revision"]
            )
        case _ if event.kind in set(What):
            return standing
    raise BrokenHistory(f"event {event.seq} is of no known kind: {event.kind}")


def _stands(standing: Standing, payload: Mapping[str, Any]) -> Standing:
    return replace(
        standing,
        revision=payload["revision"],
        state=payload["state"],
        stops=stops_in(payload["stops"]),
        due_date=_day(payload["due"]),
        outcome=payload["outcome"],
        closed_on=_day(payload["closed_on"]),
    )


def stops_in(rows: Iterable[Iterable[str | None]]) -> tuple[Stop, ...]:
    """Stops as JSON has them."""
    return tuple(Stop(date.fromisoformat(began or ""), _day(ended)) for began, ended in rows)


def stop_rows(stops: Iterable[Stop]) -> list[list[str | None]]:
    """Stops for JSON."""
    return [[stop.began.isoformat(), stop.ended.isoformat() if stop.ended else None] for stop in stops]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
