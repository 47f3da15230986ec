"""What a document needs beside its edition, as values that are frozen with it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class Category(StrEnum):
    """The subjects of documents that this room writes (the key values of commons:category, PCXML 1.x)."""

    EVACUATION = "EvacuationOrder"
    SHELTER = "Shelter"
    HEADQUARTER = "AntidisasterHeadquarter"
    GENERAL = "GeneralInformation"
    URGENT_MAIL = "UrgentMail"


@dataclass(frozen=True)
class Office:
    """Who publishes: the municipality by its 全国地方公共団体コード (six digits), its name and reading, the office that
    answers, its telephone and mail address; empty where the city folder says nothing."""

    code: str
    name: str
    reading: str = ""
    prefecture: str = ""
    section: str = ""
    telephone: str = ""
    mail: str = ""


@dataclass(frozen=True)
class AreaOrder:
    """What is ordered in one area: the official word (`sort`), since or until when, and whether it was lifted. A lifted
    one keeps the word that was in force."""

    key: str
    name: str
    reading: str
    code: str
    sort: str
    is_lifted: bool
    at: datetime


@dataclass(frozen=True)
class ShelterState:
    """One shelter, and what is known of it: `sort` is 未開設, 開設, 閉鎖 or 不明, `at` since when.

    `capacity` and `people` are None where nobody has said; `is_full` is of one that is open and takes nobody more.
    """

    key: str
    name: str
    address: str
    longitude: float
    latitude: float
    sort: str
    at: datetime | None = None
    capacity: int | None = None
    people: int | None = None
    is_full: bool = False


@dataclass(frozen=True)
class Frozen:
    """What is frozen beside an edition, so that its document can be made again to the byte.

    `is_order`: this message has ordered an evacuation in one of its editions. `orders` are those of all messages."""

    office: Office
    is_order: bool = False
    orders: tuple[AreaOrder, ...] = ()
    shelters: tuple[ShelterState, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form that is stored."""
        told = asdict(self)
        for order in told["orders"]:
            order["at"] = order["at"].isoformat()
        for shelter in told["shelters"]:
            shelter["at"] = shelter["at"].isoformat() if shelter["at"] else None
        return told

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The values from their stored form."""
        return cls(
            office=Office(**stored["office"]),
            is_order=stored["is_order"],
            orders=tuple(
                AreaOrder(**{**order, "at": datetime.fromisoformat(order["at"])}) for order in stored["orders"]
            ),
            shelters=tuple(
                # Absent in what was frozen when a shelter was open or not, and no more was said.
                ShelterState(**{**shelter, "at": datetime.fromisoformat(shelter["at"]) if shelter.get("at") else None})
                for shelter in stored["shelters"]
            ),
        )
