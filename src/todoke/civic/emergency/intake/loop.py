"""Intake without end: the folder in one thread, the feeds in another, so that neither waits for the other."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
from django.db import DatabaseError, close_old_connections, connections

from todoke.base import database_clock
from todoke.civic.emergency.intake.feeds import follow, forget_old_entries, take_in_due
from todoke.civic.emergency.intake.folder import WatchedFolder

log = logging.getLogger(__name__)

FOLDER_SECONDS = 0.3

# The feeds are renewed every minute; asking “anything new?” three times in it keeps the delay small and costs no bytes.
FEED_SECONDS = 20.0
ENTRY_SECONDS = 1.0

# A draft that could not be prepared at once is tried again this often.
PREPARE_SECONDS = 5.0

# After the database has gone away.
PAUSE_SECONDS = 2.0

FORGET_SECONDS = 3600.0

Prepare = Callable[[], object]


def run(folder: Path, addresses: Sequence[str], stop: threading.Event, prepare: Prepare) -> None:
    """Take in until `stop` is set; back within seconds after that. `prepare` makes drafts for what waits for one.

    The database may go away and come back: what lies in the folder stays there, what a feed shows is asked for again.
    """
    feeds = threading.Thread(target=_follow_feeds, args=(addresses, stop, prepare), name="feeds", daemon=True)
    if addresses:
        feeds.start()
    watched = WatchedFolder(folder)
    swept = 0.0
    while not stop.is_set():
        pause = FOLDER_SECONDS
        try:
            taken = watched.look()
            if taken or time.monotonic() - swept > PREPARE_SECONDS:
                database_clock.look_again()
                _prepare(prepare)
                swept = time.monotonic()
        except DatabaseError as error:
            pause = _away(error)
        stop.wait(pause)
    if addresses:
        feeds.join(timeout=5)


def look_once(folder: Path, addresses: Sequence[str], prepare: Prepare) -> int:
    """One look into the folder and the feeds; how many telegrams and entries were dealt with."""
    dealt_with = WatchedFolder(folder).look()
    with _client() as client:
        for address in addresses:
            follow(client, address)
        while dealt := take_in_due(client):
            dealt_with += dealt
    _prepare(prepare)
    return dealt_with


def _follow_feeds(addresses: Sequence[str], stop: threading.Event, prepare: Prepare) -> None:
    asked = forgot = float("-inf")
    with _client() as client:
        while not stop.is_set():
            pause = ENTRY_SECONDS
            try:
                if time.monotonic() - asked >= FEED_SECONDS:
                    asked = time.monotonic()
                    for address in addresses:
                        follow(client, address)
                if take_in_due(client):
                    _prepare(prepare)
                if time.monotonic() - forgot >= FORGET_SECONDS:
                    forgot = time.monotonic()
                    forget_old_entries()
            except DatabaseError as error:
                pause = _away(error)
            except Exception:  # the feeds are one of several ways in; a fault in them must not end for good in silence
                log.exception("feeds_failed")
                pause = FEED_SECONDS
            stop.wait(pause)
    connections.close_all()


def _client() -> httpx.Client:
    return httpx.Client(headers={"User-Agent": "Todoke"}, follow_redirects=False)


def _prepare(prepare: Prepare) -> None:
    try:
        prepare()
    except DatabaseError:
        raise
    except Exception:  # the telegrams are safe and still waiting: the next round tries again
        log.exception("preparing_failed")


def _away(error: DatabaseError) -> float:
    log.warning("intake_database_away", extra={"sentence": str(error).strip().splitlines()[:1]})
    close_old_connections()
    return PAUSE_SECONDS
