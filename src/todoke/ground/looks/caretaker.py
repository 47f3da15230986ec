"""Once a day, beside the bulk lane: looks whose years are over go."""

import logging

from django.conf import settings

from todoke.base.clock import in_japan, now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.ground.looks.actions import expire
from todoke.ground.looks.rules import kept_since

log = logging.getLogger("todoke.looks")


def go_round() -> None:
    """Let go of what is over; a second time there is nothing left to do."""
    gone = expire(kept_since(in_japan(now()).date(), settings.LOOKS_YEARS))
    if gone:
        log.info("looks.expired", extra={"looks": gone})


CARETAKER = Rounds("looks.caretaker", Lane.BULK, go_round, rest_seconds=86_400, waits_for_people=True)
