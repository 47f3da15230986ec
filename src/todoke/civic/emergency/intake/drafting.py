"""Where intake hands over to drafting."""

import logging

from todoke.civic.emergency.queries.telegrams import telegrams_waiting

log = logging.getLogger(__name__)


def prepared() -> int:
    """Called after every telegram that was taken in, and every few seconds: how many telegrams wait for a draft."""
    waiting = len(telegrams_waiting())
    if waiting:
        log.info("telegrams_waiting_for_a_draft", extra={"telegrams": waiting})
    return waiting
