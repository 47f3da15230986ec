"""News that paperwork publishes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ResponseArrived:
    """A response was handed in: for the first time (`revision` 1), or corrected."""

    response_id: int
    revision: int
    arrived_at: datetime


@dataclass(frozen=True)
class ResponseWithdrawn:
    """Somebody has taken back what they had handed in."""

    response_id: int
    withdrawn_at: datetime
