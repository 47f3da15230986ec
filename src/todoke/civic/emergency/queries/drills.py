"""What a drill has come to: its steps, the desk's times, every channel, everybody who took part, what failed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Min, QuerySet

from todoke.civic.emergency.models import Draft, Drill, DrillStep
from todoke.civic.emergency.queries.participants import participation
from todoke.civic.emergency.rules.drills import moment_of
from todoke.civic.emergency.rules.rights import DRILL, READ
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import DeliveryState, Reach

FAILED = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.CONFIRMED)
FAILURES_MAX = 200


@dataclass(frozen=True)
class Sent:
    """One delivery of an edition of the drill, as the report counts it."""

    edition: int
    released_at: datetime
    channel: str
    destination: str
    reach: str
    state: str
    reason: str
    first_attempt: datetime | None
    settled_at: datetime | None

    def as_failure(self) -> dict[str, str]:
        """Who did not get it, and why."""
        return {
            "destination": self.destination,
            "channel": self.channel,
            "state": str(DeliveryState(self.state).label),
            "reason": self.reason,
        }


def drills_for(viewer: Viewer) -> QuerySet[Drill]:
    """The drills that this viewer may see."""
    drills = Drill.objects.select_related("scenario", "started_by", "ended_by", "incident")
    return drills if viewer.may(READ) or viewer.may(DRILL) else drills.none()


def report_of(drill: Drill, *, at: datetime) -> dict[str, Any]:
    """The report as it stands at this moment; all times in seconds. Names are those of staff who took part."""
    drafts = list(
        Draft.objects.filter(incident=drill.incident, created_at__gte=drill.started_at, created_at__lte=at)
        .select_related("prepared_from", "edition", "submitted_by", "approved_by", "last_editor")
        .order_by("created_at", "pk")
    )
    deliveries = _sent([draft.edition_id for draft in drafts if draft.edition_id])
    steps = list(drill.steps.order_by("number"))
    acts = _acts(drafts, deliveries, steps)
    return {
        "made_at": at.isoformat(),
        "seconds": (at - drill.started_at - drill.rested).total_seconds(),
        "steps": [_step(drill, step) for step in steps],
        "drafts": acts,
        "channels": _channels(deliveries),
        "people": _people(drafts),
        "participants": participation(drill),
        "failures": [one.as_failure() for one in deliveries if one.state in FAILED][:FAILURES_MAX],
        "expects": [_expected(drill, wanted, steps, drafts, deliveries) for wanted in drill.expects],
        "deliveries": len(deliveries),
        "waiting": sum(one.state not in (*ARRIVED, *FAILED, DeliveryState.WITHDRAWN) for one in deliveries),
        # Always nobody: the ledger refuses it. Said all the same, because everybody asks.
        "to_the_public": sum(one.reach == Reach.PUBLIC for one in deliveries),
    }


def _sent(editions: list[int]) -> list[Sent]:
    found = Delivery.objects.filter(edition__in=editions).annotate(first_attempt=Min("attempts__started_at"))
    columns = (
        *("edition", "edition__released_at", "channel", "destination__name", "reach", "state", "reason"),
        *("first_attempt", "settled_at"),
    )
    return [Sent(*row) for row in found.order_by("channel", "pk").values_list(*columns)]


def _step(drill: Drill, step: DrillStep) -> dict[str, Any]:
    due_at = moment_of(drill.started_at, drill.speed, timedelta(0), step.after)
    return {
        "number": step.number,
        "minute": step.minute,
        "what": step.says or step.file_name,
        "is_telegram": bool(step.content),
        "came_in": _seconds(drill.started_at, step.done_at),
        "late": _seconds(due_at + drill.rested, step.done_at),
        "trouble": step.trouble,
    }


def _acts(drafts: Iterable[Draft], deliveries: Iterable[Sent], steps: Iterable[DrillStep]) -> list[dict[str, Any]]:
    by_edition: dict[int, list[Sent]] = {}
    for delivery in deliveries:
        by_edition.setdefault(delivery.edition, []).append(delivery)
    by_telegram: dict[int, DrillStep] = {step.telegram_id: step for step in steps if step.telegram_id}
    told = []
    for draft in drafts:
        mine = by_edition.get(draft.edition_id or 0, [])
        step = by_telegram.get(draft.prepared_from_id or 0)
        released_at = draft.edition.released_at if draft.edition else None
        begun_at = step.done_at if step else draft.created_at
        told.append(
            {
                "title": draft.title,
                "kind": str(draft.get_kind_display()),
                "step": step.number if step else None,
                "state": str(draft.get_state_display()),
                "prepared": _seconds(begun_at, draft.created_at),
                "submitted": _seconds(draft.created_at, draft.submitted_at),
                "released": _seconds(draft.submitted_at or draft.created_at, released_at),
                "attempted": _seconds(released_at, min(_known(one.first_attempt for one in mine), default=None)),
                "arrived": _seconds(released_at, max(_known(one.settled_at for one in mine), default=None)),
                "alone": draft.break_glass,
            }
        )
    return told


def _channels(deliveries: Iterable[Sent]) -> list[dict[str, Any]]:
    found: dict[str, list[Sent]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.channel, []).append(delivery)
    return [_channel(key, mine) for key, mine in found.items()]


def _channel(key: str, deliveries: list[Sent]) -> dict[str, Any]:
    channel = channels.find(key)
    firsts = [(one.first_attempt - one.released_at).total_seconds() for one in deliveries if one.first_attempt]
    return {
        "channel": str(channel.facts.name) if channel else key,
        "destinations": len(deliveries),
        "arrived": sum(delivery.state in ARRIVED for delivery in deliveries),
        "failed": sum(delivery.state in FAILED for delivery in deliveries),
        "first_median": round(median(firsts), 2) if firsts else None,
        "first_longest": round(max(firsts), 2) if firsts else None,
    }


def _people(drafts: Iterable[Draft]) -> list[dict[str, Any]]:
    written: dict[str, list[float]] = {}
    decided: dict[str, list[float]] = {}
    for draft in drafts:
        if draft.submitted_by and draft.submitted_at:
            took = (draft.submitted_at - draft.created_at).total_seconds()
            written.setdefault(draft.submitted_by.name, []).append(took)
        if draft.approved_by and draft.approved_at and draft.submitted_at:
            took = (draft.approved_at - draft.submitted_at).total_seconds()
            decided.setdefault(draft.approved_by.name, []).append(took)
    return [
        {"name": name, **_sum("written", written.get(name, [])), **_sum("decided", decided.get(name, []))}
        for name in sorted({*written, *decided})
    ]


def _sum(what: str, seconds: list[float]) -> dict[str, Any]:
    return {what: len(seconds), f"{what}_median": round(median(seconds), 1) if seconds else None}


def _expected(
    drill: Drill,
    wanted: Mapping[str, Any],
    steps: Sequence[DrillStep],
    drafts: Sequence[Draft],
    deliveries: Sequence[Sent],
) -> dict[str, Any]:
    """Whether, and how long after the step, it came to what was expected: by the drill's own clock, in seconds."""
    step = steps[wanted["after"] - 1]
    took = None
    if step.done_at is not None:
        moments = _known(_moments(wanted["what"], drafts, deliveries))
        came_at = min((moment for moment in moments if moment >= step.done_at), default=None)
        took = None if came_at is None else (came_at - step.done_at).total_seconds() * drill.speed
    return {**wanted, "took": took, "met": took is not None and took <= wanted["within"] * 60}


def _moments(what: str, drafts: Sequence[Draft], deliveries: Sequence[Sent]) -> Sequence[datetime | None]:
    if what == "prepared":
        return [draft.created_at for draft in drafts]
    if what == "submitted":
        return [draft.submitted_at for draft in drafts]
    if what == "released":
        return [draft.edition.released_at for draft in drafts if draft.edition]
    if what == "attempted":
        return [delivery.first_attempt for delivery in deliveries]
    # An edition has arrived when its last delivery has.
    by_edition: dict[int, list[Sent]] = {}
    for delivery in deliveries:
        by_edition.setdefault(delivery.edition, []).append(delivery)
    whole = [mine for mine in by_edition.values() if all(one.state in ARRIVED for one in mine)]
    return [max(_known(one.settled_at for one in mine), default=None) for mine in whole]


def _known(moments: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return None if begin is None or end is None else round((end - begin).total_seconds(), 1)
