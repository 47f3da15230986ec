"""Every process that decides what is due goes by one clock."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from todoke.base import clock, database_clock

MINUTES = timedelta(minutes=5)


@pytest.fixture
def keeping(db):
    database_clock.keep_to_the_database()
    yield
    database_clock.stop_keeping()


def the_databases() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("wrong", [MINUTES, -MINUTES])
def test_a_host_whose_clock_is_five_minutes_wrong_goes_by_the_databases(keeping, wrong, caplog):
    with time_machine.travel(datetime.now(UTC) + wrong):
        before = clock.now()
        database_clock.look_again()
        after = clock.now()

    assert abs(abs(before - the_databases()) - MINUTES) < timedelta(seconds=2)
    assert abs(after - the_databases()) < timedelta(seconds=1)
    assert "host_clock_is_wrong" in caplog.text


def test_a_clock_that_is_set_while_the_process_runs_changes_nothing(keeping):
    database_clock.look_again()

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=9)):
        told = clock.now()

    assert abs(told - the_databases()) < timedelta(seconds=1)


def test_it_is_measured_anew_only_every_few_seconds(keeping, django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(5):
            database_clock.look_again()


def test_a_process_that_keeps_to_nothing_reads_its_own_clock(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        database_clock.look_again()

    with time_machine.travel(datetime(2026, 8, 29, 18, 0, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 8, 29, 18, 0, tzinfo=UTC)


def test_a_host_that_is_right_again_says_so(keeping, caplog):
    with time_machine.travel(datetime.now(UTC) + MINUTES):
        database_clock.look_again()
    database_clock._measured_at = None

    database_clock.look_again()

    assert [record.message for record in caplog.records] == ["host_clock_is_wrong", "host_clock_is_right_again"]


def test_a_new_connection_measures_by_itself(transactional_db):
    database_clock.keep_to_the_database()
    try:
        connection.close()
        with time_machine.travel(datetime.now(UTC) + MINUTES):
            connection.ensure_connection()

            assert abs(clock.now() - the_databases()) < timedelta(seconds=1)
    finally:
        database_clock.stop_keeping()
