"""The desk's four questions: what is happening, what have we said, did it arrive, what must I do now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from todoke.civic.emergency.models import Draft, DraftState, Incident, Telegram
from todoke.civic.emergency.queries.drafts import live_drafts, reviews_open
from todoke.civic.emergency.queries.hazards import HazardHere, hazards_here
from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.notices import LIFTED, Hazard
from todoke.civic.emergency.rules.preparing import gravity, official_word
from todoke.civic.emergency.rules.rights import APPROVE, DRAFT, MESSAGE_KIND, READ, REVIEW_MINUTES
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Delivery, Edition, FollowUp
from todoke.shared.messaging.queries import (
    Progress,
    deliveries_of,
    editions_in_force,
    open_follow_ups,
    progress_of,
)
from todoke.shared.messaging.types import Mode

TIME_LINE = timedelta(hours=48)
TIME_LINE_MAX = 30
EDITIONS_MAX = 4
ENDS_SOON = timedelta(hours=1)


class Act(StrEnum):
    """What the officer should do next, the most urgent first."""

    REVIEW = "review"
    APPROVE = "approve"
    RETURNED = "returned"
    NEWER = "newer"
    PREPARED = "prepared"
    FOLLOW_UPS = "follow-ups"
    ENDS_SOON = "ends-soon"
    NOTHING = "nothing"


@dataclass(frozen=True)
class NextAct:
    """The one next act, and what it is about; `overdue` where it should have been done already."""

    act: Act
    draft: Draft | None = None
    edition: Edition | None = None
    number: int = 0
    overdue: bool = False


@dataclass(frozen=True)
class Said:
    """One message in force: its latest edition, the areas for which it stands, and how far it has come."""

    edition: Edition
    areas: tuple[AreaLevel, ...]
    progress: Progress | None
    ends_soon: bool


@dataclass(frozen=True)
class Moment:
    """One line of the time line: a telegram that came in, or an edition that went out."""

    at: datetime
    telegram: Telegram | None = None
    edition: Edition | None = None


@dataclass(frozen=True)
class AreaNow:
    """One area: what the weather service has in force there, and what the city has said there."""

    key: str
    name: str
    order: tuple[int, str]
    warned: AreaLevel | None = None
    warnings: tuple[str, ...] = ()
    said: AreaLevel | None = None
    stale: bool = False

    @property
    def is_untold(self) -> bool:
        """Whether the weather service warns of more than the city has passed on or ordered there."""
        return self.warned is not None and ((self.said is None) or (self.warned.level or 0) > (self.said.level or 0))


@dataclass(frozen=True)
class Board:
    """Everything the desk shows at one glance, for one mode."""

    mode: Mode
    at: datetime
    incidents: tuple[Incident, ...]
    areas: tuple[AreaNow, ...]
    hazards: tuple[HazardHere, ...]
    said: tuple[Said, ...]
    newest: Edition | None
    deliveries: tuple[Delivery, ...]
    progress: dict[int, Progress]
    moments: tuple[Moment, ...]
    drafts: tuple[Draft, ...]
    reviews: tuple[Draft, ...]
    follow_ups: int
    next_act: NextAct
    elsewhere: dict[Mode, int] = field(default_factory=dict)


def board_for(viewer: Viewer, mode: Mode, at: datetime) -> Board | None:
    """The desk of one mode; None for who may not see it. The number of queries does not grow with what it shows."""
    if not viewer.may(READ):
        return None
    hazards = tuple(hazards_here(at, mode))
    editions = _editions_in_force(mode, at)
    recent = list(
        Edition.objects.filter(mode=mode, message__kind=MESSAGE_KIND, sent_at__gte=at - TIME_LINE)
        .select_related("message", "author", "approver")
        .order_by("-sent_at", "-pk")[:TIME_LINE_MAX]
    )
    progress = progress_of(viewer, [edition.pk for edition in {*editions, *recent}])
    said = tuple(
        Said(edition, _standing(edition), progress.get(edition.pk), edition.expires_at - at < ENDS_SOON)
        for edition in editions
    )
    drafts = tuple(live_drafts(viewer, mode))
    reviews = tuple(reviews_open(viewer, mode))
    follow_ups = open_follow_ups(viewer, mode=mode).filter(delivery__message__kind=MESSAGE_KIND).count()
    newest = recent[0] if recent else None
    return Board(
        mode=mode,
        at=at,
        incidents=tuple(Incident.objects.filter(mode=mode, closed_at=None)),
        areas=tuple(_areas_now(hazards, said)),
        hazards=hazards,
        said=said,
        newest=newest,
        deliveries=tuple(deliveries_of(viewer, newest.pk)) if newest else (),
        progress=progress,
        moments=tuple(_moments(recent, at)),
        drafts=drafts,
        reviews=reviews,
        follow_ups=follow_ups,
        next_act=next_act(viewer, drafts=drafts, reviews=reviews, follow_ups=follow_ups, said=said, at=at),
        elsewhere=_elsewhere(mode),
    )


def next_act(
    viewer: Viewer,
    *,
    drafts: Iterable[Draft],
    reviews: Iterable[Draft],
    follow_ups: int,
    said: Iterable[Said],
    at: datetime,
) -> NextAct:
    """The one thing this person should do now: what somebody else must do is left to them."""
    drafts, said = list(drafts), list(said)
    tasks = chain(
        _to_review(viewer, reviews, at),
        _to_approve(viewer, drafts),
        _to_write(viewer, drafts),
        [NextAct(Act.FOLLOW_UPS, number=follow_ups)] if follow_ups else [],
        [NextAct(Act.ENDS_SOON, edition=one.edition) for one in said if one.ends_soon and viewer.may(DRAFT)],
    )
    return next(tasks, NextAct(Act.NOTHING))


def _to_review(viewer: Viewer, reviews: Iterable[Draft], at: datetime) -> Iterator[NextAct]:
    for draft in reviews:
        if viewer.may(APPROVE) and draft.submitted_by_id != viewer.account_id:
            yield NextAct(Act.REVIEW, draft, overdue=review_is_overdue(draft, at))


def _to_approve(viewer: Viewer, drafts: Iterable[Draft]) -> Iterator[NextAct]:
    for draft in sorted(drafts, key=_urgency, reverse=True):
        is_mine = viewer.account_id in (draft.submitted_by_id, draft.last_editor_id)
        if draft.state == DraftState.SUBMITTED and viewer.may(APPROVE) and not is_mine:
            yield NextAct(Act.APPROVE, draft)


def _to_write(viewer: Viewer, drafts: Iterable[Draft]) -> Iterator[NextAct]:
    if not viewer.may(DRAFT):
        return
    by_urgency = sorted(drafts, key=_urgency, reverse=True)
    returned = [draft for draft in by_urgency if draft.state == DraftState.RETURNED]
    yield from (NextAct(Act.RETURNED, draft) for draft in returned if draft.submitted_by_id == viewer.account_id)
    yield from (NextAct(Act.NEWER, draft) for draft in by_urgency if draft.newer_telegram_id is not None)
    yield from (NextAct(Act.PREPARED, draft) for draft in by_urgency if draft.state == DraftState.PREPARED)
    yield from (NextAct(Act.PREPARED, draft) for draft in returned)


def _urgency(draft: Draft) -> tuple[bool, int, bool]:
    """What is wrong and out comes first, then the gravest; a tsunami has no level and waits for nothing."""
    rows = list(draft.areas.all())
    stands = any(row.notice != LIFTED for row in rows)
    level = max((row.level or 0 for row in rows), default=0)
    return draft.takes_back, 6 if draft.hazard == Hazard.TSUNAMI and stands else level, not draft.is_touched


def review_is_overdue(draft: Draft, at: datetime) -> bool:
    """Whether the half hour within which somebody else must look has passed."""
    return draft.submitted_at is not None and at - draft.submitted_at > timedelta(minutes=REVIEW_MINUTES)


def _editions_in_force(mode: Mode, at: datetime) -> list[Edition]:
    frozen = [
        edition
        for edition in editions_in_force(mode, at, kind=MESSAGE_KIND)
        if edition.content.facts.get("lifted") != "yes"
    ]
    rows = {
        edition.identifier: edition
        for edition in Edition.objects.filter(identifier__in=[edition.identifier for edition in frozen]).select_related(
            "message"
        )
    }
    return [rows[edition.identifier] for edition in frozen]


def _standing(edition: Edition) -> tuple[AreaLevel, ...]:
    levels = (AreaLevel(area["key"], area["name"], area["level"], area["notice"]) for area in edition.content["areas"])
    return tuple(area for area in levels if not area.is_lifted)


def _areas_now(hazards: Iterable[HazardHere], said: Iterable[Said]) -> list[AreaNow]:
    now: dict[str, dict[str, object]] = {}
    warned: dict[str, AreaLevel] = {}
    names: dict[str, list[str]] = {}
    stale: set[str] = set()
    orders: dict[str, tuple[int, str]] = {}
    for hazard in hazards:
        warning = hazard.warning
        word = official_word(warning.name)
        for area in hazard.areas:
            orders[area.key] = (area.order, area.key)
            now.setdefault(area.key, {"name": area.name})
            names.setdefault(area.key, []).append(warning.name)
            if hazard.stale:
                stale.add(area.key)
                continue
            best = warned.get(area.key)
            if best is None or gravity(warning.level, word) > gravity(best.level, best.notice):
                warned[area.key] = AreaLevel(area.key, area.name, warning.level, word)
    told: dict[str, AreaLevel] = {}
    for one in said:
        for place in one.areas:
            now.setdefault(place.key, {"name": place.name})
            best = told.get(place.key)
            if best is None or gravity(place.level, place.notice) > gravity(best.level, best.notice):
                told[place.key] = place
    rows = [
        AreaNow(
            key,
            str(facts["name"]),
            orders.get(key, (10**6, key)),
            warned.get(key),
            tuple(dict.fromkeys(names.get(key, []))),
            told.get(key),
            key in stale and key not in warned,
        )
        for key, facts in now.items()
    ]
    return sorted(
        rows,
        key=lambda row: (
            -max((row.warned.level or 0) if row.warned else 0, (row.said.level or 0) if row.said else 0),
            row.order,
        ),
    )


def _moments(editions: Iterable[Edition], at: datetime) -> list[Moment]:
    telegrams = Telegram.objects.filter(received_at__gte=at - TIME_LINE).exclude(standing=Telegram.Standing.DUPLICATE)[
        :TIME_LINE_MAX
    ]
    moments = [Moment(telegram.received_at, telegram=telegram) for telegram in telegrams]
    moments += [Moment(edition.released_at, edition=edition) for edition in editions]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:TIME_LINE_MAX]


def _elsewhere(mode: Mode) -> dict[Mode, int]:
    """How many drafts are alive in the other modes: a drill must not hide the real thing, nor the other way round."""
    counts: dict[Mode, int] = {}
    live = (DraftState.PREPARED, DraftState.SUBMITTED, DraftState.RETURNED)
    for other in Draft.objects.filter(state__in=live).exclude(mode=mode).values_list("mode", flat=True):
        counts[Mode(other)] = counts.get(Mode(other), 0) + 1
    for other in Incident.objects.filter(closed_at=None).exclude(mode=mode).values_list("mode", flat=True):
        counts.setdefault(Mode(other), 0)
    return counts


def follow_ups_of(edition: Edition) -> dict[int, FollowUp]:
    """What of this edition waits for a person, by delivery."""
    return {found.delivery_id: found for found in FollowUp.objects.filter(delivery__edition=edition, closed_at=None)}
