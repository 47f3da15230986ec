"""A round through a tree: whose turn it is, what the clock brings, and what the ledger is told."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections

from tests.shared.calling.conftest import begun, deputise, make_tree, send
from tests.shared.messaging.ledger import NIGHT, following
from todoke.shared.calling import actions
from todoke.shared.calling.models import Call, Round, RoundState
from todoke.shared.calling.rules import CallState
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.types import DeliveryState, EditionKind

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


def rung(round_) -> list[tuple[str, str]]:
    """Who was rung and how it stands, in the order of the calls."""
    return [
        (call.seat.name if call.seat else "post", call.state)
        for call in Call.objects.filter(round=round_).select_related("seat").order_by("pk")
    ]


def call_to(round_, name) -> Call:
    return Call.objects.get(round=round_, **({"seat": None} if name == "post" else {"seat__name": name}))


def told(round_, name, at=NIGHT):
    return actions.tell(call_to(round_, name).pk, viewer=None, at=at)


def state_of(round_) -> str:
    return Delivery.objects.get(pk=round_.delivery_id).state


def test_a_round_begins_with_the_first_person_and_the_delivery_waits_for_a_tick(officers):
    round_ = begun(officers, make_tree())

    assert rung(round_) == [("甲", "open")]
    assert call_to(round_, "甲").due_at == NIGHT + 5 * MINUTE
    assert state_of(round_) == DeliveryState.ACCEPTED


def test_after_five_minutes_without_a_tick_the_next_person_is_rung(officers):
    round_ = begun(officers, make_tree())

    before = actions.advance(at=NIGHT + 4 * MINUTE)
    assert (before, rung(round_)) == (0, [("甲", "open")])

    actions.advance(at=NIGHT + 5 * MINUTE)

    assert rung(round_) == [("甲", "lapsed"), ("乙", "open")]
    assert call_to(round_, "乙").due_at == NIGHT + 10 * MINUTE


def test_one_tick_meets_the_rule_of_any_and_the_delivery_is_confirmed(officers):
    round_ = begun(officers, make_tree())

    told(round_, "甲", NIGHT + MINUTE)

    round_.refresh_from_db()
    assert (round_.state, round_.ended_at) == (RoundState.MET, NIGHT + MINUTE)
    assert round_.reported_at == NIGHT + MINUTE
    assert state_of(round_) == DeliveryState.CONFIRMED


def test_with_the_rule_of_all_everybody_is_rung_at_once_and_all_ticks_are_needed(officers):
    round_ = begun(officers, make_tree(rule="all"))

    assert rung(round_) == [("甲", "open"), ("乙", "open"), ("丙", "open")]
    told(round_, "甲")
    told(round_, "乙")
    assert state_of(round_) == DeliveryState.ACCEPTED

    told(round_, "丙")

    assert state_of(round_) == DeliveryState.CONFIRMED


def test_with_the_rule_of_a_number_so_many_are_rung_and_an_unanswered_one_is_replaced(officers):
    round_ = begun(officers, make_tree(rule="count", needed=2))
    told(round_, "甲")

    actions.could_not_reach(call_to(round_, "乙").pk, viewer=None, at=NIGHT + MINUTE)

    assert rung(round_) == [("甲", "told"), ("乙", "unreached"), ("丙", "open")]
    told(round_, "丙")
    assert state_of(round_) == DeliveryState.CONFIRMED


def test_a_deputy_is_rung_before_the_next_line_and_counts_for_it(officers):
    tree = make_tree(rule="all", people=("甲", "乙"))
    deputise(tree, 3, "甲の代理", 1)
    round_ = begun(officers, tree)
    told(round_, "乙")

    actions.advance(at=NIGHT + 5 * MINUTE)
    told(round_, "甲の代理", NIGHT + 6 * MINUTE)

    assert rung(round_) == [("甲", "lapsed"), ("乙", "told"), ("甲の代理", "told")]
    assert state_of(round_) == DeliveryState.CONFIRMED


def test_when_nobody_is_left_the_named_post_is_rung_and_then_a_person_is_asked(officers):
    round_ = begun(officers, make_tree(people=("甲",)))

    actions.advance(at=NIGHT + 5 * MINUTE)

    round_.refresh_from_db()
    assert rung(round_) == [("甲", "lapsed"), ("post", "open")]
    assert round_.escalated_at == NIGHT + 5 * MINUTE

    actions.advance(at=NIGHT + 10 * MINUTE)

    round_.refresh_from_db()
    assert (round_.state, round_.ended_at) == (RoundState.MISSED, NIGHT + 10 * MINUTE)
    assert FollowUp.objects.get(delivery=round_.delivery_id).reason == "unknown"


def test_the_named_post_alone_does_not_make_a_tree_told(officers):
    round_ = begun(officers, make_tree(people=("甲",)))
    actions.advance(at=NIGHT + 5 * MINUTE)

    told(round_, "post", NIGHT + 6 * MINUTE)

    round_.refresh_from_db()
    assert round_.state == RoundState.MISSED
    assert state_of(round_) == DeliveryState.ACCEPTED
    assert FollowUp.objects.filter(delivery=round_.delivery_id, closed_at=None).count() == 1


def test_a_late_answer_still_confirms_and_closes_the_question(officers):
    round_ = begun(officers, make_tree(people=("甲",), post=""))
    actions.advance(at=NIGHT + 5 * MINUTE)
    assert Round.objects.get().state == RoundState.MISSED

    told(round_, "甲", NIGHT + 7 * MINUTE)

    assert Round.objects.get().state == RoundState.MET
    assert state_of(round_) == DeliveryState.CONFIRMED
    assert not FollowUp.objects.filter(closed_at=None).exists()


def test_a_second_tick_and_a_second_round_of_the_clock_change_nothing(officers):
    round_ = begun(officers, make_tree(rule="all"))
    told(round_, "甲", NIGHT + MINUTE)

    told(round_, "甲", NIGHT + 3 * MINUTE)
    actions.could_not_reach(call_to(round_, "甲").pk, viewer=None, at=NIGHT + 4 * MINUTE)
    actions.advance(at=NIGHT + 5 * MINUTE)
    actions.advance(at=NIGHT + 5 * MINUTE)

    assert call_to(round_, "甲").ended_at == NIGHT + MINUTE
    assert Call.objects.filter(round=round_, state=CallState.TOLD).count() == 1
    assert len(rung(round_)) == 4  # three people and the named post, once


def test_the_same_delivery_sent_twice_is_one_round(officers):
    round_ = begun(officers, make_tree())

    again = actions.begin(
        round_.key,
        edition=round_.delivery.edition.identifier,
        destination="tree",
        tree_key="heads",
        at=NIGHT + MINUTE,
    )

    assert again.pk == round_.pk
    assert len(rung(round_)) == 1


def test_a_correction_ends_the_earlier_round_and_its_words_are_read_no_more(officers):
    round_ = begun(officers, make_tree())
    edition = round_.delivery.edition
    release.release(following(edition, EditionKind.CORRECTION, round_.delivery.destination), at=NIGHT + MINUTE)

    send(NIGHT + MINUTE)

    round_.refresh_from_db()
    assert round_.state == RoundState.OVERTAKEN
    assert rung(round_) == [("甲", "needless")]
    with pytest.raises(actions.RoundIsOver):
        told(round_, "甲", NIGHT + 2 * MINUTE)
    assert rung(Round.objects.exclude(pk=round_.pk).get()) == [("甲", "open")]


def test_a_tree_that_is_not_there_fails_the_delivery_in_words(officers):
    tree = make_tree()
    tree.seats.update(is_active=False)
    with pytest.raises(Round.DoesNotExist):
        begun(officers, tree)

    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.FAILED
    assert "連絡網" in delivery.reason


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_the_same_moment_make_one_next_call(officers):
    round_ = begun(officers, make_tree(rule="count", needed=2, people=("甲", "乙", "丙", "丁")))
    start = threading.Barrier(2)

    def give_up(name):
        start.wait()
        actions.could_not_reach(call_to(round_, name).pk, viewer=None, at=NIGHT + MINUTE)
        connections.close_all()

    threads = [threading.Thread(target=give_up, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(rung(round_)) == sorted([("甲", "unreached"), ("乙", "unreached"), ("丙", "open"), ("丁", "open")])
