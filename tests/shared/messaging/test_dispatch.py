"""Making deliveries, and finding what was left lying."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import NIGHT, first, following, make_destination
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.models import Attempt, Delivery, FollowUp
from todoke.shared.messaging.rules import LADDER, MOVES, may_move
from todoke.shared.messaging.types import DeliveryState, EditionKind, Mode, Never, Reach, Receipt, TryLater

SECOND = timedelta(seconds=1)


def raising(trouble: Exception) -> ledger.Answer:
    def answer(*_):
        raise trouble

    return answer


def one_try(at=NIGHT, channel="tests.plain") -> dispatch.Errand | None:
    [claimed] = dispatch.claim("emergency", channel, limit=1, at=at)
    errand = dispatch.hand_over(claimed, worker="w", at=at)
    if errand:
        dispatch.settle(errand, dispatch.send(errand, channel), at=at, chance=0.5)
    return errand


@pytest.fixture
def channel(monkeypatch):
    """A channel of which the test says what it answers and whether it has a key."""
    obedient = ledger.ObedientChannel("tests.plain")
    monkeypatch.setattr(dispatch, "channels", ledger.channels_of(obedient))
    return obedient


@pytest.fixture
def delivery(officers, channel):
    edition = release(first(officers, make_destination("page")), at=NIGHT)
    return Delivery.objects.get(edition=edition)


@pytest.mark.parametrize(
    ("answer", "state", "outcome"),
    [
        (lambda *_: Receipt(reference="a1"), "accepted", "accepted"),
        (lambda *_: Receipt(confirmed=True), "confirmed", "confirmed"),
        (raising(TryLater("混んでいます")), "planned", "later"),
        (raising(TryLater("切れました", may_have_left=True)), "planned", "unclear"),
        (raising(Never("宛先がありません")), "failed", "never"),
        (raising(RuntimeError("a fault of ours")), "planned", "unclear"),
    ],
)
def test_each_answer_leads_to_its_state(delivery, channel, answer, state, outcome):
    channel.answer = answer

    one_try()

    delivery.refresh_from_db()
    attempt = Attempt.objects.get(delivery=delivery)
    assert (delivery.state, attempt.outcome) == (state, outcome)
    assert attempt.ended_at == NIGHT


@pytest.mark.parametrize("trouble", [TryLater("切れました", may_have_left=True), RuntimeError("a fault of ours")])
def test_without_a_key_what_may_have_left_is_a_persons_task(delivery, channel, trouble):
    channel.idempotency_key = None
    channel.answer = raising(trouble)

    one_try()

    delivery.refresh_from_db()
    assert delivery.state == "unknown"
    assert FollowUp.objects.get(delivery=delivery).reason == "unknown"


def test_every_try_has_the_same_key(delivery, channel):
    channel.answer = raising(TryLater("混んでいます"))
    one_try()
    one_try(at=NIGHT + 6 * SECOND)

    keys = {key for _, _, key in channel.sent}

    assert len(channel.sent) == 2
    assert len(keys) == 1


def test_tries_climb_the_ladder_until_the_delivery_expires(delivery, channel):
    channel.answer = raising(TryLater("混んでいます"))
    at, waits = NIGHT, []

    while Delivery.objects.get(pk=delivery.pk).state == "planned":
        one_try(at)
        due_at = Delivery.objects.get(pk=delivery.pk).due_at
        waits.append((due_at - at).total_seconds())
        at = due_at

    delivery.refresh_from_db()
    assert waits[:6] == list(LADDER[1:])
    assert delivery.state == "expired"
    assert delivery.settled_at < delivery.expires_at
    assert FollowUp.objects.get(delivery=delivery).reason == "expired"
    assert Attempt.objects.filter(delivery=delivery).count() == len(waits)


def test_the_other_side_may_ask_for_a_longer_wait(delivery, channel):
    channel.answer = raising(TryLater("429", after_seconds=90))

    one_try()

    assert Delivery.objects.get(pk=delivery.pk).due_at == NIGHT + 90 * SECOND


def test_two_workers_never_hold_the_same_delivery(delivery, channel):
    held = dispatch.claim("emergency", "tests.plain", limit=5, at=NIGHT)

    assert len(held) == 1
    assert dispatch.claim("emergency", "tests.plain", limit=5, at=NIGHT) == []


def test_a_claim_takes_no_more_than_was_asked_for_whatever_the_plan(officers, channel):
    release(first(officers, *(make_destination(f"place-{number}") for number in range(20))), at=NIGHT)

    with connection.cursor() as cursor:
        # Nested loops run an unmaterialized choice again for each row.
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    claims = dispatch.claim("emergency", "tests.plain", limit=3, at=NIGHT)

    assert len(claims) == 3
    assert Delivery.objects.filter(state="leased").count() == 3


def test_a_later_edition_waits_until_the_earlier_one_has_arrived(delivery, channel):
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
    release(following(delivery.edition, EditionKind.CANCEL), at=NIGHT)

    before = dispatch.claim("emergency", "tests.plain", limit=5, at=NIGHT)
    dispatch.settle(errand, Receipt(), at=NIGHT)
    after = dispatch.claim("emergency", "tests.plain", limit=5, at=NIGHT)

    assert before == []
    assert len(after) == 1


def test_a_failed_try_of_an_overtaken_edition_is_not_repeated(delivery, channel):
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
    release(following(delivery.edition, EditionKind.UPDATE, delivery.destination), at=NIGHT)

    dispatch.settle(errand, TryLater("混んでいます"), at=NIGHT)

    delivery.refresh_from_db()
    assert delivery.state == "withdrawn"


def test_the_sweep_takes_back_a_lease_whose_worker_died_before_sending(delivery, channel):
    dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)

    moved = dispatch.sweep(at=NIGHT + 60 * SECOND)

    delivery.refresh_from_db()
    assert (moved, delivery.state, delivery.attempts_made) == (1, "planned", 0)


@pytest.mark.parametrize(("key", "state"), [("key", "planned"), (None, "unknown")])
def test_the_sweep_repeats_what_may_have_left_only_where_there_is_a_key(delivery, channel, key, state):
    channel.idempotency_key = key
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    dispatch.hand_over(claimed, worker="w", at=NIGHT)

    dispatch.sweep(at=NIGHT + 60 * SECOND)

    delivery.refresh_from_db()
    assert delivery.state == state
    assert delivery.due_at <= NIGHT + 60 * SECOND, "our own worker's death is no reason to wait longer still"
    assert Attempt.objects.get(delivery=delivery).outcome == "lapsed"


def test_a_worker_that_wakes_after_its_lease_changes_nothing(delivery, channel):
    channel.idempotency_key = None
    [claimed] = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
    dispatch.sweep(at=NIGHT + 60 * SECOND)

    held = dispatch.settle(errand, Receipt(), at=NIGHT + 61 * SECOND)

    delivery.refresh_from_db()
    assert (held, delivery.state) == (False, "unknown")


def test_museum_7_nothing_leaves_after_its_time_not_even_from_a_restored_backup(delivery, channel):
    a_week_later = NIGHT + timedelta(days=7)

    claims = dispatch.claim("emergency", "tests.plain", limit=5, at=a_week_later)
    dispatch.sweep(at=a_week_later)

    delivery.refresh_from_db()
    assert (claims, channel.sent, delivery.state) == ([], [], "expired")


def test_museum_6_who_was_served_is_not_served_again_when_the_work_resumes(officers, channel):
    places = [make_destination(f"place-{number}") for number in range(6)]
    release(first(officers, *places), at=NIGHT)
    for _ in range(3):
        one_try()
    dispatch.claim("emergency", "tests.plain", limit=2, at=NIGHT)  # and the worker dies

    dispatch.sweep(at=NIGHT + 60 * SECOND)
    for _ in range(3):
        one_try(at=NIGHT + 61 * SECOND)

    assert sorted(key for _, key, _ in channel.sent) == [f"place-{number}" for number in range(6)]


def test_museum_5_accepted_is_written_only_after_the_other_side_said_so(delivery, channel):
    seen = []
    channel.answer = lambda *_: seen.append(Delivery.objects.get(pk=delivery.pk).state) or Receipt()

    one_try()

    assert seen == ["handed_over"]
    assert Delivery.objects.get(pk=delivery.pk).state == "accepted"


def test_a_retired_channel_fails_its_deliveries_and_asks_a_person(officers, channel):
    edition = release(first(officers, make_destination("old", channel="tests.retired")), at=NIGHT)

    one_try(channel="tests.retired")

    delivery = Delivery.objects.get(edition=edition)
    assert delivery.state == "failed"
    assert FollowUp.objects.filter(delivery=delivery).exists()


def test_an_attempt_is_written_once(delivery, channel):
    one_try()

    with pytest.raises(IntegrityError, match="an attempt is written once"), transaction.atomic():
        Attempt.objects.update(says="never happened")
    with pytest.raises(IntegrityError, match="an attempt is written once"), transaction.atomic():
        Attempt.objects.all().delete()


def test_the_database_allows_exactly_the_moves_of_the_rules(delivery):
    allowed = set()
    for source in DeliveryState:
        for target in DeliveryState:
            if source == target:
                continue
            with transaction.atomic():
                force(delivery.pk, source)
                try:
                    with transaction.atomic():
                        move(delivery.pk, target)
                    allowed.add((source, target))
                except IntegrityError:
                    pass

    assert allowed == {(source, target) for source in MOVES for target in MOVES[source]}
    assert not may_move(DeliveryState.CONFIRMED, DeliveryState.PLANNED)


def force(pk: int, state: str) -> None:
    with connection.cursor() as cursor:
        # Deferred foreign keys of the rows just written stand in the way of an ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE messaging_delivery DISABLE TRIGGER delivery_moves_as_allowed")
        move(pk, state)
        cursor.execute("ALTER TABLE messaging_delivery ENABLE TRIGGER delivery_moves_as_allowed")


def move(pk: int, state: str) -> None:
    leased = (
        "gen_random_uuid(), leased_until = now()" if state in ("leased", "handed_over") else "NULL, leased_until = NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE messaging_delivery SET state = %s, lease = {leased} WHERE id = %s", [state, pk])


def test_ten_thousand_random_mixes_of_mode_and_destination_leak_nothing(officers, plain):
    chance = random.Random(2018)
    editions = {
        mode: release(first(officers, make_destination(f"seed-{mode}", **ledger.reach(mode)), mode=mode), at=NIGHT)
        for mode in Mode
    }
    places = {
        (where, joins): make_destination(f"{where}-{joins}", reach=where, joins_drills=joins)
        for where in Reach
        for joins in (False, True)
        if not (where == Reach.PUBLIC and joins)
    }
    mixes = [(chance.choice(list(Mode)), chance.choice(list(places))) for _ in range(10_000)]

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE mix (edition bigint, destination bigint) ON COMMIT DROP")
        with cursor.copy("COPY mix FROM STDIN") as copy:
            for mode, place in mixes:
                copy.write_row((editions[mode].pk, places[place].pk))
        cursor.execute(INSERT_EACH)

    through = set(
        Delivery.objects.exclude(destination__key__startswith="seed-").values_list("mode", "reach", "joins_drills")
    )
    assert through == {
        ("actual", "public", False),
        ("actual", "staff", False),
        ("actual", "staff", True),
        ("exercise", "staff", True),
        ("exercise", "simulator", False),
        ("exercise", "simulator", True),
        ("test", "staff", True),
        ("test", "simulator", False),
        ("test", "simulator", True),
    }


# Each row is tried for itself, as a fault in the programme would: the refused ones leave nothing behind.
INSERT_EACH = """
DO $$
DECLARE m record;
BEGIN
    FOR m IN SELECT * FROM mix LOOP
        BEGIN
            INSERT INTO messaging_delivery (edition_id, destination_id, message_id, number, channel, lane, mode, reach,
                joins_drills, expires_at, state, reason, due_at, attempts_made)
            VALUES (m.edition, m.destination, 0, 0, '', '', 'actual', 'staff', true, now(), 'planned', '', now(), 0);
        EXCEPTION WHEN check_violation OR unique_violation THEN NULL;
        END;
    END LOOP;
END $$;
"""
