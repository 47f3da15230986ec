import os
from pathlib import Path

import pytest

from todoke.ground.places.actions import load_city
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
def load(db: None):
    """Load a city folder as the command does, and insist that it is in order."""

    def sound(folder: Path) -> LoadReport:
        report = load_city(folder, by="test")
        assert [str(fault) for fault in report.faults] == []
        return report

    return sound
