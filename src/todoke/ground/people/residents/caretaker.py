"""Beside the bulk lane, once an hour: facts that have expired, and sign-in letters that no brake counts any more."""

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.ground.people.residents.facts import forget_expired
from todoke.ground.people.residents.letters import forget_letters


def go_round() -> None:
    """Forget what has served its purpose."""
    forget_letters(at=now())
    forget_expired(at=now())


CARETAKER = Rounds("people.caretaker", Lane.BULK, go_round, rest_seconds=3600)
