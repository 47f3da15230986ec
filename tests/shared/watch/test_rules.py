"""When to try again, how a route stands, when to look once more."""

from datetime import UTC, datetime, timedelta

import pytest

from todoke.shared.watch.rules import READ_BACK_WITHIN, Standing, next_look_at, next_probe_at, standing_of

AT = datetime(2026, 8, 29, 18, 0, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("ok", "failures", "age", "standing"),
    [
        (None, 0, None, Standing.NEVER_TRIED),
        (True, 0, 10, Standing.GOOD),
        (True, 0, 300, Standing.GOOD),
        (True, 0, 301, Standing.STALE),
        (False, 1, 10, Standing.DOUBTFUL),
        (False, 2, 10, Standing.BAD),
        (False, 9, 301, Standing.STALE),
    ],
)
def test_a_route_stands_as_its_latest_probe_says(ok, failures, age, standing) -> None:
    probed_at = None if age is None else AT - seconds(age)

    assert standing_of(ok=ok, failures=failures, probed_at=probed_at, at=AT) == standing


@pytest.mark.parametrize(("failures", "step"), [(0, 120), (1, 20), (2, 60), (50, 60)])
def test_a_route_is_tried_again_after_a_step_that_is_never_put_off(failures, step) -> None:
    assert next_probe_at(AT, failures, chance=0) == AT + seconds(step)
    assert next_probe_at(AT, failures, chance=1) == AT + seconds(step * 0.9)


def test_a_fault_is_on_the_screen_within_five_minutes_at_the_worst() -> None:
    # It begins right after a good probe; each probe takes its ten seconds, each look at the clock one.
    first = next_probe_at(AT, 0, chance=0) + seconds(1 + 10)
    second = next_probe_at(first, 1, chance=0) + seconds(1 + 10)

    assert second - AT <= timedelta(minutes=5)


def test_the_looks_are_few_the_first_ones_soon_and_the_last_at_the_deadline() -> None:
    deadline, at, looks = AT + READ_BACK_WITHIN, AT, []
    while (again := next_look_at(at, len(looks) + 1, deadline)) is not None:
        looks.append((again - AT).total_seconds())
        at = again

    assert looks == [2, 7, 17, 37, 67, 97, 127, 157, 180]
