"""Pure decisions of the quota planner: what weighs how much, what may go, and when an account runs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, IntEnum

from todoke.base.clock import JAPAN, in_japan
from todoke.base.jobs.lanes import Lane
from todoke.shared.messaging.types import EditionKind, FrozenEdition
from todoke.shared.social.types import Window

SPANS = {Window.QUARTER: timedelta(minutes=15), Window.DAY: timedelta(hours=24)}
# How long an update of little weight waits for the next one, where an account becomes scarce.
GATHER = timedelta(minutes=10)
# 警戒レベル from which on a place must be left; below it, the weather service describes the weather.
VITAL_LEVEL = 3
# The pace is measured over this part of the window.
PACE_PARTS = 8
# Prepaid posts have no end of their window: what lasts so long is bought anew in good time.
PREPAID_LASTS = timedelta(days=14)


class Weight(IntEnum):
    """How much it matters that a post is seen now."""

    ORDINARY = 1
    NOTE = 2
    VITAL = 3


def weight_of(edition: FrozenEdition, lane: str) -> Weight:
    """What takes an earlier word back, and what lives depend on, is vital; weather notes of level 1 and 2 are not."""
    return weight(edition.kind, lane, edition.content.level)


def weight(kind: EditionKind, lane: str, level: int | None) -> Weight:
    """The same before there is an edition."""
    if kind in (EditionKind.CORRECTION, EditionKind.CANCEL):
        return Weight.VITAL
    if lane != Lane.EMERGENCY:
        return Weight.ORDINARY
    return Weight.NOTE if level is not None and level < VITAL_LEVEL else Weight.VITAL


@dataclass(frozen=True)
class Meter:
    """One quota at one instant: how much there is, how much was used and when (the oldest first)."""

    window: Window
    limit: int
    reserve_percent: int
    uses: tuple[datetime, ...]
    ends_at: datetime | None

    @property
    def used(self) -> int:
        """Posts in this window."""
        return len(self.uses)

    @property
    def left(self) -> int:
        """Posts that are left in all."""
        return max(0, self.limit - self.used)

    @property
    def reserve(self) -> int:
        """Posts that only the life-critical may use."""
        return -(-self.limit * self.reserve_percent // 100)

    @property
    def open(self) -> int:
        """Posts that are left for whatever else there is."""
        return max(0, self.left - self.reserve)

    def frees_at(self) -> datetime | None:
        """When the next post without weight may go: an old one leaves a rolling window, or the month ends."""
        span = SPANS.get(self.window)
        if span is None:
            return self.ends_at
        surplus = self.used - (self.limit - self.reserve) + 1
        return self.uses[min(surplus, self.used) - 1] + span if surplus > 0 and self.uses else None

    def runs_out_at(self, at: datetime) -> datetime | None:
        """When nothing is left at the present pace; None where it lasts to the end of the window."""
        if self.left == 0:
            return at
        recent = pace_span(self.window)
        lately = sum(use > at - recent for use in self.uses)
        if not lately:
            return None
        runs_out = at + recent / lately * self.left
        span = SPANS.get(self.window)
        # In a rolling window the old ones come free again: a pace that the window bears never runs out.
        if span is not None and lately * (span / recent) <= self.limit:
            return None
        ends_at = at + PREPAID_LASTS if self.window is Window.CREDITS else self.ends_at
        return None if ends_at is not None and runs_out >= ends_at else runs_out

    def is_scarce_at(self, at: datetime) -> bool:
        """Whether less than a quarter of the open part is left, or the present pace uses everything up."""
        whole = max(1, self.limit - self.reserve)
        return self.open * 4 < whole or self.runs_out_at(at) is not None


def pace_span(window: Window) -> timedelta:
    """Over which time the pace is measured."""
    return {
        Window.QUARTER: timedelta(minutes=5),
        Window.DAY: timedelta(hours=24) / PACE_PARTS,
        Window.MONTH: timedelta(days=4),
        Window.CREDITS: timedelta(days=7),
    }[window]


def window_at(window: Window, at: datetime, since: date | None) -> tuple[datetime, datetime | None]:
    """From when uses count, and when all of them are forgotten at once (None: never, or one by one)."""
    if window in SPANS:
        return at - SPANS[window], None
    if window is Window.CREDITS:
        first = since or in_japan(at).date()
        return datetime(first.year, first.month, first.day, tzinfo=JAPAN), None
    month = in_japan(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month, (month + timedelta(days=32)).replace(day=1)


class Decision(Enum):
    """What becomes of a post."""

    GO = "go"
    GATHER = "gather"
    WAIT = "wait"
    DROP = "drop"


@dataclass(frozen=True)
class Ruling:
    """A decision, the meter that it rests on, and until when it waits."""

    decision: Decision
    meter: Meter | None = None
    until: datetime | None = None


def judge(meters: Sequence[Meter], edition: FrozenEdition, lane: str, *, at: datetime, expires_at: datetime) -> Ruling:
    """Whether a post may go now. What is vital always may: the service itself has the last word on that.

    An update of little weight waits a while where an account becomes scarce; the ledger drops it for the next one, so
    that several become one. What would touch the reserve waits until something comes free, or is dropped where that
    would be too late.
    """
    if weight_of(edition, lane) is Weight.VITAL:
        return Ruling(Decision.GO)
    for meter in meters:
        if meter.open > 0:
            continue
        frees_at = meter.frees_at()
        if frees_at is None or frees_at >= expires_at:
            return Ruling(Decision.DROP, meter)
        return Ruling(Decision.WAIT, meter, max(frees_at, at + timedelta(seconds=1)))
    gathers_until = edition.sent_at + GATHER
    if edition.kind is EditionKind.UPDATE and at < gathers_until < expires_at:
        for meter in meters:
            if meter.is_scarce_at(at):
                return Ruling(Decision.GATHER, meter, gathers_until)
    return Ruling(Decision.GO)
