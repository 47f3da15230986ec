"""News that messaging tells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EditionReleased:
    """An edition was frozen and its deliveries planned."""

    edition_id: int
    origin: str


@dataclass(frozen=True)
class DeliverySettled:
    """A delivery reached a state in which nothing more happens by itself."""

    delivery_id: int
    edition_id: int
    state: str


@dataclass(frozen=True)
class FollowUpOpened:
    """A delivery needs a person: bad news for the room that sent it."""

    follow_up_id: int
    edition_id: int
    origin: str
    reason: str
