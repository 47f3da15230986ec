"""The page of the channels: their facts in words, for whoever may read the ledger."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.sign_in import make_staff, sign_in
from todoke.shared.messaging.grounds import OUTDOOR

pytestmark = pytest.mark.django_db


def test_every_channel_stands_there_with_its_ground_and_no_demonstration_does():
    client = sign_in(Client(), make_staff(["messaging.read"]))

    page = client.get(reverse("messaging:channels")).content.decode()

    assert "屋外スピーカー" in page
    assert OUTDOOR.text in page
    assert "電波法 第4条" in page
    assert "Lアラート" in page
    assert "見本：" not in page


def test_whoever_may_not_read_the_ledger_does_not_read_it():
    client = sign_in(Client(), make_staff([]))

    assert client.get(reverse("messaging:channels")).status_code == 403
