"""After a restore: no milestone leaves a second time by itself, and a person hears who may be subscribed again."""

from datetime import timedelta

import pytest

from tests.shared.subscriptions.people import make_subscriber
from tests.shared.subscriptions.test_milestones import MORNING, approved, child, milestone, officers
from todoke.base.backup.registry import Loss, after_restore
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.models import Message
from todoke.shared.subscriptions.actions.milestones import release_due
from todoke.shared.subscriptions.actions.restored import CHOICES

__all__ = ["approved", "child", "milestone", "officers"]

LOSS = Loss(number=1, found_at=MORNING, went_back_to=MORNING - timedelta(days=7), seen_until=MORNING, is_tail=False)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.mark.usefixtures("child")
def test_what_may_have_been_sent_in_the_lost_time_waits_for_two_people(approved):
    said = CHOICES.set_aside(LOSS)

    assert release_due(at=MORNING) == 0
    assert not Message.objects.exists()
    assert "1 件" in said
    assert Entry.objects.filter(what="subscriptions.milestone-held").count() == 1
    assert CHOICES.set_aside(LOSS) == ""


def test_a_person_hears_that_who_left_may_be_back():
    assert CHOICES.doubts(LOSS) == []
    contact = make_subscriber([("hill", ["gomi"])])
    type(contact).objects.update(created_at=LOSS.went_back_to - timedelta(days=1))

    (doubt,) = CHOICES.doubts(LOSS)

    assert "登録を解除" in doubt
    assert CHOICES.key in after_restore
    assert CHOICES.resume(LOSS, by="佐藤") == ""
