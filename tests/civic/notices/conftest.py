"""A city of two districts with topics, two sections, people who write and approve, and places to send to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.shared.subscriptions.people import make_areas, make_topics
from tests.sign_in import make_staff
from todoke.civic.notices.actions import deciding
from todoke.civic.notices.actions.writing import Changes, edit_notice, start_notice
from todoke.civic.notices.models import Notice
from todoke.ground.people.models import Account
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City
from todoke.shared.messaging.models import Destination

MORNING = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # 9 o'clock in Japan
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRITER = ("notices.read", "notices.write", "messaging.read")
APPROVER = (*WRITER, "notices.approve")

TEXTS = {
    "ja": {"title": "ごみの収集日が変わります", "short": "23日のごみは24日に集めます。", "body": "23日は休みです。"},
    "en": {"title": "Rubbish day changes", "short": "On the 24th.", "body": "Not on the 23rd, but on the 24th."},
}


@dataclass(frozen=True)
class Office:
    """Who is there: a writer and an approver of one section, a second approver, and an approver of another section."""

    writer: Viewer
    approver: Viewer
    second: Viewer
    stranger: Viewer
    accounts: dict[str, Account]


@pytest.fixture
def city(db) -> City:
    make_areas()
    make_topics("bousai", "gomi", "event")
    return City.objects.create(pk=1, name="試験市", code="999997", telephone="000-000-0000")


@pytest.fixture
def places(city) -> dict[str, Destination]:
    """The page, the subscribers' mail, a district's list, and the page of alerts, which takes no notices."""
    rows = [
        ("page", "notices.page", "public", ()),
        ("subscribers", "messaging.mail-each", "subscriptions.subscribers", ()),
        ("list-south", "messaging.mail", "south@list.example.jp", ("south",)),
        ("alerts", "pages.site", "public", ()),
    ]
    found = {}
    for key, channel, address, areas in rows:
        found[key] = Destination.objects.create(key=key, channel=channel, name=f"配信先 {key}", address=address)
        found[key].areas.set(Area.objects.filter(key__in=areas))
    return found


@pytest.fixture
def office(city, places) -> Office:
    accounts = {
        "writer": make_staff(WRITER, name="新田 翼", section="koho"),
        "approver": make_staff(APPROVER, name="三浦 佳代", section="koho"),
        "second": make_staff(APPROVER, name="水瀬 航", section="koho"),
        "stranger": make_staff(APPROVER, name="早瀬 弘子", section="kodomo"),
    }
    viewers = {name: viewer_for(account, MORNING.date()) for name, account in accounts.items()}
    return Office(**viewers, accounts=accounts)


def changes(**changed: object) -> Changes:
    """What a writer enters."""
    facts = {
        "texts": TEXTS,
        "topics": ("gomi",),
        "areas": ("north",),
        "destinations": ("page", "subscribers"),
        "expires_at": MORNING + 14 * DAY,
    }
    return Changes(**{**facts, **changed})  # type: ignore[arg-type]


@pytest.fixture
def written(office) -> Callable[..., Notice]:
    """`written(**changes)`: a notice that its writer has filled in and not submitted."""

    def write(**changed: object) -> Notice:
        notice = start_notice(
            key=uuid4(), section="koho", template_id=None, destinations=(), viewer=office.writer, at=MORNING
        )
        return edit_notice(notice.pk, changes(**changed), revision=1, viewer=office.writer, at=MORNING)

    return write


@pytest.fixture
def submitted(office, written) -> Callable[..., Notice]:
    """`submitted(**changes)`: a notice that waits for its approver."""

    def submit(**changed: object) -> Notice:
        notice = written(**changed)
        return deciding.submit(notice.pk, revision=notice.revision, viewer=office.writer, at=MORNING)

    return submit


@pytest.fixture
def released(office, submitted) -> Callable[..., Notice]:
    """`released(**changes)`: a notice that went out this morning."""

    def release(**changed: object) -> Notice:
        notice = submitted(**changed)
        deciding.approve(notice.pk, revision=notice.revision, viewer=office.approver, at=MORNING)
        notice.refresh_from_db()
        return notice

    return release


@pytest.fixture
def scheduled(office, submitted) -> Callable[..., Notice]:
    """`scheduled(**changes)`: a notice that was approved for three o'clock this afternoon."""

    def schedule(**changed: object) -> Notice:
        notice = submitted(**{"send_at": MORNING + 6 * HOUR, **changed})
        deciding.approve(notice.pk, revision=notice.revision, viewer=office.approver, at=MORNING)
        notice.refresh_from_db()
        return notice

    return schedule
