"""Fetching what came back: from the mailbox, or from the simulated mail server's folder."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections

from todoke.base.clock import now
from todoke.base.jobs.lanes import Lane
from todoke.shared.messaging.actions.bounces import Taken, take_in
from todoke.shared.messaging.bounces.mailbox import Mailbox, MailboxAddress, MailboxTrouble
from todoke.shared.messaging.bounces.reading import READ_BYTES_MAX
from todoke.shared.messaging.simulators.simulator import returned_folder

log = logging.getLogger(__name__)

MAILBOX_SECONDS = 60.0
FOLDER_SECONDS = 2.0
VISIT_SECONDS = 50.0
AT_ONCE_MAX = 1000
# Any number, the same on all hosts: whoever holds this advisory lock reads.
READER = 0x626F756E6365
# The database is away: whatever is in hand comes again.
AWAY = (OperationalError, InterfaceError)


class BounceReader:
    """Beside the normal lane: fetches what came back, at most once a minute; one host at a time."""

    key = "messaging.bounce-reader"
    lanes = frozenset({Lane.NORMAL.value})

    def run(self, lane: str, stop: threading.Event) -> None:  # noqa: ARG002 - there is one lane
        """Fetch until told to stop. A visit that hangs ends with its deadline."""
        while not stop.is_set():
            is_more = fetch_once(stop)
            connections.close_all()
            if not is_more:
                stop.wait(FOLDER_SECONDS if settings.SIMULATORS else MAILBOX_SECONDS)


def fetch_once(stop: threading.Event) -> bool:
    """Fetch what is there; whether there may be more at once."""
    if not settings.SIMULATORS and not settings.BOUNCE_MAILBOX:
        return False
    try:
        with _alone() as is_alone:
            if not is_alone:
                return False
            if settings.SIMULATORS:
                return collect_folder(returned_folder(settings.SIMULATOR_ROOT), stop) >= AT_ONCE_MAX
            return collect_mailbox(MailboxAddress.from_address(settings.BOUNCE_MAILBOX), stop) >= AT_ONCE_MAX
    except AWAY as trouble:
        log.warning("bounces_wait_for_the_database", extra={"error": type(trouble).__name__})
    except MailboxTrouble as trouble:
        log.warning("bounce_mailbox_away", extra={"says": str(trouble)})
    return False


def collect_mailbox(address: MailboxAddress, stop: threading.Event, *, seconds: float = VISIT_SECONDS) -> int:
    """Take in the mailbox's mails; how many were dealt with.

    A mail is removed only after what it says is written. One that nobody understands, or over which we stumble, is set
    aside and stops no other. Raises MailboxTrouble, and what the database raises while it is away.
    """
    seen = 0
    with Mailbox(address, seconds=seconds) as mailbox:
        for uid in mailbox.waiting()[:AT_ONCE_MAX]:
            if stop.is_set():
                break
            raw = mailbox.fetch(uid)
            if raw is not None:
                if _is_understood(raw):
                    mailbox.done(uid)
                else:
                    mailbox.set_aside(uid)
                seen += 1
    return seen


def collect_folder(folder: Path, stop: threading.Event) -> int:
    """Take in the folder's files (`*.eml`) in the same way; how many. What is set aside ends in `.unread`."""
    seen = 0
    for path in sorted(folder.glob("*.eml"))[:AT_ONCE_MAX]:
        if stop.is_set():
            break
        with path.open("rb") as file:
            raw = file.read(READ_BYTES_MAX)
        if _is_understood(raw):
            path.unlink()
        else:
            path.rename(path.with_suffix(".unread"))
        seen += 1
    return seen


def _is_understood(raw: bytes) -> bool:
    try:
        return take_in(raw, at=now()) is not Taken.UNREAD
    except AWAY:
        raise
    except Exception:  # one mail over which we stumble must not hold up all that come after it
        log.exception("bounce_set_aside")
        return False


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process reads at the moment; held until the end of the block."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [READER])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            # A session that is gone has let go by itself.
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [READER])
            except AWAY:
                connection.close()
