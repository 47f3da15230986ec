"""The fictional city's marks, seals, clauses and letters, read from its folder."""

import csv

import pytest

from tests.cities import SAMPLE_CITY
from tests.sign_in import make_staff
from tests.towns import load_once
from todoke.base.clock import in_japan, now
from todoke.ground.people.models import Section
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import City
from todoke.ground.places.registry import LoadReport
from todoke.shared.documents.city import DocumentsPart


def load_sample_city() -> None:
    City.objects.create(pk=1, name="凪浜市", code="992011", sample=True)
    with (SAMPLE_CITY / "sections.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            Section.objects.get_or_create(
                key=row["key"], defaults={"name": row["name"], "reading": row["reading"], "name_en": row["name_en"]}
            )
    report = LoadReport(SAMPLE_CITY)
    DocumentsPart().load(SAMPLE_CITY, report)
    assert not report.faults, report.faults


@pytest.fixture
def house(db: None, settings, tmp_path) -> None:
    """The fictional city with its documents; files and keys in a folder of their own."""
    settings.FILES_ROOT = tmp_path / "files"
    load_once("documents", load_sample_city)


@pytest.fixture
def doboku(house: None) -> Section:
    return Section.objects.get(key="doboku")


def viewer_with(*permissions: str, section: str = "doboku") -> Viewer:
    account = make_staff(permissions, section=section, name="杉本 剛")
    return viewer_for(account, in_japan(now()).date())


@pytest.fixture
def clerk(doboku: Section) -> Viewer:
    return viewer_with("documents.read", "documents.issue", "documents.withdraw", "documents.numbers")
