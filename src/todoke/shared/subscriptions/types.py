"""What a person chooses, as a value: from the form into the sealed request, and from the rows back into the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Self


@dataclass(frozen=True)
class PlaceChoice:
    """Topics for one place. `label` is a Place.Label, `area` the key of an area or "" for the whole city."""

    label: str
    area: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """Everything that one subscriber has chosen; areas and topics by key, quiet hours on the Japanese clock."""

    language: str
    places: tuple[PlaceChoice, ...]
    quiet_from: time | None = None
    quiet_until: time | None = None
    birth_months: tuple[date, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form that is sealed, and that a person downloads."""
        return {
            "language": self.language,
            "places": [{"label": each.label, "area": each.area, "topics": list(each.topics)} for each in self.places],
            "quiet_from": self.quiet_from.isoformat("minutes") if self.quiet_from else None,
            "quiet_until": self.quiet_until.isoformat("minutes") if self.quiet_until else None,
            "birth_months": [month.isoformat()[:7] for month in self.birth_months],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The choices from their stored form."""
        quiet_from, quiet_until = stored["quiet_from"], stored["quiet_until"]
        return cls(
            language=stored["language"],
            places=tuple(PlaceChoice(each["label"], each["area"], tuple(each["topics"])) for each in stored["places"]),
            quiet_from=time.fromisoformat(quiet_from) if quiet_from else None,
            quiet_until=time.fromisoformat(quiet_until) if quiet_until else None,
            birth_months=tuple(date.fromisoformat(f"{month}-01") for month in stored["birth_months"]),
        )


@dataclass(frozen=True)
class ReachCounts:
    """Who would be reached: contacts that may be written to, each counted once in `people`.

    `by_area` counts by key of the place's area ("" is the whole city), `by_topic` by key of a topic; somebody with two
    places or topics stands in both, so these sum to more than `people`. `by_channel` and `by_language` sum to it.
    """

    people: int
    by_area: Mapping[str, int]
    by_topic: Mapping[str, int]
    by_channel: Mapping[str, int]
    by_language: Mapping[str, int]
