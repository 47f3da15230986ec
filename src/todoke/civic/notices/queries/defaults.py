"""Where an ordinary notice goes when nobody says otherwise."""

from datetime import datetime

from todoke.civic.notices.queries.notices import offered_destinations
from todoke.civic.notices.rules.rights import PAGE_CHANNEL, SUBSCRIBERS


def usual_destinations(at: datetime) -> tuple[str, ...]:
    """The public page, and those who asked for it: a mailing list or the press is a choice of its own."""
    return tuple(
        place.key
        for place in offered_destinations((), at)
        if place.channel == PAGE_CHANNEL or place.address == SUBSCRIBERS
    )
