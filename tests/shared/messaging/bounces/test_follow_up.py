"""Where many servers refuse us, a person sees to it and says so; the mailing stays as it was."""

import pytest
from django.urls import reverse

from tests.shared.messaging.bounces import notices
from tests.shared.messaging.bounces.test_taking_in import came_back
from tests.shared.messaging.ledger import NIGHT
from tests.sign_in import staff_client
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import bounces
from todoke.shared.messaging.models import Delivery, FollowUp

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(mailing, readers, monkeypatch) -> Delivery:
    monkeypatch.setattr(bounces, "POLICY_MANY", 2)
    for reader in readers[:2]:
        bounces.take_in(came_back(notices.POLICY, reader, mailing), at=NIGHT)
    return Delivery.objects.get()


def test_it_stands_in_the_list_with_its_reason(refused):
    page = staff_client("messaging.read").get(reverse("messaging:follow-ups")).content.decode()

    assert "相手のサーバーの方針で断られた宛先が多数あります" in page


def test_what_was_done_is_noted_and_the_delivery_stays_as_it_is(refused):
    officer = staff_client("messaging.read", "messaging.operate")
    address = reverse("messaging:delivery", args=[refused.pk])

    page = officer.get(address).content.decode()
    assert ("noted" in page, "give_up" in page) == (True, False)
    officer.post(address, {"decision": "noted", "note": "SPFを直した"})

    assert FollowUp.objects.get().closing_note == "SPFを直した"
    assert Delivery.objects.get().state == refused.state == "accepted"
    assert Entry.objects.filter(what="messaging.noted").count() == 1


def test_it_cannot_be_given_up_or_noted_twice(refused):
    officer = staff_client("messaging.read", "messaging.operate")
    address = reverse("messaging:delivery", args=[refused.pk])

    officer.post(address, {"decision": "give_up", "note": "x"})
    assert Delivery.objects.get().state == "accepted"
    officer.post(address, {"decision": "noted", "note": "1"})
    officer.post(address, {"decision": "noted", "note": "2"})

    assert FollowUp.objects.get().closing_note == "1"


def test_noting_needs_the_right_to_operate(refused):
    staff_client("messaging.read").post(
        reverse("messaging:delivery", args=[refused.pk]), {"decision": "noted", "note": "x"}
    )

    assert FollowUp.objects.get().closed_at is None
