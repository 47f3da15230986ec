"""The companion that plays drills: beside the emergency lane, on any number of hosts. Rows say what has been done."""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.civic.emergency.actions.drills import play


def go_round() -> None:
    """Play what is due."""
    play(at=now())


PLAYER = Rounds("emergency.drills", Lane.EMERGENCY, go_round, rest_seconds=1)
