"""Beside the bulk lane: forgetting whom and what the rules no longer keep, and working through lists.

Several may be at work: whatever they do twice changes nothing.
"""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.shared.subscriptions.actions.imports import drop_forgotten, step
from todoke.shared.subscriptions.actions.leaving import BATCH, tidy
from todoke.shared.subscriptions.actions.milestones import release_due


def go_round() -> bool:
    """Who left a month ago is forgotten, what nobody confirmed, lists that nobody took in.

    And what is due for this month's children is sent. True when more people wait to be forgotten.
    """
    if tidy(at=now()) == BATCH:
        return True
    drop_forgotten(at=now())
    release_due(at=now())
    return False


CARETAKER = Rounds("subscriptions.caretaker", Lane.BULK, go_round, rest_seconds=3600)
# Looks lists through and takes them in, a piece at a time.
IMPORTER = Rounds("subscriptions.importer", Lane.BULK, lambda: step(at=now()), rest_seconds=2)
