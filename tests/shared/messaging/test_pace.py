"""The pace of a route: how much leaves, whoever asks, in whatever order."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared.messaging.ledger import NIGHT
from todoke.shared.messaging.actions import pace
from todoke.shared.messaging.models import Pace

pytestmark = pytest.mark.django_db
ROUTE = "tests.route"


def after(seconds: float):
    return NIGHT + timedelta(seconds=seconds)


def take(wanted, *, at=0.0, lane="normal", per_second=10, **rest):
    return pace.take(ROUTE, wanted, per_second=per_second, lane=lane, at=after(at), **rest)


def test_a_route_starts_with_one_second_s_worth_of_which_ordinary_lanes_leave_a_fifth():
    assert take(100) == 8
    assert take(100) == 0
    assert take(100, lane="emergency") == 2
    assert take(1, lane="emergency") == 0


def test_what_was_taken_flows_back_with_time_and_never_beyond_the_bucket():
    take(100, lane="emergency")

    assert take(100, lane="emergency", at=0.5) == 5
    assert take(100, lane="emergency", at=60) == 10


def test_an_ordinary_lane_has_the_whole_rate_while_no_emergency_asks():
    take(100)

    assert [take(100, at=second) for second in (1, 2, 3)] == [8, 8, 8]
    assert sum(take(100, at=4 + step / 10) for step in range(20)) >= 19


def test_an_emergency_that_asks_all_the_time_has_everything():
    take(100, lane="emergency")

    shares = [(take(100, lane="emergency", at=step / 10), take(100, at=step / 10)) for step in range(1, 31)]

    assert sum(alert for alert, _other in shares) == 30
    assert sum(other for _alert, other in shares) == 0


def test_a_slow_route_carries_for_ordinary_lanes_too():
    assert take(5, per_second=0.5) == 1
    assert take(5, per_second=0.5, at=1) == 0
    assert take(5, per_second=0.5, at=2) == 1


def test_the_day_s_cap_binds_ordinary_lanes_until_midnight_in_japan():
    # 03:00 on a Japanese clock; the next day begins 21 hours later.
    assert take(100, per_day=10) == 8
    assert take(100, per_day=10, at=60) == 2
    assert take(100, per_day=10, at=120) == 0
    assert take(100, per_day=10, at=120, lane="emergency") == 10
    assert take(100, per_day=10, at=timedelta(hours=20, minutes=59).total_seconds()) == 0
    assert take(100, per_day=10, at=timedelta(hours=21).total_seconds()) == 8
    assert Pace.objects.get().today == 8


def test_routes_do_not_take_from_each_other():
    take(100, lane="emergency")

    assert pace.take("tests.other", 100, per_second=10, lane="emergency", at=NIGHT) == 10


def test_nothing_is_granted_to_nothing():
    assert take(0) == 0
    assert take(-3) == 0
    assert not Pace.objects.exists()


@pytest.mark.parametrize("figures", [{"per_second": 0}, {"per_second": -1}, {"per_second": 10, "reserve": 1}])
def test_figures_that_make_no_pace_are_refused(figures):
    with pytest.raises(ValueError, match="a pace needs"):
        take(1, **figures)


@pytest.mark.parametrize("lane", ["normal", "emergency"])
def test_a_route_is_free_as_long_as_it_would_grant_one(lane):
    def is_free(at=0.0):
        return pace.free(ROUTE, per_second=10, lane=lane, at=after(at))

    assert is_free()
    take(100, lane=lane)
    assert not is_free()
    assert is_free(0.2)
    assert Pace.objects.get().allowance == pytest.approx(0 if lane == "emergency" else 2)


def test_a_clock_that_was_set_back_costs_one_bucket_at_most_and_stops_nobody():
    take(100, lane="emergency", at=300)

    assert take(100, lane="emergency", at=0) == 0
    assert take(100, lane="emergency", at=0.5) == 5


def test_the_clock_is_that_of_the_database_when_none_is_given():
    assert pace.take(ROUTE, 100, per_second=10, lane="emergency") == 10
    assert pace.take(ROUTE, 100, per_second=0.01, lane="emergency") == 0
    assert not pace.free(ROUTE, per_second=0.01, lane="emergency")


class Undo(Exception):
    """Ends an example and takes its rows with it."""


CALLS = st.lists(
    st.tuples(
        st.floats(0, 2.5),  # how much later than the call before
        st.floats(-0.9, 0),  # a thread that read the clock and came late
        st.integers(1, 60),
        st.sampled_from(["emergency", "normal", "bulk"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS, rate=st.floats(0.3, 40), cap=st.none() | st.integers(0, 80))
def test_in_no_stretch_of_time_more_leaves_than_rate_times_time_and_one_bucket(db, calls, rate, cap):
    clock, told = 0.0, []
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - the example has to be undone
        for later, behind, wanted, lane in calls:
            clock += later
            told.append(
                (clock, lane, take(wanted, at=max(0.0, clock + behind), lane=lane, per_second=rate, per_day=cap))
            )
        raise Undo

    room = pace.bucket(rate, 0.2)
    for begin in range(len(told)):
        for end in range(begin, len(told)):
            seconds = told[end][0] - told[begin][0]
            left = sum(granted for _at, _lane, granted in told[begin : end + 1])
            # Readings of the clock that came late make the stretch longer by as much.
            assert left <= rate * (seconds + 0.9) + room + 1e-6
    if cap is not None:
        count = 0
        for _at, lane, granted in told:
            assert lane == "emergency" or granted == 0 or count + granted <= cap
            count += granted


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_are_granted_together_what_one_would_be():
    rate, seconds = 400, 1.2
    granted: list[int] = []
    barrier = threading.Barrier(9)

    def work() -> None:
        try:
            barrier.wait()
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                granted.append(pace.take(ROUTE, 7, per_second=rate, lane="emergency"))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _each in range(8)]
    for worker in workers:
        worker.start()
    barrier.wait()
    begun = time.monotonic()
    for worker in workers:
        worker.join()
    took = time.monotonic() - begun

    row = Pace.objects.get()
    assert sum(granted) == row.today
    assert rate * (seconds - 0.2) <= sum(granted) <= rate * took + rate
