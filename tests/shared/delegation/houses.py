"""Two cities in one database: each has its name and its keys, and whoever acts says in whose house it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.sign_in import make_staff
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City
from todoke.shared.delegation.actions import granting, keys, receiving
from todoke.shared.delegation.models import Grant, HouseKeys, Mandate, Partner
from todoke.shared.delegation.rules import Rule
from todoke.shared.delegation.sealed_file import read_signed

NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # 3 o'clock in Japan
GIVER = ("delegation.read", "delegation.give")
SPEAKER = (
    "delegation.read", "delegation.speak", "emergency.read", "emergency.draft", "emergency.approve",
    "emergency.break-glass", "messaging.read", "said.read", "unforeseen.add", "unforeseen.check",
)  # fmt: skip


@dataclass
class House:
    """A city with two people; its keys are put away while the other city acts."""

    name: str
    name_en: str
    code: str
    first: Viewer
    second: Viewer
    rows: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def acts(self) -> Iterator["House"]:
        """Within, the database is this city's: its name, its keys."""
        before = City.objects.filter(pk=1).values().first()
        City.objects.update_or_create(
            pk=1,
            defaults={
                "name": self.name,
                "name_en": self.name_en,
                "name_easy": "",
                "code": self.code,
                "telephone": f"000-{self.code}",
                "cap_sender": f"bousai@{self.code}.example.jp",
                "sender_name": f"{self.name} 危機管理課",
            },
        )
        HouseKeys.objects.all().delete()
        HouseKeys.objects.bulk_create(HouseKeys(**row) for row in self.rows)
        try:
            yield self
        finally:
            self.rows = [dict(row) for row in HouseKeys.objects.values()]
            HouseKeys.objects.all().delete()
            if before:
                City.objects.filter(pk=1).update(**{name: value for name, value in before.items() if name != "id"})


def make_house(name: str, name_en: str, code: str, rights: tuple[str, ...]) -> House:
    """A city with two people of these rights, and its keys."""
    people = [make_staff(rights, name=f"{name} {which}") for which in ("一郎", "二郎")]
    house = House(name, name_en, code, *(viewer_for(account, NIGHT.date()) for account in people))
    with house.acts():
        keys.make_house_keys(viewer=house.first, at=NIGHT)
    return house


def introduce(one: House, other: House) -> None:
    """Each takes the other's card, and two people of each compare it."""
    for here, there in ((one, other), (other, one)):
        with there.acts():
            card = keys.our_card(viewer=there.first)
        with here.acts():
            partner = keys.add_partner(read_signed(card), viewer=here.first, at=NIGHT)
            # One table for both cities: whom one of them has checked, the other finds checked.
            if partner.checked_at is None:
                keys.check_partner(partner.pk, viewer=here.second, at=NIGHT)


def make_area(key: str, name: str, west: float, **more: Any) -> Area:
    """A square of a tenth of a degree."""
    ring = [[west, 36.0], [west + 0.1, 36.0], [west + 0.1, 36.1], [west, 36.1], [west, 36.0]]
    return Area.objects.create(
        key=key, kind="district", name=name, name_en=f"{key.title()} District", households=1000, population=2500,
        polygon={"type": "Polygon", "coordinates": [ring]}, west=west, south=36.0, east=west + 0.1, north=36.1,
        **more,
    )  # fmt: skip


def entry_for(partner: Partner, **changed: Any) -> granting.Entry:
    """A delegation for evacuation orders in two districts, from now for ninety days."""
    return granting.Entry(
        **{
            "partner_id": partner.pk,
            "agreement": "災害時相互応援協定",
            "agreement_date": date(2024, 4, 1),
            "kinds": ["evacuation", "other"],
            "hazards": [],
            "areas": ["minato", "takamori"],
            "destinations": ["tel-minato", "tel-mayor"],
            "rule": Rule.TWO_PEOPLE,
            "valid_from": NIGHT - timedelta(days=1),
            "valid_until": NIGHT + timedelta(days=90),
            **changed,
        }
    )


def granted(giver: House, speaker: House, **changed: Any) -> tuple[Grant, bytes, str]:
    """A delegation that two people issued, its file, and its code."""
    with giver.acts():
        partner = Partner.objects.get(code=speaker.code)
        grant, code = granting.write_grant(entry_for(partner, **changed), viewer=giver.first, at=NIGHT)
        issued = granting.issue_grant(grant.pk, viewer=giver.second, at=NIGHT)
        return issued, granting.grant_file(issued.pk, viewer=giver.first), code


def kept(speaker: House, content: bytes, at: datetime = NIGHT) -> Mandate:
    """The delegation as the partner keeps it."""
    with speaker.acts():
        _look, number = receiving.keep_file(content, viewer=speaker.first, at=at)
        return Mandate.objects.get(pk=number)
