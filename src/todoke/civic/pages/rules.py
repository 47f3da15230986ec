"""How a message stands at a moment, and what one edition changed against the one before. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition

# For so long does the list show what was cancelled (large) and what has ended (small).
CANCELLED_SHOWN = timedelta(hours=24)
ENDED_SHOWN = timedelta(hours=72)


class Standing(StrEnum):
    """What a reader must know of a message first."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# The kind under which the incident desk answers false information (a fact of the edition).
RUMOUR = "rumour"


@dataclass(frozen=True)
class Story:
    """One message: its editions, oldest first (those of which we hold the text), and how it stands."""

    editions: tuple[FrozenEdition, ...]
    standing: Standing

    @property
    def latest(self) -> FrozenEdition:
        return self.editions[-1]

    @property
    def key(self) -> str:
        return self.latest.message_key

    @property
    def ended_at(self) -> datetime:
        """Since when it no longer holds; its end in the future while it does."""
        ends_by_itself = self.standing in (Standing.IN_FORCE, Standing.EXPIRED)
        return self.latest.expires_at if ends_by_itself else self.latest.sent_at

    @property
    def level(self) -> int:
        """The highest 警戒レベル that holds now; 0 for none."""
        return (self.latest.content.level or 0) if self.standing == Standing.IN_FORCE else 0

    @property
    def signature(self) -> tuple[str, ...]:
        """What its pages depend on: editions never change, so their identifiers are enough."""
        return (*(edition.identifier for edition in self.editions), self.standing.value)


@dataclass(frozen=True)
class Shown:
    """What the list shows at a moment: what is in force, what was cancelled just now, what has ended lately."""

    in_force: tuple[Story, ...] = ()
    cancelled: tuple[Story, ...] = ()
    ended: tuple[Story, ...] = ()


class Turn(StrEnum):
    """What happened to one area, or to the message as a whole."""

    AREA_ADDED = "area_added"
    AREA_DROPPED = "area_dropped"
    AREA_LEVEL = "area_level"
    AREA_LIFTED = "area_lifted"
    UNTIL = "until"
    TEXT = "text"


@dataclass(frozen=True)
class Change:
    """One difference between two editions."""

    turn: Turn
    before: AreaMark | None = None
    after: AreaMark | None = None


def is_lifted(edition: FrozenEdition) -> bool:
    """Whether the edition says that the danger has passed (CAP 1.2, responseType AllClear)."""
    return "AllClear" in edition.content.cap.response_type


def area_is_lifted(area: AreaMark) -> bool:
    """Whether this area stands in the edition only to say that its order was lifted."""
    return "解除" in area.notice


def standing_at(latest: FrozenEdition, at: datetime) -> Standing:
    """How a message stands whose latest edition this is. At the very moment of its end it is over."""
    if latest.kind == EditionKind.CANCEL:
        return Standing.CANCELLED
    if is_lifted(latest):
        return Standing.LIFTED
    return Standing.EXPIRED if latest.expires_at <= at else Standing.IN_FORCE


def stories(editions: Iterable[FrozenEdition], at: datetime) -> list[Story]:
    """The editions by message: highest level in force first, then answers to rumours, then the newest."""
    by_message: dict[str, dict[int, FrozenEdition]] = {}
    for edition in editions:
        by_message.setdefault(edition.message_key, {})[edition.number] = edition
    found = []
    for numbered in by_message.values():
        in_order = tuple(numbered[number] for number in sorted(numbered))
        found.append(Story(in_order, standing_at(in_order[-1], at)))
    return sorted(
        found,
        key=lambda story: (-story.level, not is_pinned(story.latest), -story.latest.sent_at.timestamp(), story.key),
    )


def is_pinned(edition: FrozenEdition) -> bool:
    """Whether it stays above whatever else has no level until it expires: the answer to a rumour, which newer notices
    would push out of sight while the rumour goes on."""
    return edition.content.facts.get("kind") == RUMOUR


def shown_at(found: Sequence[Story], at: datetime) -> Shown:
    """What of these the list shows at this moment, in their order."""
    over = (Standing.LIFTED, Standing.EXPIRED)
    return Shown(
        in_force=tuple(story for story in found if story.standing == Standing.IN_FORCE),
        cancelled=tuple(
            story for story in found if story.standing == Standing.CANCELLED and at - story.ended_at < CANCELLED_SHOWN
        ),
        ended=tuple(story for story in found if story.standing in over and at - story.ended_at < ENDED_SHOWN),
    )


def changes(before: FrozenEdition, after: FrozenEdition, language: str) -> list[Change]:
    """What a reader of `before` must know about `after`, areas first, in the order of the newer edition."""
    old = {area.key: area for area in before.content.areas}
    new = {area.key: area for area in after.content.areas}
    found = [change for key, area in new.items() if (change := _area_change(old.get(key), area))]
    found += [Change(Turn.AREA_DROPPED, before=area) for key, area in old.items() if key not in new]
    if before.expires_at != after.expires_at and after.kind != EditionKind.CANCEL:
        found.append(Change(Turn.UNTIL))
    if _text(before, language) != _text(after, language):
        found.append(Change(Turn.TEXT))
    return found


def _area_change(before: AreaMark | None, after: AreaMark) -> Change | None:
    if area_is_lifted(after):
        return None if before is not None and area_is_lifted(before) else Change(Turn.AREA_LIFTED, before, after)
    if before is None:
        return Change(Turn.AREA_ADDED, None, after)
    if (before.level, before.notice) != (after.level, after.notice):
        return Change(Turn.AREA_LEVEL, before, after)
    return None


def _text(edition: FrozenEdition, language: str) -> Sequence[str]:
    wording = edition.content.wording(language)
    return (wording.title, wording.body)
