"""The sample city is read by every part of the house without a fault, the first time and again."""

import pytest

from tests.cities import SAMPLE_CITY
from todoke.ground.places.actions import load_city


@pytest.mark.django_db
def test_the_sample_city_loads_twice_without_a_fault(settings, tmp_path):
    settings.FILES_ROOT, settings.KEY_STORE = tmp_path / "files", tmp_path / "keys"

    first = load_city(SAMPLE_CITY, by="test")
    again = load_city(SAMPLE_CITY, by="test")

    assert [str(fault) for fault in first.faults] == []
    assert [str(fault) for fault in again.faults] == []
