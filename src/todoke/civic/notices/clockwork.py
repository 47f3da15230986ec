"""The companion that releases notices at their time."""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.civic.notices.actions.scheduling import release_due


def go_round() -> None:
    """Release the notices whose time has come."""
    release_due(at=now())


CLOCKWORK = Rounds("notices.clockwork", Lane.NORMAL, go_round, rest_seconds=5)
