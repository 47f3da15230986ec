"""After a restore, or when a database is found behind its time: nothing stale leaves, nothing fresh is held up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import HOUR, NIGHT, first, following, make_destination
from todoke.base.backup import setbacks
from todoke.base.backup.models import Setback
from todoke.base.backup.setbacks import open_setbacks, set_back
from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import dispatch, release, restored
from todoke.shared.messaging.models import Attempt, Delivery, FollowUp
from todoke.shared.messaging.types import EditionKind

WEEK = timedelta(days=7)


@pytest.fixture
def channel(monkeypatch):
    """One channel whose repeats are safe and one without a key."""
    keyed = ledger.ObedientChannel("tests.plain")
    keyless = ledger.ObedientChannel("tests.keyless", idempotency_key=None)
    for module in (dispatch, restored):
        monkeypatch.setattr(module, "channels", ledger.channels_of(keyed, keyless))
    keyed.keyless = keyless
    return keyed


def order(officers, *places, lives=6 * HOUR, at=None):
    made = first(officers, *places)
    return type(made)(**{**made.__dict__, "expires_at": (at or now()) + lives})


def in_every_state(officers, at, *, lives, channel="tests.plain"):
    """Deliveries as a backup catches them: planned, for later, leased, handed over, and two that have ended."""
    names = ("planned", "later", "leased", "handed", "done", "refused")
    places = [make_destination(f"{name}-{channel}", channel=channel) for name in names]
    release.release(order(officers, *places, lives=lives, at=at), at=at)
    found = {name: Delivery.objects.get(destination__key=f"{name}-{channel}") for name in names}
    Delivery.objects.filter(pk=found["later"].pk).update(due_at=at + timedelta(minutes=5))
    wanted = [found[name].pk for name in ("leased", "handed", "done")]
    Delivery.objects.filter(pk__in=[found["planned"].pk, found["refused"].pk]).update(due_at=at + timedelta(seconds=1))
    claims = dispatch.claim("emergency", channel, limit=3, at=at)
    assert sorted(claimed.delivery_id for claimed in claims) == sorted(wanted)
    by_id = {claimed.delivery_id: claimed for claimed in claims}
    dispatch.hand_over(by_id[found["handed"].pk], worker="w", at=at)
    errand = dispatch.hand_over(by_id[found["done"].pk], worker="w", at=at)
    dispatch.settle(errand, dispatch.send(errand, channel), at=at)
    Delivery.objects.filter(pk=found["refused"].pk).update(state="withdrawn", settled_at=at)
    return found


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("destination__key", "state"))


def everything_that_leaves(channel, at) -> int:
    """What a dispatcher would send in the hour after: sweeps and claims, again and again."""
    before = len(channel.sent) + len(channel.keyless.sent)
    for minute in range(0, 60, 5):
        then = at + timedelta(minutes=minute)
        dispatch.sweep(at=then)
        for kind in ("tests.plain", "tests.keyless"):
            for claimed in dispatch.claim("emergency", kind, limit=50, at=then):
                if errand := dispatch.hand_over(claimed, worker="w", at=then):
                    dispatch.settle(errand, dispatch.send(errand, kind), at=then)
    return len(channel.sent) + len(channel.keyless.sent) - before


@pytest.mark.parametrize("lives", [6 * HOUR, 14 * 24 * HOUR], ids=["over by now", "still in force"])
def test_museum_7_a_backup_of_seven_days_ago_sends_nothing_by_itself(officers, channel, lives):
    a_week_ago = now() - WEEK
    in_every_state(officers, a_week_ago, lives=lives)
    in_every_state(officers, a_week_ago, lives=lives, channel="tests.keyless")

    set_back(Setback.Kind.RESTORED, went_back_to=a_week_ago, host="host")

    assert everything_that_leaves(channel, now()) == 0
    ended = "expired" if lives == 6 * HOUR else "unknown"
    assert states() == {
        f"{name}-{kind}": state
        for kind in ("tests.plain", "tests.keyless")
        for name, state in {
            **dict.fromkeys(("planned", "later", "leased", "handed"), ended),
            "done": "accepted",
            "refused": "withdrawn",
        }.items()
    }
    assert FollowUp.objects.filter(closed_at=None, reason=ended).count() == 8
    assert not Attempt.objects.filter(outcome="").exists()
    assert Entry.objects.filter(what="messaging.set-aside").count() == 1


def test_without_the_setback_the_same_backup_would_have_sent_stale_alerts(officers, channel):
    in_every_state(officers, now() - WEEK, lives=14 * 24 * HOUR)

    assert everything_that_leaves(channel, now()) > 0, "the tests above can fail"


def test_a_held_delivery_may_have_been_read_so_its_cancellation_goes_there(officers, channel):
    place = make_destination("page")
    edition = release.release(order(officers, place, lives=30 * 24 * HOUR, at=now() - WEEK), at=now() - WEEK)
    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")

    made = following(edition, EditionKind.CANCEL)
    release.release(type(made)(**{**made.__dict__, "expires_at": now() + HOUR}), at=now())

    assert [delivery.state for delivery in Delivery.objects.order_by("number")] == ["unknown", "planned"]


def test_what_is_released_after_a_restore_leaves_at_once(officers, channel):
    in_every_state(officers, now() - WEEK, lives=14 * 24 * HOUR)
    set_back(Setback.Kind.RESTORED, went_back_to=now() - WEEK, host="host")

    release.release(order(officers, make_destination("fresh")), at=now())

    assert everything_that_leaves(channel, now()) == 1
    assert states()["fresh"] == "accepted"


def test_an_emergency_released_before_anybody_noticed_is_not_held_up(officers, channel):
    in_every_state(officers, now() - WEEK, lives=14 * 24 * HOUR)
    seen_until = now() - timedelta(minutes=2)
    release.release(order(officers, make_destination("fresh")), at=now())

    set_back(Setback.Kind.FOUND, went_back_to=now() - WEEK, seen_until=seen_until, host="host")

    assert states()["fresh"] == "planned"
    assert everything_that_leaves(channel, now()) == 1


def test_after_the_tail_of_a_failover_only_what_has_no_key_is_held(officers, channel):
    moment = now() - timedelta(seconds=5)
    in_every_state(officers, moment, lives=HOUR)
    in_every_state(officers, moment, lives=HOUR, channel="tests.keyless")

    set_back(Setback.Kind.TAIL, went_back_to=moment, seen_until=now(), host="host")

    after = states()
    assert {after[f"{name}-tests.keyless"] for name in ("planned", "later", "leased", "handed")} == {"unknown"}
    assert after["planned-tests.plain"] == "planned"
    assert everything_that_leaves(channel, now()) == 4


def test_a_person_sends_again_what_still_makes_sense(officers, channel):
    edition = release.release(
        order(officers, *(make_destination(f"place-{number}") for number in range(3)), lives=WEEK, at=now() - HOUR),
        at=now() - HOUR,
    )
    set_back(Setback.Kind.RESTORED, went_back_to=now() - HOUR, host="host")
    settled = Delivery.objects.get(edition=edition, destination__key="place-0")
    FollowUp.objects.filter(delivery=settled).update(closed_at=now())

    call_command("resume", "--send", "--by", "佐藤", verbosity=0, stdout=_quiet())

    assert states() == {"place-0": "unknown", "place-1": "planned", "place-2": "planned"}
    assert FollowUp.objects.filter(closed_at=None).count() == 0
    assert open_setbacks() == []
    assert Setback.objects.get().closed_by == "佐藤"
    assert everything_that_leaves(channel, now()) == 2


def test_closing_a_setback_without_sending_leaves_everything_with_people(officers, channel):
    release.release(order(officers, make_destination("page"), lives=WEEK, at=now() - HOUR), at=now() - HOUR)
    set_back(Setback.Kind.RESTORED, went_back_to=now() - HOUR, host="host")

    call_command("resume", "--by", "佐藤", stdout=_quiet())

    assert states() == {"page": "unknown"}
    assert FollowUp.objects.filter(closed_at=None).count() == 1
    assert open_setbacks() == []


def test_the_alerts_that_the_pages_show_again_are_put_to_a_person(officers, channel):
    sent_at = datetime.now(UTC).replace(microsecond=0) - HOUR
    release.release(order(officers, make_destination("page"), lives=WEEK, at=sent_at), at=sent_at)

    setback = set_back(Setback.Kind.RESTORED, went_back_to=now() - HOUR, host="host")

    [doubt] = setbacks.doubts_about(setback)
    assert "避難指示" in doubt
    assert "今も有効ですか" in doubt


def test_a_restore_with_nothing_under_way_says_nothing_of_the_ledger(officers, channel):
    setback = set_back(Setback.Kind.RESTORED, went_back_to=NIGHT, host="host")

    assert not any("配信" in said for said in setback.said)
    assert not Entry.objects.filter(what="messaging.set-aside").exists()


def _quiet():
    import io

    return io.StringIO()
