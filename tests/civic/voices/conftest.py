"""A key store of its own, a retention class, and a survey of four questions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.civic.voices.made import AT, make_survey
from tests.civic.voices.town import PARTS
from tests.sign_in import make_staff
from tests.towns import load_town
from todoke.civic.voices.models import Survey
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import RetentionClass


@pytest.fixture(autouse=True)
def key_store(settings: Any, tmp_path: Path) -> None:
    settings.KEY_STORE = tmp_path / "keys"


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """凪浜市, loaded once for a file of tests: each of them runs in a savepoint of this transaction."""
    with (
        django_db_blocker.unblock(),
        override_settings(FILES_ROOT=tmp_path_factory.mktemp("files")),
        transaction.atomic(),
    ):
        load_town(*PARTS)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def three_years(db: None) -> RetentionClass:
    return RetentionClass.objects.create(
        code="3-years", name="3年", years=3, counts_from="fiscal_year", then="delete", basis="規程"
    )


@pytest.fixture
def clerk(db: None) -> Viewer:
    return viewer_for(make_staff(["voices.read", "voices.manage"]), AT.date())


@pytest.fixture
def invited(three_years: RetentionClass, clerk: Viewer) -> Survey:
    return make_survey("invited", "unlinkable")


@pytest.fixture
def named(three_years: RetentionClass, clerk: Viewer) -> Survey:
    return make_survey("invited", "named")


@pytest.fixture
def for_all(three_years: RetentionClass, clerk: Viewer) -> Survey:
    return make_survey("open", "unlinkable")
