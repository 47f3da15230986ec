"""Beside the normal lane: writing down what has come to its end by itself.

What is over is kept out by its own end, whether or not this runs.
"""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.shared.unforeseen.actions import end_what_is_over

ENDING = Rounds("unforeseen.ending", Lane.NORMAL, lambda: end_what_is_over(at=now()), rest_seconds=30)
