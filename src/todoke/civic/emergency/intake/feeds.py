"""Following the weather service's feeds (PULL 型の電文公開).

The service renews its feeds every minute and shows the last ten minutes or more; beside each lies a long one
(`…_l.xml`) with several days, which fills the gap after a pause. The service promises no speed: it is not the only
source.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import httpx
from django.db import Error as DatabaseError
from django.db import transaction

from todoke.base import clock
from todoke.civic.emergency import telegrams
from todoke.civic.emergency.actions.intake import take_in
from todoke.civic.emergency.intake.atom import Entry, NotAFeed, entries_of
from todoke.civic.emergency.intake.download import FetchTrouble, fetch
from todoke.civic.emergency.models import Feed, FeedEntry, Telegram

log = logging.getLogger(__name__)

FEED_BYTES_MAX = 20_000_000
PARALLEL_MAX = 4
BATCH_MAX = 40

# Shorter than what a feed shows, so that a pause of this length may have lost something.
GAP = timedelta(minutes=8)

RETRY_SECONDS = (5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200)

# No feed shows its entries for so long.
FORGET_AFTER = timedelta(days=30)


def follow(client: httpx.Client, address: str) -> int:
    """Look into one feed, and into its long one after a pause; how many new telegrams it announces.

    Never raises for what the other side does: the feed's `trouble` says it. The entries are stored with the answer, in
    one transaction, before anything is fetched: a crash forgets nothing.
    """
    feed, _ = Feed.objects.get_or_create(address=address)
    asked_at = clock.now()
    if feed.answered_at is None or asked_at - feed.answered_at > GAP:
        feed.gap_open = True
    feed.asked_at, feed.trouble = asked_at, ""
    entries = _short(client, feed)
    if feed.gap_open:
        entries = _long(client, feed) + entries
    dates = [entry.updated_at for entry in entries if entry.updated_at]
    feed.newest_entry_at = max([*dates, *([feed.newest_entry_at] if feed.newest_entry_at else [])], default=None)
    with transaction.atomic():
        feed.save()
        return _remember(entries, asked_at)


def take_in_due(client: httpx.Client) -> int:
    """Fetch what the feeds have announced and take it in, a few at a time in parallel; how many were dealt with.

    One that fails is tried again, later and later; after the last attempt it stays in the list with its trouble.
    """
    due = list(
        FeedEntry.objects.filter(done_at__isnull=True, next_attempt_at__lte=clock.now()).order_by("pk")[:BATCH_MAX]
    )
    if not due:
        return 0
    # Only the network is waited for in threads; the database is asked from here alone, in the order of the feed.
    with ThreadPoolExecutor(PARALLEL_MAX) as threads:
        for entry, outcome in zip(due, threads.map(lambda entry: _fetched(client, entry.address), due), strict=True):
            _settle(entry, outcome)
    return len(due)


def forget_old_entries() -> int:
    """Drop what no feed shows any more; how many."""
    return FeedEntry.objects.filter(seen_at__lt=clock.now() - FORGET_AFTER).delete()[0]


def long_address(address: str) -> str:
    """The address of the long feed: extra.xml → extra_l.xml."""
    return f"{address.removesuffix('.xml')}_l.xml"


def _short(client: httpx.Client, feed: Feed) -> list[Entry]:
    try:
        fetched = fetch(
            client, feed.address, bytes_max=FEED_BYTES_MAX, etag=feed.etag, last_modified=feed.last_modified
        )
        entries = entries_of(fetched.content, feed.address) if fetched.content is not None else []
    except (FetchTrouble, NotAFeed) as trouble:
        _note(feed, trouble)
        return []
    feed.etag, feed.last_modified, feed.answered_at = fetched.etag, fetched.last_modified, feed.asked_at
    return entries


def _long(client: httpx.Client, feed: Feed) -> list[Entry]:
    # Thousands of entries for all of Japan: only what we interpret is worth the service's bandwidth. The short feed is
    # followed without a choice.
    try:
        fetched = fetch(client, long_address(feed.address), bytes_max=FEED_BYTES_MAX)
        entries = entries_of(fetched.content or b"", feed.address)
    except (FetchTrouble, NotAFeed) as trouble:
        # A feed without a long sister has no gap that could be filled. Any other trouble: at the next look again.
        feed.gap_open = getattr(trouble, "status", None) not in (404, 410)
        if feed.gap_open:
            _note(feed, trouble)
        return []
    feed.gap_open = False
    return [entry for entry in entries if telegrams.family_of(entry.title)]


def _note(feed: Feed, trouble: Exception) -> None:
    feed.trouble = str(trouble)
    log.warning("feed_trouble", extra={"feed": feed.address, "sentence": feed.trouble})


def _remember(entries: list[Entry], now: datetime) -> int:
    once = {entry.key: entry for entry in entries}
    known = set(FeedEntry.objects.filter(key__in=once).values_list("key", flat=True))
    new = [entry for key, entry in once.items() if key not in known]
    FeedEntry.objects.bulk_create(
        [FeedEntry(key=entry.key, address=entry.address, seen_at=now, next_attempt_at=now) for entry in new],
        ignore_conflicts=True,
    )
    return len(new)


def _fetched(client: httpx.Client, address: str) -> bytes | FetchTrouble:
    try:
        return fetch(client, address, bytes_max=telegrams.BYTES_MAX).content or b""
    except FetchTrouble as trouble:
        return trouble


def _settle(entry: FeedEntry, outcome: bytes | FetchTrouble) -> None:
    entry.attempts += 1
    if isinstance(outcome, bytes):
        try:
            entry.telegram = take_in(outcome, file_name=_file_name(entry.address), source=Telegram.Source.FEED)
        except OSError as error:
            outcome = FetchTrouble(f"保存できません（{error.strerror or error}）。")
        except DatabaseError:
            raise
        except Exception:  # one telegram that we stumble over must not keep the next warning from the desk
            log.exception("feed_entry_failed", extra={"entry": entry.key})
            outcome = FetchTrouble("処理中に予期しない不具合が起きました。")
        else:
            entry.done_at, entry.trouble = clock.now(), ""
    if isinstance(outcome, FetchTrouble):
        entry.trouble = str(outcome)
        if outcome.for_good or entry.attempts > len(RETRY_SECONDS):
            entry.done_at = clock.now()
            log.error("feed_entry_given_up", extra={"entry": entry.key, "sentence": entry.trouble})
        else:
            entry.next_attempt_at = clock.now() + timedelta(seconds=RETRY_SECONDS[entry.attempts - 1])
    entry.save()


def _file_name(address: str) -> str:
    return PurePosixPath(urlsplit(address).path).name
