"""Reading what the public pages say at this moment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from todoke.shared.messaging.public_files import alerts_root, read
from todoke.shared.messaging.types import Mode


@dataclass(frozen=True)
class InForce:
    """One message in force, as `state.json` tells it."""

    message: str
    level: int | None
    titles: Mapping[str, str]
    words: Mapping[str, str]

    def title(self, language: str) -> str:
        """Its title in this language, or in Japanese."""
        return self.titles.get(language) or self.titles["ja"]

    def word(self, language: str) -> str:
        """The official word beside its level, the city's or the weather service's."""
        return self.words.get(language) or self.words["ja"]


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
            in_force=tuple(
                InForce(one["message"], one["level"], one["titles"], one["words"]) for one in stored["in_force"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
