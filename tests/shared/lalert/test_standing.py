"""What is ordered and lifted over all messages: pure, from frozen editions."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.shared.lalert.matters import OTHER, area, frozen, minutes, order, said_of
from todoke.shared.lalert.rules import ORDERS, standing
from todoke.shared.messaging.types import EditionKind

FIRST = order(1, area("kawagishi", "避難指示"), area("yamate", "高齢者等避難"))


def test_every_area_has_its_word_and_the_time_since_when() -> None:
    found = standing([FIRST], FIRST.sent_at)

    assert [(one.name, one.sort, one.is_lifted, one.at) for one in found] == [
        ("川岸地区", "避難指示", False, FIRST.sent_at),
        ("山手地区", "高齢者等避難", False, FIRST.sent_at),
    ]


def test_a_lifted_area_keeps_the_word_that_was_in_force() -> None:
    second = order(2, area("kawagishi", "避難指示"), area("yamate", "解除"))

    found = frozen(FIRST, second)

    assert said_of(found) == {"kawagishi": "避難指示", "yamate": "高齢者等避難 解除"}
    assert [one.at for one in found.orders] == [FIRST.sent_at, second.sent_at]


def test_a_raised_area_stands_under_its_new_word_alone() -> None:
    second = order(2, area("kawagishi", "緊急安全確保"), area("yamate", "避難指示"))

    assert said_of(frozen(FIRST, second)) == {"kawagishi": "緊急安全確保", "yamate": "避難指示"}


def test_an_area_that_a_correction_no_longer_names_is_lifted() -> None:
    second = order(2, area("kawagishi", "避難指示"), kind=EditionKind.CORRECTION)

    assert said_of(frozen(FIRST, second)) == {"kawagishi": "避難指示", "yamate": "高齢者等避難 解除"}


def test_a_cancellation_lifts_all_that_its_message_ordered() -> None:
    second = order(2, *FIRST.content.areas, kind=EditionKind.CANCEL)

    assert said_of(frozen(FIRST, second)) == {"kawagishi": "避難指示 解除", "yamate": "高齢者等避難 解除"}


def test_the_orders_of_another_message_stand_beside_and_the_gravest_word_wins() -> None:
    landslide = order(1, area("yamate", "避難指示"), area("minato", "高齢者等避難"), message_key=OTHER)

    assert said_of(frozen(landslide, FIRST)) == {
        "kawagishi": "避難指示",
        "yamate": "避難指示",
        "minato": "高齢者等避難",
    }


def test_what_one_message_lifts_stands_while_another_one_orders_it() -> None:
    landslide = order(1, area("yamate", "避難指示"), message_key=OTHER)
    lifting = order(2, area("kawagishi", "解除"), area("yamate", "解除"))

    assert said_of(frozen(landslide, FIRST, lifting)) == {"yamate": "避難指示", "kawagishi": "避難指示 解除"}


def test_a_message_whose_time_is_over_no_longer_counts() -> None:
    over = order(1, area("minato", "避難指示"), message_key=OTHER, expires_at=FIRST.sent_at)

    assert said_of(frozen(over, FIRST)) == {"kawagishi": "避難指示", "yamate": "高齢者等避難"}


HISTORY = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.lists(
            st.tuples(st.sampled_from(["kawagishi", "yamate", "minato"]), st.sampled_from([*ORDERS, "解除"])),
            max_size=3,
        ),
        st.sampled_from([EditionKind.UPDATE, EditionKind.CORRECTION]),
    ),
    min_size=1,
    max_size=8,
)


def editions_of(history):
    numbers: dict[str, int] = {}
    found = []
    for position, (message, areas, kind) in enumerate(history):
        numbers[message] = numbers.get(message, 0) + 1
        marks = [area(key, notice) for key, notice in dict(areas).items()]
        number = numbers[message]
        kind_of = None if number == 1 else kind
        found.append(order(number, *marks, kind=kind_of, message_key=message, sent_at=minutes(position)))
    return found


@given(HISTORY, st.randoms(use_true_random=False))
def test_the_same_editions_give_the_same_standing_in_whatever_order_they_come(history, chance: random.Random) -> None:
    editions = editions_of(history)
    mixed = chance.sample(editions, len(editions))
    at = editions[-1].sent_at

    assert standing(mixed, at) == standing(editions, at)


@given(HISTORY)
def test_an_area_is_lifted_only_with_a_word_that_it_had_and_never_forgotten(history) -> None:
    editions = editions_of(history)
    had: dict[str, set[str]] = {}
    for one in editions:
        for mark in one.content.areas:
            if mark.notice in ORDERS:
                had.setdefault(mark.key, set()).add(mark.notice)

    found = standing(editions, editions[-1].sent_at + timedelta(seconds=1))

    assert {one.key for one in found} == set(had)
    assert all(one.sort in had[one.key] for one in found)
