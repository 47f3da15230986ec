"""Beside the normal lane: timers whose time has come, and effects that were ordered."""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.shared.casework.actions.effecting import run_due
from todoke.shared.casework.actions.firing import BATCH, fire_due


def go_round() -> bool:
    """One turn; whether there was so much to do that the next one follows at once."""
    fired = fire_due(at=now())
    return run_due(clock=now) + fired >= BATCH


CLOCKWORK = Rounds("casework.clockwork", Lane.NORMAL, go_round, rest_seconds=5, waits_for_people=True)
