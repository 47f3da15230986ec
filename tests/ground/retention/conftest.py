"""A key store of its own for every test, and a schedule of classes."""

from datetime import UTC, datetime

import pytest

from todoke.ground.retention.actions import custody
from todoke.ground.retention.models import Custody, RetentionClass

MAY = datetime(2026, 5, 10, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def key_store(settings, tmp_path):
    settings.KEY_STORE = tmp_path / "keys"
    return settings.KEY_STORE


@pytest.fixture
def schedule(db) -> dict[str, RetentionClass]:
    """Classes as a city has them."""
    made = [
        RetentionClass(code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"),
        RetentionClass(code="y3", name="3年", years=3, counts_from="fiscal_year", then="delete", basis="規程"),
        RetentionClass(code="d30", name="30日", days=30, counts_from="event", then="delete", basis="規程"),
        RetentionClass(code="ever", name="永年", counts_from="fiscal_year", then="delete", basis="規程"),
        RetentionClass(code="y10a", name="10年", years=10, counts_from="fiscal_year", then="archive", basis="規程"),
    ]
    return {each.code: each for each in RetentionClass.objects.bulk_create(made)}


@pytest.fixture
def taken(schedule) -> Custody:
    return custody.take(("test.letter", 1), "y5", at=MAY)
