"""Read-backs: seen is confirmed, not seen is a person's task, and nothing is looked for without end."""

from datetime import timedelta

import pytest

from tests.shared.messaging.ledger import NIGHT, following, make_destination
from tests.shared.watch.conftest import carry_out, states
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.models import Delivery, Edition, FollowUp
from todoke.shared.messaging.types import EditionKind, Receipt, TryLater
from todoke.shared.watch.actions import reading_back
from todoke.shared.watch.actions.reading_back import claim_due, look, plan, write_down
from todoke.shared.watch.models import ReadBack
from todoke.shared.watch.registry import Sighting
from todoke.shared.watch.rules import READ_BACKS_PER_CHANNEL_MAX

pytestmark = pytest.mark.django_db
UNSEEN = Sighting(False, "公開ページに、この版がありません。")


def after(seconds: float):
    return NIGHT + timedelta(seconds=seconds)


def look_once(reader, at) -> int:
    """One round, as the watch makes it; how many looks it took."""
    plan(at=at)
    errands = claim_due("tests.plain", limit=50, at=at)
    for errand in errands:
        write_down(errand, look(errand, reader), at=at)
    return len(errands)


def look_until_the_end(reader) -> list[int]:
    """The seconds at which it was looked, from the release until nothing waits any more."""
    seconds, at = [], NIGHT
    while look_once(reader, at):
        seconds.append(round((at - NIGHT).total_seconds()))
        at = ReadBack.objects.filter(state="waiting").values_list("due_at", flat=True).first() or after(400)
    return seconds


def test_a_delivery_that_is_seen_is_confirmed_within_seconds(sent, reader) -> None:
    sent()

    look_once(reader, after(1))

    assert states() == ["confirmed"]
    one = ReadBack.objects.get()
    assert (one.state, one.looks, one.ended_at, one.says) == ("seen", 1, after(1), "見えました。")
    assert FollowUp.objects.count() == 0


def test_a_page_that_never_shows_the_edition_is_a_persons_task_after_three_minutes(sent, reader) -> None:
    sent()
    reader.answer = lambda: UNSEEN

    seconds = look_until_the_end(reader)

    assert seconds == [0, 2, 7, 17, 37, 67, 97, 127, 157, 180]
    one, follow_up = ReadBack.objects.get(), FollowUp.objects.get()
    assert (one.state, one.ended_at) == ("missed", after(180))
    assert (follow_up.reason, follow_up.opened_at, follow_up.closed_at) == ("unknown", after(180), None)
    assert Delivery.objects.get().reason == "3分以内に確認できませんでした。公開ページに、この版がありません。"


def test_a_page_that_shows_it_at_last_is_seen(sent, reader) -> None:
    sent()
    answers = iter([UNSEEN, UNSEEN, Sighting(True, "見えました。")])
    reader.answer = lambda: next(answers)

    assert look_until_the_end(reader) == [0, 2, 7]
    assert states() == ["confirmed"]


def test_a_delivery_of_which_nobody_knew_is_resolved_by_seeing_it(sent, reader, plain) -> None:
    plain.idempotency_key = None
    sent(outcome=TryLater("返事がありません。", may_have_left=True))
    assert (states(), FollowUp.objects.filter(closed_at=None).count()) == (["unknown"], 1)

    look_once(reader, after(1))

    assert (states(), FollowUp.objects.filter(closed_at=None).count()) == (["confirmed"], 0)


def test_a_reader_that_breaks_has_seen_nothing(sent, reader) -> None:
    sent()

    def explode() -> Sighting:
        raise RuntimeError("hanako@mail.example.jp")

    reader.answer = explode

    look_until_the_end(reader)

    assert ReadBack.objects.get().says == "3分以内に確認できませんでした。RuntimeError"


def test_a_reader_whose_service_is_away_tells_why(sent, reader) -> None:
    sent()

    def away() -> Sighting:
        raise TryLater("127.0.0.1 が接続を断りました。")

    reader.answer = away

    look_once(reader, after(0))

    assert ReadBack.objects.get().says == "127.0.0.1 が接続を断りました。"


def test_what_has_not_been_sent_is_not_looked_for(officers, plain, reader, sent) -> None:
    sent(outcome=TryLater("いまは受け取れません。"))

    assert look_once(reader, after(1)) == 0
    assert states() == ["planned"]


def test_what_comes_to_rest_late_has_its_own_three_minutes(sent, reader) -> None:
    sent(outcome=TryLater("いまは受け取れません。"))
    late = after(600)
    carry_out(Receipt(), at=late)
    reader.answer = lambda: UNSEEN

    look_once(reader, late)

    assert ReadBack.objects.get().deadline_at == late + timedelta(minutes=3)


def test_an_edition_that_a_newer_one_has_overtaken_is_not_looked_for_any_more(sent, reader) -> None:
    edition = sent()
    reader.answer = lambda: UNSEEN
    look_once(reader, after(1))
    release(following(edition, EditionKind.UPDATE), at=after(5))

    look_once(reader, after(10))

    one = ReadBack.objects.get(edition=edition)
    assert (one.state, FollowUp.objects.count()) == ("dropped", 0)
    assert "新しい版" in one.says


def test_an_edition_that_has_expired_is_not_looked_for_any_more(sent, reader, monkeypatch) -> None:
    sent()
    reader.answer = lambda: UNSEEN
    look_once(reader, after(1))
    expired = Delivery.objects.get().expires_at

    (errand,) = claim_due("tests.plain", limit=1, at=expired)
    write_down(errand, UNSEEN, at=expired)

    assert (ReadBack.objects.get().state, FollowUp.objects.count()) == ("dropped", 0)


def test_a_destination_that_the_reader_cannot_see_is_left_alone(sent, reader) -> None:
    reader.blind_to = frozenset({"two"})
    sent("one", "two")

    look_once(reader, after(1))

    assert states() == ["accepted", "confirmed"]


def test_a_look_is_made_by_one_worker_alone_and_taken_up_again_when_that_one_dies(sent, reader) -> None:
    sent()
    plan(at=NIGHT)
    (killed,) = claim_due("tests.plain", limit=5, at=NIGHT)
    assert claim_due("tests.plain", limit=5, at=after(19)) == []

    (other,) = claim_due("tests.plain", limit=5, at=after(21))

    assert not write_down(killed, Sighting(True, "遅い"), at=after(22))
    assert write_down(other, UNSEEN, at=after(22))
    assert ReadBack.objects.get().looks == 1


def test_planning_twice_changes_nothing(sent, reader) -> None:
    sent("one", "two")

    assert [plan(at=after(second)) for second in range(3)] == [2, 0, 0]


def test_of_many_destinations_a_bounded_number_is_looked_for(sent, reader) -> None:
    sent(*(f"place{number}" for number in range(READ_BACKS_PER_CHANNEL_MAX + 5)))

    assert [plan(at=after(second)) for second in range(2)] == [READ_BACKS_PER_CHANNEL_MAX, 0]


def test_the_watch_that_was_away_for_minutes_still_looks_once(sent, reader) -> None:
    sent()
    reader.answer = lambda: UNSEEN

    made = [second for second in range(400, 420) if look_once(reader, after(second))]

    assert made == [400, 402, 407, 410]
    assert ReadBack.objects.get().state == "missed"


def test_the_watch_that_was_away_for_long_begins_with_what_is_new(sent, reader) -> None:
    sent()

    assert look_once(reader, after(901)) == 0


def test_looking_for_nothing_costs_two_queries(officers, plain, reader, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):
        plan(at=NIGHT)


def test_a_read_back_whose_reader_is_gone_ends_without_a_task(sent, reader, monkeypatch) -> None:
    sent()
    plan(at=NIGHT)
    monkeypatch.setattr(reading_back, "readers", [])

    reading_back.drop_without_reader(at=after(181))

    assert (ReadBack.objects.get().state, FollowUp.objects.count()) == ("dropped", 0)


def test_a_second_message_does_not_disturb_the_first(sent, reader, officers) -> None:
    sent("one")
    make_destination("unused")
    sent("two", at=after(1))

    look_once(reader, after(2))

    assert ReadBack.objects.filter(state="seen").count() == Edition.objects.count() == 2
