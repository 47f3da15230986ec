"""Reading what the public pages say at this moment."""

import json
from dataclasses import dataclass

from todoke.shared.messaging.public_files import alerts_root, read
from todoke.shared.messaging.types import Mode


@dataclass(frozen=True)
class InForce:
    """One message in force, as `state.json` tells it."""

    message: str
    title: str
    level: int | None


@dataclass(frozen=True)
class State:
    """`state.json`: the highest level in force, and the messages in their order."""

    level: int | None
    in_force: tuple[InForce, ...]


def state_on_disk(mode: Mode) -> State | None:
    """What the pages of this mode say; None when they have not been written yet or the file is damaged."""
    try:
        stored = json.loads(read(alerts_root(mode) / "state.json") or b"")
        return State(
            level=stored["level"],
            in_force=tuple(InForce(one["message"], one["title"], one["level"]) for one in stored["in_force"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
