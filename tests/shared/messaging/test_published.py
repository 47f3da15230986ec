"""What is public is what was released to the public channel, and nothing else of the ledger."""

from datetime import timedelta

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import NIGHT
from todoke.shared.messaging import published
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.published import KEPT_IN_VIEW, published_on
from todoke.shared.messaging.types import EditionKind, Mode, Reach

pytestmark = pytest.mark.django_db


def identifiers(editions) -> list[str]:
    return [edition.identifier for edition in editions]


def test_what_went_to_staff_alone_is_not_published(officers) -> None:
    page = ledger.make_destination("page", "pages.site")
    staff = ledger.make_destination("staff", "messaging.mail", reach=Reach.STAFF)
    public = release(ledger.first(officers, page, staff), at=NIGHT)
    release(ledger.first(officers, staff), at=NIGHT)

    said = published_on("pages.site", Mode.ACTUAL, NIGHT)

    assert identifiers(said.in_force) == identifiers(said.recent) == [public.identifier]
    assert said.city == "試験市"


def test_a_cancellation_is_published_although_nothing_had_left_yet(officers) -> None:
    page = ledger.make_destination("page", "pages.site")
    alert = release(ledger.first(officers, page), at=NIGHT)
    cancelled = release(ledger.following(alert, EditionKind.CANCEL), at=NIGHT)

    said = published_on("pages.site", Mode.ACTUAL, NIGHT)

    assert said.in_force == ()
    assert identifiers(said.recent) == [cancelled.identifier, alert.identifier]


def test_a_drill_is_published_among_drills_only(officers) -> None:
    page = ledger.make_destination("page", "pages.site", **ledger.reach(Mode.EXERCISE))
    drill = release(ledger.first(officers, page, mode=Mode.EXERCISE), at=NIGHT)

    assert identifiers(published_on("pages.site", Mode.EXERCISE, NIGHT).in_force) == [drill.identifier]
    assert published_on("pages.site", Mode.ACTUAL, NIGHT).recent == ()
    assert published_on("pages.site", Mode.TEST, NIGHT).recent == ()


def test_an_expired_alert_stays_in_view_for_thirty_days(officers) -> None:
    page = ledger.make_destination("page", "pages.site")
    alert = release(ledger.first(officers, page), at=NIGHT)

    at_the_end = published_on("pages.site", Mode.ACTUAL, NIGHT + KEPT_IN_VIEW)
    later = published_on("pages.site", Mode.ACTUAL, NIGHT + KEPT_IN_VIEW + timedelta(seconds=1))

    assert (at_the_end.in_force, identifiers(at_the_end.recent)) == ((), [alert.identifier])
    assert later.recent == ()


def test_a_month_of_other_messages_does_not_crowd_an_alert_out(officers, monkeypatch) -> None:
    monkeypatch.setattr(published, "EDITIONS_MAX", 3)
    page, mail = ledger.make_destination("page", "pages.site"), ledger.make_destination("mail", "messaging.mail")
    alert = release(ledger.first(officers, page), at=NIGHT)
    for _ in range(4):
        release(ledger.first(officers, mail), at=NIGHT + timedelta(hours=1))

    assert identifiers(published_on("pages.site", Mode.ACTUAL, NIGHT).recent) == [alert.identifier]
