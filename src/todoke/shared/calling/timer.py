"""The clock of the rounds: beside the emergency lane's jobs, on every host that works it. Rows say what is due."""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.shared.calling.actions import advance


def go_round() -> None:
    """Move whatever is due."""
    advance(at=now())


TIMER = Rounds("calling.timer", Lane.EMERGENCY, go_round, rest_seconds=2)
