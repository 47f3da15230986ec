"""A key store of its own, the facts of the subjects, and who acts."""

from pathlib import Path
from typing import Any

import pytest

from tests.shared.casework.flows import Answers, clerk
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import RetentionClass
from todoke.shared.casework import registry


@pytest.fixture(autouse=True)
def key_store(settings: Any, tmp_path: Path) -> None:
    settings.KEY_STORE = tmp_path / "keys"


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    made = Answers()
    monkeypatch.setitem(registry.subjects._items, made.key, made)
    return made


@pytest.fixture
def officer(db: None) -> Viewer:
    return clerk()


@pytest.fixture
def five_years(db: None) -> RetentionClass:
    return RetentionClass.objects.create(
        code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"
    )


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Everything that was announced, told at once."""
    told: list[object] = []
    for module in ("moving", "opening", "letters"):
        monkeypatch.setattr(f"todoke.shared.casework.actions.{module}.announce", told.append)
    return told
