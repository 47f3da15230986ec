import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from todoke.base import geo
from todoke.ground.places import queries
from todoke.ground.places.models import Area, AreaCode, Facility

pytestmark = pytest.mark.django_db


def square(west: float, south: float, side: float) -> dict:
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def area(key: str, kind: str, parent: Area | None = None, *, polygon: dict | None = None, **facts) -> Area:
    edges = (
        dict(zip(("west", "south", "east", "north"), geo.polygon_of(polygon).bounds, strict=True)) if polygon else {}
    )
    return Area.objects.create(
        key=key, kind=kind, name=facts.pop("name", key), parent=parent, polygon=polygon, **edges, **facts
    )


@pytest.fixture
def town() -> dict[str, Area]:
    """A town of two districts; the northern one has two neighbourhoods, the southern one figures of its own."""
    town = area("town", "municipality", polygon=square(140.0, 38.0, 0.4))
    north = area("north", "district", town, polygon=square(140.0, 38.2, 0.2))
    south = area("south", "district", town, polygon=square(140.0, 38.0, 0.2), households=50, population=120)
    hill = area("hill", "neighbourhood", north, polygon=square(140.0, 38.2, 0.1), households=10, population=25)
    lake = area("lake", "neighbourhood", north, polygon=square(140.1, 38.2, 0.1), households=20, population=40)
    for key, kind, where in (("s1", "shelter", hill), ("s2", "shelter", south), ("l1", "loudspeaker", hill)):
        Facility.objects.create(key=key, kind=kind, name=key, longitude=140.05, latitude=38.25, area=where)
    return {each.key: each for each in (town, north, south, hill, lake)}


def test_areas_with_code_gives_every_area_that_a_code_means(town):
    for key in ("hill", "south"):
        AreaCode.objects.create(scheme="jma.tsunami", code="990", name="沿岸", area=town[key])
    AreaCode.objects.create(scheme="jma.seismic", code="990", name="沿岸", area=town["lake"])

    assert {found.key for found in queries.areas_with_code("jma.tsunami", "990")} == {"hill", "south"}
    assert queries.areas_with_code("jma.tsunami", "991") == []


def test_many_codes_may_mean_one_area(town):
    for code in ("1410011", "1410012"):
        AreaCode.objects.create(scheme="jma.city", code=code, name="横浜市", area=town["town"])

    found = queries.areas_by_codes("jma.city", ["1410011", "1410012", "1410013"])

    assert {code: [area.key for area in areas] for code, areas in found.items()} == {
        "1410011": ["town"],
        "1410012": ["town"],
    }


def test_the_tree_is_read_with_one_question_however_deep(town):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        (node,) = queries.area_tree()

    assert len(asked) == 1
    assert [child.area.key for child in node.children] == ["north", "south"]
    assert [child.area.key for child in node.children[0].children] == ["hill", "lake"]


def test_areas_below_an_area_leave_itself_out(town):
    assert {found.key for found in queries.areas_below(town["north"])} == {"hill", "lake"}
    assert queries.areas_below(town["hill"]) == []


def test_reach_adds_up_what_stands_below_where_an_area_has_no_figures(town):
    assert queries.reach_of([town["town"]]) == queries.Reach(80, 185, {"loudspeaker": 1, "shelter": 2})


def test_reach_counts_nested_and_repeated_areas_once(town):
    nested = [town["north"], town["hill"], town["hill"], town["south"]]

    assert queries.reach_of(nested) == queries.Reach(80, 185, {"loudspeaker": 1, "shelter": 2})


def test_reach_names_the_areas_whose_figures_nobody_knows(town):
    Area.objects.filter(key="lake").update(households=None, population=None)

    assert queries.reach_of([town["town"]]) == queries.Reach(
        60, 145, {"loudspeaker": 1, "shelter": 2}, without_figures=("lake",)
    )


def test_reach_of_nothing_is_nothing(town):
    assert queries.reach_of([]) == queries.Reach(0, 0, {})


@pytest.mark.parametrize(
    ("longitude", "latitude", "key"),
    [(140.05, 38.25, "hill"), (140.15, 38.35, "north"), (140.3, 38.05, "town"), (139.0, 38.0, None)],
)
def test_area_at_gives_the_smallest_area_that_holds_a_point(town, longitude: float, latitude: float, key: str | None):
    found = queries.area_at(longitude, latitude)

    assert (found.key if found else None) == key


def test_facilities_in_an_area_include_those_below_it(town):
    assert {found.key for found in queries.facilities_in([town["north"]])} == {"s1", "l1"}
    assert {found.key for found in queries.facilities_in([town["town"]], "shelter")} == {"s1", "s2"}


def test_areas_by_key_leaves_out_what_is_not_there(town):
    assert set(queries.areas_by_key(["hill", "nowhere"])) == {"hill"}


def test_areas_as_geojson_carry_what_a_map_shows(town):
    collection = queries.areas_as_geojson([town["hill"]])

    assert collection["features"][0]["properties"] == {
        "key": "hill",
        "kind": "neighbourhood",
        "code": "",
        "name": "hill",
    }
    assert collection["features"][0]["geometry"] == town["hill"].polygon


def test_there_is_no_city_before_one_was_loaded():
    assert queries.the_city() is None
