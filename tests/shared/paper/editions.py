"""The edition that is printed: an order for the riverside, and one level less for the hills."""

from typing import Any

from tests.shared.messaging.editions import HILLSIDE, RIVERSIDE, SENT_AT, content, edition
from todoke.shared.messaging.types import EditionKind, FrozenEdition

__all__ = ["SENT_AT", "an_edition"]


def an_edition(**changed: Any) -> FrozenEdition:
    """The first edition, or of another kind the second; every value can be changed."""
    number = 1 if changed.get("kind", EditionKind.FIRST) is EditionKind.FIRST else 2
    facts = {"content": content(areas=(RIVERSIDE, HILLSIDE)), **changed}
    return edition(number, **facts) if number == 2 else edition(**facts)
