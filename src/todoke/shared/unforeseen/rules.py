"""Pure decisions: how long an addition lasts, and what its address becomes in a drill."""

from datetime import datetime, timedelta

from todoke.shared.messaging.channels.routes import SIMULATOR_MARK, bare, is_simulated
from todoke.shared.messaging.types import Mode, Reach

LASTS = timedelta(hours=72)
LASTS_MAX = timedelta(days=30)


def fits(ends_at: datetime, at: datetime) -> bool:
    """Whether this is an end that somebody can have meant: after now, and within a month."""
    return at < ends_at <= at + LASTS_MAX


def address_in(mode: Mode, typed: str) -> str:
    """The address as it is stored: in a drill it belongs to the simulator for good, whatever was typed."""
    address = typed.strip()
    return SIMULATOR_MARK + bare(address) if mode.is_drill else address


def reach_in(mode: Mode) -> Reach:
    """Whom an addition reaches at most."""
    return Reach.SIMULATOR if mode.is_drill else Reach.PUBLIC


def is_played(address: str) -> bool:
    """Whether a typed address would reach nobody in earnest."""
    return is_simulated(address.strip())
