from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.base.calendar import USUAL, NeverOpen, OfficeCalendar, Stop

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
COUNTS = st.integers(0, 60)


@st.composite
def stops(draw: st.DrawFn) -> list[Stop]:
    began = draw(st.lists(DAYS, max_size=4))
    return [Stop(day, day + timedelta(days=draw(st.integers(0, 40)))) for day in began]


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        ("2026-12-29", "2027-01-04"),
        ("2026-09-19", "2026-09-24"),
        ("2026-05-02", "2026-05-07"),
        ("2026-11-20", "2026-11-20"),
    ],
)
def test_a_closed_day_gives_way_to_the_next_open_one(day: str, opens: str) -> None:
    assert USUAL.next_open(date.fromisoformat(day)) == date.fromisoformat(opens)


@pytest.mark.parametrize(
    ("day", "count", "ends"),
    [
        ("2026-11-20", 1, "2026-11-24"),  # Friday; Monday is a holiday
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-21", 0, "2026-11-21"),
        ("2026-11-24", -1, "2026-11-20"),
        ("2026-12-25", 2, "2027-01-04"),
        ("2024-04-26", 5, "2024-05-08"),
    ],
)
def test_open_days_are_counted_without_the_first(day: str, count: int, ends: str) -> None:
    assert USUAL.add_open_days(date.fromisoformat(day), count) == date.fromisoformat(ends)


@given(DAYS, COUNTS, COUNTS)
def test_adding_twice_is_adding_the_sum(day: date, one: int, other: int) -> None:
    assert USUAL.add_open_days(USUAL.add_open_days(day, one), other) == USUAL.add_open_days(day, one + other)


@given(DAYS, st.integers(-60, 60))
def test_counting_gives_back_what_was_added(day: date, count: int) -> None:
    start = USUAL.next_open(day)

    assert USUAL.open_days_between(start, USUAL.add_open_days(start, count)) == count


@given(DAYS, DAYS, DAYS)
def test_counts_of_neighbouring_spans_add_up(one: date, two: date, three: date) -> None:
    assert USUAL.open_days_between(one, two) + USUAL.open_days_between(two, three) == USUAL.open_days_between(
        one, three
    )


def test_closing_days_of_the_citys_own_are_left_out() -> None:
    calendar = OfficeCalendar(lambda day: day.weekday() >= 5 or day == date(2026, 11, 24))

    assert calendar.add_open_days(date(2026, 11, 20), 2) == date(2026, 11, 25)
    assert not calendar.is_open(date(2026, 11, 24))


def test_an_office_that_never_opens_is_a_fault_and_not_an_endless_search() -> None:
    with pytest.raises(NeverOpen, match="no open day within 366 days of 2026-11-20"):
        OfficeCalendar(lambda _day: True).next_open(date(2026, 11, 20))


def test_an_office_open_on_one_day_of_the_year_is_found() -> None:
    calendar = OfficeCalendar(lambda day: (day.month, day.day) != (4, 1))

    assert calendar.next_open(date(2024, 4, 2)) == date(2025, 4, 1)
    assert calendar.latest_open(date(2025, 3, 31)) == date(2024, 4, 1)
    assert calendar.add_open_days(date(2023, 4, 1), 1) == date(2024, 4, 1), "366 days, with 29 February"


def test_nobody_waits_for_an_office_longer_than_a_leap_year() -> None:
    calendar = OfficeCalendar(lambda day: day != date(2024, 4, 2))

    assert calendar.next_open(date(2023, 4, 2)) == date(2024, 4, 2)
    with pytest.raises(NeverOpen, match="no open day within 366 days of 2023-04-01"):
        calendar.next_open(date(2023, 4, 1))


# Terms whose clock is stopped


@pytest.mark.parametrize(
    ("stopped", "due"),
    [
        ([], "2026-11-16"),
        ([Stop(date(2026, 11, 4), date(2026, 11, 9))], "2026-11-19"),  # Thursday, Friday and Monday do not count
        ([Stop(date(2026, 11, 4), date(2026, 11, 4))], "2026-11-16"),
        ([Stop(date(2026, 11, 20), date(2026, 12, 20))], "2026-11-16"),  # after the end
        ([Stop(date(2026, 11, 4))], None),
        ([Stop(date(2026, 11, 4)), Stop(date(2026, 11, 4), date(2026, 11, 4))], None),
        ([Stop(date(2026, 11, 16))], "2026-11-16"),  # on the last day: it has been used
    ],
)
def test_a_term_ends_later_by_the_days_its_clock_stood_still(stopped: list[Stop], due: str | None) -> None:
    # Ten open days from Friday 30 October; 3 November is a holiday.
    assert USUAL.due_date(date(2026, 10, 30), 10, stopped) == (date.fromisoformat(due) if due else None)


def test_a_term_of_no_days_ends_on_the_next_open_day() -> None:
    assert USUAL.due_date(date(2026, 11, 21), 0) == date(2026, 11, 24)


@given(DAYS, st.integers(1, 60), stops())
def test_on_its_last_day_exactly_the_days_of_the_term_are_used(start: date, count: int, held: list[Stop]) -> None:
    due = USUAL.due_date(start, count, held)

    assert due is not None
    assert USUAL.is_open(due)
    assert USUAL.days_used(start, due, held) == count
    assert USUAL.days_used(start, due - timedelta(days=1), held) == count - 1


@given(DAYS, DAYS, stops())
def test_days_used_are_the_open_days_less_those_of_the_stops_each_once(
    start: date, end: date, held: list[Stop]
) -> None:
    start, end = sorted((start, end))

    stood = sum(
        USUAL.is_open(day) and any(stop.covers(day) for stop in held)
        for day in (start + timedelta(days=each) for each in range(1, (end - start).days + 1))
    )
    assert USUAL.days_used(start, end, held) == USUAL.open_days_between(start, end) - stood


@given(DAYS, st.integers(1, 40), stops(), st.randoms())
def test_neither_the_order_nor_a_repetition_of_stops_matters(
    start: date, count: int, held: list[Stop], random: Random
) -> None:
    shuffled = held * 2
    random.shuffle(shuffled)

    assert USUAL.due_date(start, count, shuffled) == USUAL.due_date(start, count, held)


@given(DAYS, st.integers(1, 40), st.integers(0, 39), st.integers(0, 40))
def test_a_stop_moves_the_end_by_its_own_open_days(start: date, count: int, after: int, length: int) -> None:
    began = USUAL.add_open_days(start, min(after, count - 1))
    ended = began + timedelta(days=length)

    due = USUAL.due_date(start, count, [Stop(began, ended)])

    assert due == USUAL.add_open_days(start, count + USUAL.open_days_between(began, ended))
