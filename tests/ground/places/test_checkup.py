import pytest

from todoke.base.doctor import Verdict
from todoke.ground.places.checkup import CityIsLoaded, WeatherAreas
from todoke.ground.places.models import Area, AreaCode, City

pytestmark = pytest.mark.django_db


def load_town(*, sample: bool = False, polygon: dict | None = None) -> Area:
    City.objects.create(pk=1, name="町", code="041009", sample=sample)
    edges = {"west": 0.0, "south": 0.0, "east": 1.0, "north": 1.0} if polygon else {}
    return Area.objects.create(key="town", kind="municipality", name="町", polygon=polygon, **edges)


def test_the_doctor_misses_the_city_and_says_how_to_load_it():
    finding = CityIsLoaded().run()

    assert finding.verdict is Verdict.FAILURE
    assert "todoke city load" in finding.mend


def test_the_doctor_refuses_a_fictional_city_on_real_services(settings):
    load_town(sample=True)
    settings.SIMULATORS = False

    assert CityIsLoaded().run().verdict is Verdict.FAILURE


def test_the_doctor_warns_of_areas_that_cannot_be_drawn():
    load_town()

    assert CityIsLoaded().run().verdict is Verdict.WARNING


def test_the_doctor_is_content_with_a_whole_city():
    town = load_town(polygon={"type": "Polygon", "coordinates": []})
    AreaCode.objects.create(scheme="jma.city", code="0410000", name="町", area=town)

    assert CityIsLoaded().run().verdict is Verdict.OK
    assert WeatherAreas().run().verdict is Verdict.OK


def test_the_doctor_names_the_municipality_that_no_warning_would_reach():
    town = load_town()
    AreaCode.objects.create(scheme="jma.tsunami", code="220", name="町", area=town)

    finding = WeatherAreas().run()

    assert (finding.verdict, finding.says) == (Verdict.FAILURE, "気象警報のコードがない市区町村があります: 町。")
