import os
from pathlib import Path

import pytest

from todoke.base.registry import Registry
from todoke.ground.places.actions import PlacesPart, city, load_city
from todoke.ground.places.registry import LoadReport


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published data beside the checkout; TODOKE_SHARED_DATA names another."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    folder = Path(os.environ.get("TODOKE_SHARED_DATA", beside))
    if not (folder / "boundaries").is_dir():
        pytest.skip("the published data is not beside this checkout (shared/data)")
    return folder


@pytest.fixture
def only_places(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry of city parts in which places is alone: other rooms' parts stay at home."""
    parts: Registry = Registry("places.city_parts")
    parts.register(PlacesPart())
    monkeypatch.setattr(city, "city_parts", parts)
    return parts


@pytest.fixture
def load(db: None, only_places: Registry):
    """Load the places of a city folder as the command does, and insist that they are in order."""

    def sound(folder: Path) -> LoadReport:
        report = load_city(folder, by="test")
        assert [str(fault) for fault in report.faults] == []
        return report

    return sound
