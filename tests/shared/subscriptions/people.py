"""What the tests of subscriptions start from: a small city, its topics, and people who have chosen."""

from collections.abc import Iterable, Mapping

from tests.shared.messaging.masses import CHANNEL, make_contacts
from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Contact
from todoke.shared.subscriptions.models import Place, Topic

LABELS = ("home", "work", "parents", "other")


def make_areas() -> dict[str, Area]:
    """A city of two districts, one of them with two neighbourhoods."""
    city = Area.objects.create(key="city", kind="municipality", name="試験市", name_en="Test City", order=1)
    north = Area.objects.create(key="north", kind="district", parent=city, name="北地区", name_en="North", order=2)
    hill = Area.objects.create(key="hill", kind="neighbourhood", parent=north, name="丘町", name_en="Hill", order=3)
    field = Area.objects.create(key="field", kind="neighbourhood", parent=north, name="畑町", name_en="Field", order=4)
    south = Area.objects.create(key="south", kind="district", parent=city, name="南地区", name_en="South", order=5)
    return {area.key: area for area in (city, north, hill, field, south)}


def make_topics(*keys: str) -> dict[str, Topic]:
    """Topics of these keys, named like them."""
    texts = ("name", "name_en", "name_easy", "gets", "gets_en", "gets_easy")
    return {
        key: Topic.objects.create(key=key, order=number, **{text: f"{key}:{text}" for text in texts})
        for number, key in enumerate(keys)
    }


def make_subscriber(places: Iterable[tuple[str, Iterable[str]]], **facts: object) -> Contact:
    """A contact with these places: the key of an area ("" is the whole city) and keys of topics."""
    (contact,) = make_contacts(1, **{"channel": CHANNEL, **facts})
    numbers: Mapping[str, int] = dict(Topic.objects.values_list("key", "pk"))
    chosen = list(places)
    for number, (area, topics) in enumerate(chosen):
        Place.objects.create(
            contact=contact,
            label=LABELS[number],
            area=Area.objects.get(key=area) if area else None,
            topics=sorted(numbers[key] for key in topics),
            number=number,
            siblings=len(chosen) - 1,
        )
    return contact
