import pytest
from django.db import IntegrityError, connection, transaction

from todoke.ground.places.models import Area, City, Facility

pytestmark = pytest.mark.django_db


def area(key: str = "a", **facts) -> Area:
    return Area.objects.create(**{"key": key, "kind": "district", "name": key, **facts})


def refused(rule: str):
    return pytest.raises(IntegrityError, match=rule)


def test_there_is_one_city_only():
    City.objects.create(pk=1, name="凪浜市", code="992011")

    with refused("places_only_one_city"):
        City.objects.create(pk=2, name="もう一つ", code="992011")


def test_an_area_cannot_stand_below_itself_at_any_depth():
    top = area("top")
    middle = area("middle", parent=top)
    bottom = area("bottom", parent=middle)

    top.parent = bottom
    with refused("places_area_forms_a_tree|below itself"):
        top.save()


def test_two_areas_may_change_places_when_the_tree_is_whole_at_the_end():
    upper = area("upper")
    lower = area("lower", parent=upper)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS places_area_forms_a_tree DEFERRED")
        Area.objects.filter(pk=upper.pk).update(parent=lower)
        Area.objects.filter(pk=lower.pk).update(parent=None)
        cursor.execute("SET CONSTRAINTS places_area_forms_a_tree IMMEDIATE")

    assert Area.objects.get(key="upper").parent.key == "lower"


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("places_area_kind_is_known", {"kind": "county"}),
        ("places_area_code_has_six_digits", {"code": "04100"}),
        ("places_area_has_a_name", {"name": ""}),
        ("places_area_polygon_has_bounds", {"polygon": {"type": "Polygon", "coordinates": []}}),
    ],
)
def test_the_database_refuses_a_misshapen_area(rule: str, facts: dict):
    with refused(rule):
        area(**facts)


def test_a_code_belongs_to_one_area_and_many_may_have_none():
    area("a", code="041009")
    area("b")
    area("c")

    with refused("places_area_code_is_unique"):
        area("d", code="041009")


@pytest.mark.parametrize(
    ("rule", "longitude", "latitude"),
    [
        ("places_facility_longitude_is_in_japan", 38.2, 38.2),
        ("places_facility_latitude_is_in_japan", 140.8, 140.8),
    ],
)
def test_a_facility_with_swapped_coordinates_is_refused(rule: str, longitude: float, latitude: float):
    home = area()

    with refused(rule), transaction.atomic():
        Facility.objects.create(key="f", kind="shelter", name="x", longitude=longitude, latitude=latitude, area=home)
