"""A day without a way out of the town hall, on a clock of its own."""

from datetime import timedelta

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import HOUR, NIGHT, first, following, make_destination
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import Order, release
from todoke.shared.messaging.models import Attempt, Delivery, FollowUp
from todoke.shared.messaging.rules import LADDER
from todoke.shared.messaging.types import EditionKind, Receipt, TryLater

BACK = NIGHT + 24 * HOUR
PACE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture
def line(monkeypatch):
    """Two channels: one inside the building, one beyond the line that is dead until `BACK`."""
    line = {"at": NIGHT}

    def outside(*_) -> Receipt:
        if line["at"] < BACK:
            raise TryLater("no route to host")
        return Receipt()

    channels = {key: ledger.ObedientChannel(key) for key in ("tests.inside", "tests.outside")}
    channels["tests.outside"].answer = outside
    monkeypatch.setattr(dispatch, "channels", ledger.channels_of(*channels.values()))
    line["channels"] = channels
    return line


def work_until(line, end) -> None:
    """From one due delivery to the next, at most so far at a time as the sweep's own pace would be on a slow day."""
    while line["at"] < end:
        planned = Delivery.objects.filter(state="planned")
        due = min(planned.values_list("due_at", flat=True), default=end)
        line["at"] = min(max(due, line["at"] + SECOND), line["at"] + PACE, end)
        dispatch.sweep(at=line["at"])
        for channel in line["channels"]:
            for claimed in dispatch.claim("emergency", channel, limit=10, at=line["at"]):
                if errand := dispatch.hand_over(claimed, worker="w", at=line["at"]):
                    dispatch.settle(errand, dispatch.send(errand, channel), at=line["at"], chance=0.5)


def states(edition) -> dict[str, str]:
    return dict(Delivery.objects.filter(edition=edition).values_list("destination__key", "state"))


@pytest.mark.faults
@pytest.mark.django_db
def test_what_is_inside_goes_on_and_only_what_is_still_valid_leaves_when_the_line_is_back(officers, line):
    places = [make_destination("board", "tests.inside"), make_destination("service", "tests.outside")]

    def lives(order: Order, hours: float) -> Order:
        return Order(**{**order.__dict__, "expires_at": line["at"] + hours * HOUR})

    over = release(lives(first(officers, *places), 6), at=NIGHT)
    overtaken = release(lives(first(officers, *places), 48), at=NIGHT)
    work_until(line, NIGHT + 12 * HOUR)
    newest = release(lives(following(overtaken, EditionKind.UPDATE, *places), 48), at=line["at"])
    work_until(line, BACK - SECOND)

    assert states(over) == {"board": "accepted", "service": "expired"}
    assert states(overtaken)["board"] == states(newest)["board"] == "accepted"
    assert [key for _id, key, _ in line["channels"]["tests.inside"].sent] == ["board"] * 3
    settled = Delivery.objects.get(edition=newest, destination__key="board").settled_at
    assert settled - newest.released_at <= SECOND

    tries_before = len(line["channels"]["tests.outside"].sent)
    work_until(line, BACK + 1.2 * LADDER[-1] * SECOND)
    left = [identifier for identifier, _key, _ in line["channels"]["tests.outside"].sent[tries_before:]]

    assert left == [newest.identifier]
    assert states(newest)["service"] == "accepted"
    assert states(over)["service"] == "expired"
    assert list(FollowUp.objects.filter(delivery__edition=over).values_list("reason", flat=True)) == ["expired"]
    # A day of tries, five minutes apart: bounded, and each one written down.
    assert Attempt.objects.filter(delivery__edition=newest).count() < 24 * 3600 / LADDER[-1]
