"""The desk's night: Fukui's municipalities, three officers, and places to send to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sign_in import make_staff
from tests.towns import load_once
from todoke.civic.emergency.actions.city import TemplatesPart
from todoke.civic.emergency.actions.intake import take_in
from todoke.civic.emergency.models import Telegram
from todoke.ground.people.models import Account
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, AreaCode, City
from todoke.ground.places.registry import LoadReport
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach

NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # 3 o'clock in Japan
SAMPLE_CITY = Path(__file__).resolve().parents[4] / "city" / "sample"

# Four of the municipalities that the real telegram of 2026-08-30 names, by their 7-digit codes.
MUNICIPALITIES = {"福井市": "1820100", "坂井市": "1821000", "鯖江市": "1820700", "越前市": "1820900"}
WRITER = ("emergency.read", "emergency.draft", "messaging.read")
APPROVER = (*WRITER, "emergency.approve", "emergency.break-glass", "messaging.operate")


@dataclass(frozen=True)
class Officers:
    """Three people on duty: one who writes and two who may approve."""

    writer: Viewer
    approver: Viewer
    second: Viewer
    accounts: tuple[Account, ...]


@pytest.fixture
def folders(settings, tmp_path):
    """Folders of this test alone."""
    for name in ("VAR", "PUBLIC_ROOT", "DRILL_ROOT", "SIMULATOR_ROOT", "FILES_ROOT", "INTAKE_FOLDER"):
        setattr(settings, name, tmp_path / name.lower())
    return tmp_path


@pytest.fixture
def city(db, folders) -> City:
    """A city of four municipalities, each a square, with the weather service's codes."""
    found = City.objects.create(
        pk=1, name="福井の市町", name_en="Municipalities of Fukui", code="180009", telephone="0776-00-0000",
        cap_sender="bousai@fukui.example.jp",
    )  # fmt: skip
    for number, (name, code) in enumerate(MUNICIPALITIES.items()):
        west, south = 136 + number / 10, 36.0
        ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]
        area = Area.objects.create(
            key=f"m{number}", kind="municipality", name=name, name_en=f"Town {number}", households=1000 + number,
            population=2500, polygon={"type": "Polygon", "coordinates": [ring]},
            west=west, south=south, east=west + 0.1, north=south + 0.1, order=number,
        )  # fmt: skip
        AreaCode.objects.create(scheme="jma.city", code=code, name=name, area=area)
        AreaCode.objects.create(scheme="jma.tsunami", code="370", name="福井県", area=area)
    return found


@pytest.fixture
def templates(city) -> None:
    """The templates of the sample city."""
    load_once("templates", load_templates)


def load_templates() -> None:
    report = LoadReport(SAMPLE_CITY)
    TemplatesPart().load(SAMPLE_CITY, report)
    assert [str(fault) for fault in report.faults] == []


@pytest.fixture
def places(city) -> dict[str, Destination]:
    """Two destinations of the public, one simulator, one staff that joins drills and one that does not."""
    rows = [
        ("public-1", Reach.PUBLIC, False),
        ("public-2", Reach.PUBLIC, False),
        ("simulator", Reach.SIMULATOR, False),
        ("staff-in", Reach.STAFF, True),
        ("staff-out", Reach.STAFF, False),
    ]
    return {
        key: Destination.objects.create(
            key=key,
            channel="messaging.demo-succeeds",
            name=f"配信先 {key}",
            address=key,
            reach=reach,
            joins_drills=joins,
        )
        for key, reach, joins in rows
    }


@pytest.fixture
def officers(city) -> Officers:
    """The people on duty."""
    accounts = (
        make_staff(WRITER, name="入力 一郎"),
        make_staff(APPROVER, name="承認 二郎"),
        make_staff(APPROVER, name="承認 三郎"),
    )
    return Officers(*(viewer_for(account, NIGHT.date()) for account in accounts), accounts)


@pytest.fixture
def desk(templates, places, officers) -> Officers:
    """All of it; gives the officers."""
    return officers


@pytest.fixture
def arrive(city):
    """`arrive(made(...))`: a telegram comes in by the folder."""
    numbers = iter(range(1, 1000))

    def come(telegram) -> Telegram:
        content = telegram if isinstance(telegram, bytes) else telegram.xml()
        return take_in(content, file_name=f"{next(numbers)}_VPWW55.xml", source=Telegram.Source.FOLDER)

    return come
