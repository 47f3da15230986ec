"""Pure decisions of the ledger: which moves are allowed, when to try again, which key a delivery has."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from todoke.shared.messaging.types import DeliveryState as State

# From each state to those that may follow. The same table stands in the database (trigger delivery_moves_as_allowed).
MOVES: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.LEASED, State.WITHDRAWN, State.EXPIRED}),
    # Nothing has left yet: a lease that lapses goes back, a later edition withdraws it, an unfit text fails it.
    State.LEASED: frozenset({State.HANDED_OVER, State.PLANNED, State.WITHDRAWN, State.EXPIRED, State.FAILED}),
    # From here on something may have left: it can no longer be withdrawn, only followed.
    State.HANDED_OVER: frozenset(
        {State.ACCEPTED, State.CONFIRMED, State.PLANNED, State.FAILED, State.EXPIRED, State.UNKNOWN, State.WITHDRAWN}
    ),
    State.ACCEPTED: frozenset({State.CONFIRMED, State.FAILED}),
    # A person decides what the programme cannot know: send again, or done by hand.
    State.UNKNOWN: frozenset({State.PLANNED, State.ACCEPTED, State.CONFIRMED, State.FAILED}),
    State.FAILED: frozenset({State.PLANNED, State.CONFIRMED}),
    State.EXPIRED: frozenset({State.CONFIRMED}),
    State.CONFIRMED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

SETTLED = frozenset({State.ACCEPTED, State.CONFIRMED, State.FAILED, State.WITHDRAWN, State.EXPIRED, State.UNKNOWN})

# Seconds from one try to the next; the last step repeats until the delivery expires.
LADDER = (0, 5, 15, 30, 60, 120, 300)
JITTER = 0.1


def may_move(source: State, target: State) -> bool:
    """Whether a delivery may go from one state to another."""
    return target in MOVES[source]


def next_try_at(now: datetime, attempts_made: int, *, chance: float, asked_seconds: float | None = None) -> datetime:
    """When to try again after `attempts_made` tries (1 or more).

    `chance` in [0, 1) spreads the tries by ±10 %, so that a recovering service is not met by all at once.
    `asked_seconds` is what the other side asked for (Retry-After); the longer of the two counts, at most an hour.
    """
    step = LADDER[min(attempts_made, len(LADDER) - 1)]
    spread = 1 + JITTER * (2 * chance - 1)
    return now + timedelta(seconds=max(step * spread, min(asked_seconds or 0, 3600)))


def delivery_key(identifier: str, destination_key: str, part: int = 1) -> str:
    """The key of a delivery: the same for every try, another one for every edition, destination and part.

    A UUID (version 5 layout over SHA-256), since LINE's X-Line-Retry-Key takes nothing else.
    """
    named = "\x1f".join((identifier, destination_key, str(part)))
    return str(uuid.UUID(bytes=hashlib.sha256(named.encode()).digest()[:16], version=5))
