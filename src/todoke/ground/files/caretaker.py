"""Once an hour, beside the bulk lane: what waits in quarantine is scanned, documents whose time is over are let go."""

import logging

from todoke.base.backup.setbacks import open_setbacks
from todoke.base.clock import in_japan, now
from todoke.base.jobs import Lane
from todoke.base.rounds.going import Rounds
from todoke.ground.files.actions import purge_due, scan_again

log = logging.getLogger("todoke.files")


def go_round() -> None:
    """Ask the scanner about what waits in quarantine, then let go of what is due now.

    A database that has gone back in time does not know the bytes that came after it: until a person has looked
    (`todoke resume`), nothing is let go, or the files of the lost hours would be lost with their rows.
    """
    if freed := scan_again():
        log.info("files.left-quarantine", extra={"documents": freed})
    if open_setbacks():
        log.warning("files.nothing-purged", extra={"why": "the database has gone back in time"})
    elif purged := purge_due(in_japan(now()).date()):
        log.info("files.purged", extra={"documents": purged})


CARETAKER = Rounds("files.caretaker", Lane.BULK, go_round, rest_seconds=3600)
