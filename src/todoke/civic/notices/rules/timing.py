"""When a notice may go out, and until when it holds."""

from datetime import datetime, timedelta
from enum import Enum

# A schedule that was missed by more than this is a person's question, not the programme's: after a long outage, or in a
# restored backup, what was right to say then may be wrong to say now.
LATE_MAX = timedelta(hours=3)

VALID_DAYS = 30
VALID_DAYS_MAX = 366
AHEAD_DAYS_MAX = 180


class Turn(Enum):
    """What is to be done with a schedule at a moment."""

    WAIT = "wait"
    SEND = "send"
    ASK = "ask"


def turn_of(send_at: datetime, at: datetime) -> Turn:
    """Wait, send, or ask a person because its time passed more than three hours ago."""
    if at < send_at:
        return Turn.WAIT
    return Turn.SEND if at - send_at <= LATE_MAX else Turn.ASK


def end_is_sensible(expires_at: datetime, *, from_at: datetime) -> bool:
    """Whether it ends after it begins, and within a year."""
    return from_at < expires_at <= from_at + timedelta(days=VALID_DAYS_MAX)


def schedule_is_sensible(send_at: datetime, at: datetime) -> bool:
    """Whether it lies ahead, and near enough that somebody will remember it."""
    return at < send_at <= at + timedelta(days=AHEAD_DAYS_MAX)
