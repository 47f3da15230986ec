"""The facts of an edition that tell of shelters and headquarters: L-Alert, the public feed and the kiosk read them.

Whichever room opens shelters sends a message of kind `shelter` with the fact `shelter_states` (`told`), and one of kind
`headquarters` with `headquarters_name`, `headquarters_status` and `headquarters_at`. Each edition is the full state.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHELTERS = "shelter_states"


class Opening(StrEnum):
    """Whether a shelter takes people in. One that nobody speaks of is unknown, which is no value here."""

    WAITING = "waiting"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"


@dataclass(frozen=True)
class ShelterEntry:
    """What was entered about one shelter: the key of the facility, its state, since when, and what is known of it;
    `name` as the city called it then, for whoever has no list of facilities."""

    key: str
    state: Opening
    at: datetime | None = None
    capacity: int | None = None
    people: int | None = None
    name: str = ""


def told(entries: Iterable[ShelterEntry]) -> str:
    """The entries as one fact, which is text."""
    rows = [
        {
            "key": entry.key,
            "state": entry.state.value,
            "at": entry.at.isoformat() if entry.at else None,
            "capacity": entry.capacity,
            "people": entry.people,
            "name": entry.name,
        }
        for entry in entries
    ]
    return json.dumps(rows, ensure_ascii=False)


def entries_in(fact: str) -> tuple[ShelterEntry, ...]:
    """The entries from their fact; none from an empty one. Raises ValueError where the sending room wrote nonsense."""
    return tuple(
        ShelterEntry(
            key=row["key"],
            state=Opening(row["state"]),
            at=datetime.fromisoformat(row["at"]) if row["at"] else None,
            capacity=row["capacity"],
            people=row["people"],
            name=row["name"],
        )
        for row in json.loads(fact or "[]")
    )
