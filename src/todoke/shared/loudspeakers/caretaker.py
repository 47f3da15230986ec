"""Once an hour, beside the bulk lane: recordings that nobody needs any more are deleted."""

import logging

from django.conf import settings

from todoke.base.clock import now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.shared.loudspeakers.actions.pruning import prune_sounds

log = logging.getLogger("todoke.loudspeakers")


def go_round() -> None:
    """Delete what is due now. Several hosts may be at work, each in its own folder or all in one."""
    gone = prune_sounds(settings.LOUDSPEAKER_ROOT, at=now())
    if gone:
        log.info("loudspeakers.sounds-pruned", extra={"sounds": gone})


CARETAKER = Rounds("loudspeakers.caretaker", Lane.BULK, go_round, rest_seconds=3600)
