"""Gauges: read within a limit, whatever one of them does."""

import threading
from itertools import count

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from todoke.base.health import collecting
from todoke.base.health.collecting import Collector, read
from todoke.base.health.exposition import as_text
from todoke.base.health.registry import SAMPLES_MAX, Gauge, Sample


def gauge(key: str, read=lambda: [Sample(1)], **facts) -> Gauge:
    return Gauge(key, "A number of the tests.", read, **{"asks_database": False, **facts})


def asks(statement: str):
    def samples():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return [Sample(1)]

    return samples


def breaks():
    raise RuntimeError("the gauge breaks")


def test_a_gauge_that_fails_leaves_the_others_standing_and_says_so() -> None:
    readings = Collector([gauge("tests.good"), gauge("tests.bad", breaks)]).readings()

    text = as_text(readings).decode()
    assert "todoke_tests_good 1.0" in text
    assert 'todoke_gauge_failed{gauge="tests.good"} 0.0' in text
    assert 'todoke_gauge_failed{gauge="tests.bad"} 1.0' in text
    assert "todoke_tests_bad" not in text


def test_a_gauge_that_hangs_is_left_behind_and_not_asked_again_before_it_returns() -> None:
    asked, free = count(1), threading.Event()
    calls = []

    def hangs():
        calls.append(next(asked))
        free.wait(10)
        return [Sample(1)]

    collector = Collector([gauge("tests.hangs", hangs), gauge("tests.good")], limit_seconds=0.2, kept_seconds=0)

    first, second = collector.readings(), collector.readings()

    assert [reading.trouble for reading in first] == ["NoAnswerInTime", ""]
    assert [reading.trouble for reading in second] == ["NoAnswerInTime", ""]
    assert calls == [1]
    free.set()


def test_what_was_read_is_kept_for_ten_seconds() -> None:
    time, calls = [0.0], count(1)
    collector = Collector([gauge("tests.counts", lambda: [Sample(next(calls))])], clock=lambda: time[0])

    values = []
    for time[0] in (0.0, 9.9, 10.0, 10.1):
        values.append(collector.readings()[0].samples[0].value)

    assert values == [1, 1, 2, 2]


def test_labels_that_get_out_of_hand_make_the_gauge_fail() -> None:
    samples = [Sample(1, {"who": str(number)}) for number in range(SAMPLES_MAX + 1)]

    assert read(gauge("tests.many", lambda: samples, labels=("who",))).trouble == "TooManySamples"
    assert read(gauge("tests.many", lambda: samples[:-1], labels=("who",))).trouble == ""


@pytest.mark.django_db
def test_a_count_that_takes_too_long_is_cut_off_by_the_database(monkeypatch) -> None:
    monkeypatch.setattr(collecting, "STATEMENT_MILLISECONDS", 100)

    reading = read(gauge("tests.slow", asks("SELECT pg_sleep(10)"), asks_database=True))

    assert reading.trouble == "OperationalError"
    # And the limit stays with the gauge.
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db
def test_a_gauge_cannot_write() -> None:
    reading = read(gauge("tests.writes", asks("CREATE TABLE written_by_a_gauge (id int)"), asks_database=True))

    assert reading.trouble == "InternalError"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM written_by_a_gauge")


def test_a_label_is_escaped_as_the_format_asks() -> None:
    text = as_text([read(gauge("tests.odd-name", lambda: [Sample(2.5, {"lane": 'a"b\nc'})], labels=("lane",)))])

    assert 'todoke_tests_odd_name{lane="a\\"b\\nc"} 2.5' in text.decode()


def test_while_the_database_is_away_what_asks_none_is_still_read(monkeypatch) -> None:
    free = threading.Event()
    # A pool that has no connection to give keeps whoever asks waiting.
    monkeypatch.setattr(collecting, "_bounded", lambda _gauge: (free.wait(10),))
    away = [gauge(f"tests.away{number}", asks_database=True) for number in range(6)]
    collector = Collector([*away, gauge("tests.disk")], limit_seconds=0.3)

    try:
        readings = collector.readings()
    finally:
        free.set()

    assert {reading.gauge.key: reading.trouble for reading in readings} == {
        "tests.disk": "",
        **{one.key: "NoAnswerInTime" for one in away},
    }
