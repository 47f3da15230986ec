from datetime import UTC, date, datetime, timedelta

import pytest

from tests.shared.messaging.editions import SENT_AT, content, edition
from todoke.shared.messaging.types import EditionKind
from todoke.shared.social.rules import Decision, Meter, Weight, judge, weight_of, window_at
from todoke.shared.social.types import Window

AT = SENT_AT
LATE = AT + timedelta(hours=24)
NOTE = content(level=2)


def meter(used: int, *, limit: int = 50, reserve: int = 40, window: Window = Window.DAY, every_minutes: float = 20):
    """So many posts, evenly spread until now."""
    uses = tuple(AT - timedelta(minutes=every_minutes * number) for number in range(used, 0, -1))
    return Meter(window, limit, reserve, uses, window_at(window, AT, date(2026, 11, 1))[1])


@pytest.mark.parametrize(
    ("told", "lane", "weight"),
    [
        (edition(), "emergency", Weight.VITAL),
        (edition(content=content(level=3)), "emergency", Weight.VITAL),
        (edition(content=content(level=None)), "emergency", Weight.VITAL),
        (edition(content=NOTE), "emergency", Weight.NOTE),
        (edition(), "normal", Weight.ORDINARY),
        (edition(), "bulk", Weight.ORDINARY),
        (edition(2, EditionKind.CANCEL, note="誤り"), "normal", Weight.VITAL),
        (edition(2, EditionKind.CORRECTION, note="誤り", content=NOTE), "emergency", Weight.VITAL),
    ],
)
def test_what_lives_depend_on_is_vital_and_a_weather_note_is_not(told, lane, weight):
    assert weight_of(told, lane) is weight


def test_a_vital_post_goes_even_where_nothing_is_left():
    ruling = judge([meter(50)], edition(), "emergency", at=AT, expires_at=LATE)

    assert ruling.decision is Decision.GO


@pytest.mark.parametrize(("used", "decision"), [(29, Decision.GO), (30, Decision.WAIT), (49, Decision.WAIT)])
def test_the_reserve_is_left_to_what_lives_depend_on(used, decision):
    ruling = judge([meter(used)], edition(), "normal", at=AT, expires_at=LATE)

    assert ruling.decision is decision


def test_the_weather_note_of_the_night_that_used_up_everything_may_not_touch_the_reserve():
    ruling = judge([meter(30)], edition(content=NOTE), "emergency", at=AT, expires_at=LATE)

    assert ruling.decision is Decision.WAIT


def test_a_post_waits_until_the_oldest_leaves_the_window():
    full = meter(30)

    ruling = judge([full], edition(), "normal", at=AT, expires_at=LATE)

    assert ruling.until == full.uses[0] + timedelta(hours=24)


def test_a_post_that_would_come_too_late_is_dropped():
    ruling = judge([meter(30)], edition(), "normal", at=AT, expires_at=AT + timedelta(minutes=5))

    assert ruling.decision is Decision.DROP


def test_prepaid_posts_that_are_used_up_come_back_by_no_waiting():
    used_up = meter(70, limit=100, reserve=30, window=Window.CREDITS)

    assert judge([used_up], edition(), "normal", at=AT, expires_at=LATE).decision is Decision.DROP


def test_where_posts_become_scarce_an_update_of_little_weight_waits_for_the_next_one():
    scarce = meter(24)

    waits = judge([scarce], edition(2, sent_at=AT), "normal", at=AT, expires_at=LATE)
    goes = judge([scarce], edition(2, sent_at=AT), "normal", at=AT + timedelta(minutes=10), expires_at=LATE)

    assert waits.decision is Decision.GATHER
    assert waits.until == AT + timedelta(minutes=10)
    assert goes.decision is Decision.GO


def test_a_first_edition_of_little_weight_waits_for_nobody():
    assert judge([meter(24)], edition(), "normal", at=AT, expires_at=LATE).decision is Decision.GO


def test_the_strictest_of_several_quotas_decides():
    quarter = meter(2, limit=2, reserve=0, window=Window.QUARTER, every_minutes=1)

    ruling = judge([meter(1), quarter], edition(), "normal", at=AT, expires_at=LATE)

    assert ruling.decision is Decision.WAIT
    assert ruling.meter is quarter


def test_a_pace_that_the_window_bears_never_runs_out():
    assert meter(24, every_minutes=60).runs_out_at(AT) is None


def test_kumamotos_pace_is_seen_to_run_out_before_it_does():
    # 20 posts in the last hundred minutes: 30 are left, at 20 in three hours.
    busy = meter(20, every_minutes=5)

    assert busy.runs_out_at(AT) == AT + timedelta(hours=4.5)


def test_a_month_that_ends_before_the_posts_do_is_no_trouble():
    assert meter(10, limit=1500, window=Window.MONTH).runs_out_at(AT) is None


def test_prepaid_posts_that_last_two_weeks_are_no_trouble_and_those_that_do_not_are():
    lasting = meter(31, limit=3000, reserve=30, window=Window.CREDITS)
    ending = meter(31, limit=60, reserve=0, window=Window.CREDITS)

    assert lasting.runs_out_at(AT) is None
    assert ending.runs_out_at(AT) == AT + timedelta(days=7) / 31 * 29


def test_a_month_is_that_of_the_japanese_calendar():
    start, end = window_at(Window.MONTH, datetime(2026, 11, 30, 16, tzinfo=UTC), None)

    assert start == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 15, tzinfo=UTC)


def test_nothing_left_is_said_at_once():
    assert meter(50).runs_out_at(AT) == AT
    assert meter(50).left == 0
    assert meter(50).open == 0
