"""What the city has said on one public channel: the state that its files are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from todoke.ground.places.queries import the_city
from todoke.shared.messaging.queries import editions_in_force, recent_editions
from todoke.shared.messaging.types import FrozenEdition, Mode

KEPT_IN_VIEW = timedelta(days=30)
EDITIONS_MAX = 500


@dataclass(frozen=True)
class Published:
    """`in_force`: the latest edition of each message that holds at this moment, highest level first. `recent`: every
    edition of the last 30 days, newest first, with the cancelled, corrected, lifted and expired ones. `city`: who says
    it, known also where nothing has been said yet."""

    in_force: tuple[FrozenEdition, ...] = ()
    recent: tuple[FrozenEdition, ...] = ()
    city: str = ""


# How a channel comes to its state; tests and previews pass their own.
Source = Callable[[Mode, datetime], Published]


def published_on(channel: str, mode: Mode, at: datetime) -> Published:
    """What was released to this channel. An edition that went to staff alone, or by telephone, is not published.

    The state of the delivery does not matter: whatever the ledger wants on this channel is to be seen there, a
    cancellation also where the alert before it may have been written a moment ago.
    """
    city = the_city()
    return Published(
        in_force=tuple(editions_in_force(mode, at, channel=channel)),
        # Asked of this channel alone: a month of ordinary notices must not crowd an alert out of its own feed.
        recent=tuple(recent_editions(mode, at - KEPT_IN_VIEW, limit=EDITIONS_MAX, channel=channel)),
        city=city.name if city else "",
    )
