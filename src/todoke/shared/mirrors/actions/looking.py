"""How old a mirror's copy is, found as a stranger finds it: at its public address, apart from how files got there."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from todoke.base.clock import now
from todoke.shared.messaging.channels.public_page import read_public
from todoke.shared.messaging.types import Never, TryLater
from todoke.shared.mirrors.actions.claims import Claim
from todoke.shared.mirrors.models import Mirror
from todoke.shared.mirrors.rules import LIST, LOOK_EVERY, OLD_AFTER, read_list

log = logging.getLogger(__name__)

# What everybody opens first; a mirror that renews its list and not this page is no mirror.
FIRST_PAGE = "alerts/index.html"

Read = Callable[[str], bytes]


@dataclass(frozen=True)
class Seen:
    """What was found: when the copy was whole (None: it could not be told), and why not."""

    copy_at: datetime | None
    trouble: str = ""


def look(public: str, *, read: Read = read_public) -> Seen:
    """Read the list and the first page. The page is read before the list, and both once more when they disagree: they
    may have been renewed in between."""
    seen = Seen(None, "写しを読めませんでした。")
    for _try in range(2):
        seen = _look(public, read)
        if seen.copy_at is not None:
            return seen
    return seen


def _look(public: str, read: Read) -> Seen:
    try:
        page = read(public + FIRST_PAGE)
        listed = read_list(read(public + LIST))
    except (TryLater, Never) as trouble:
        return Seen(None, trouble.says)
    if listed is None:
        return Seen(None, f"{public}{LIST} が、写しの一覧として読めません。")
    if listed.digests.get(FIRST_PAGE) != hashlib.sha256(page).hexdigest():
        return Seen(None, f"{public}{FIRST_PAGE} が、一覧と違います。古いページが残っているか、書き換えられています。")
    return Seen(listed.made_at)


@transaction.atomic
def write_down(claim: Claim, seen: Seen, *, at: datetime | None = None) -> None:
    """Keep what was found; a copy that is too old, or cannot be told to be fresh, is a trouble from now on."""
    at = at or now()
    mirror = Mirror.objects.select_for_update().get(pk=claim.mirror_id)
    if mirror.look_claimed_until != claim.until:
        return
    mirror.look_claimed_until, mirror.look_due_at = None, at + LOOK_EVERY
    mirror.looked_at, mirror.look_says = at, seen.trouble[:500]
    if seen.copy_at is not None:
        # From the future: a clock that runs ahead must not make a copy young for ever.
        mirror.copy_at = min(seen.copy_at, at)
    is_old = mirror.copy_at is None or at - mirror.copy_at > OLD_AFTER
    if is_old and mirror.old_since is None:
        mirror.old_since = at
        log.error("mirror_fell_behind", extra={"mirror": mirror.key})
    elif not is_old and mirror.old_since is not None:
        mirror.old_since = None
        log.warning("mirror_caught_up", extra={"mirror": mirror.key})
    mirror.save()
