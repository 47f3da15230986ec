"""Reading: `ledger` (editions, destinations, deliveries), `contacts` (people's addresses), `mailings` (sums)."""

from todoke.shared.messaging.queries.ledger import (
    READ,
    Progress,
    artefact_bytes,
    asks_for_a_look,
    calls_to_make,
    deliveries_of,
    delivery_for,
    destinations_for,
    editions_for,
    editions_in_force,
    editions_of,
    latest_editions,
    messages_about,
    open_follow_ups,
    progress_of,
    recent_editions,
)

__all__ = [
    "READ",
    "Progress",
    "artefact_bytes",
    "asks_for_a_look",
    "calls_to_make",
    "deliveries_of",
    "delivery_for",
    "destinations_for",
    "editions_for",
    "editions_in_force",
    "editions_of",
    "latest_editions",
    "messages_about",
    "open_follow_ups",
    "progress_of",
    "recent_editions",
]
