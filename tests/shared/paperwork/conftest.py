"""A key store for every test, a schedule with one class, and the circumstances of a day."""

from datetime import date
from typing import Any

import pytest

from tests.shared.paperwork.forms import make_form
from todoke.ground.retention.models import RetentionClass
from todoke.shared.paperwork.models import Form
from todoke.shared.paperwork.queries import usual_circumstances

TODAY = usual_circumstances(date(2026, 5, 10))


@pytest.fixture(autouse=True)
def key_store(settings: Any, tmp_path: Any) -> Any:
    settings.KEY_STORE = tmp_path / "keys"
    return settings.KEY_STORE


@pytest.fixture
def schedule(db: None) -> RetentionClass:
    return RetentionClass.objects.create(
        code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"
    )


@pytest.fixture
def dog(schedule: RetentionClass) -> Form:
    return make_form()
