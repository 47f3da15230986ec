"""What other rooms may plug in here: writers, one for each version of L-Alert's format."""

from typing import Protocol

from todoke.base.registry import Registry
from todoke.shared.lalert.types import Category, Frozen
from todoke.shared.messaging.types import FrozenEdition


class Writer(Protocol):
    """Writes one version of the format.

    - `write` is pure: the same edition, frozen facts and destination give the same bytes. It gives one EDXL-DE document
      with exactly one content object, and raises `Never` for a category that its version does not have.
    - `urgent` does the same for a 緊急速報メール of one carrier, whose title and text are already fitted.
    Imagined example: `lalert.pcxml-2` writes level numbers beside the words, as version 2 does.
    """

    @property
    def key(self) -> str: ...

    def write(self, edition: FrozenEdition, frozen: Frozen, destination: str) -> bytes: ...

    def urgent(
        self, edition: FrozenEdition, frozen: Frozen, destination: str, *, carrier: str, title: str, text: str
    ) -> bytes: ...


writers: Registry[Writer] = Registry("lalert.writers")

__all__ = ["Category", "Writer", "writers"]
