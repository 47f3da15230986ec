"""Tries are counted in the cache, for five minutes, without an address."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory

from todoke.base.limits import is_too_often, visitor

pytestmark = pytest.mark.django_db  # the cache lies in the database

AT = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


def test_the_third_of_two_is_too_many_until_the_five_minutes_are_over():
    with time_machine.travel(AT, tick=False) as clock:
        tries = [is_too_often("code", "10.0.0.1", 2) for _try in range(3)]
        clock.shift(timedelta(minutes=5))
        later = is_too_often("code", "10.0.0.1", 2)

    assert (tries, later) == ([False, False, True], False)


def test_other_people_and_other_doors_are_counted_apart():
    with time_machine.travel(AT, tick=False):
        assert not is_too_often("code", "10.0.0.1", 1)
        assert not is_too_often("code", "10.0.0.2", 1)
        assert not is_too_often("word", "10.0.0.1", 1)
        assert is_too_often("code", "10.0.0.1", 1)


def test_no_address_stands_in_the_cache(monkeypatch):
    kept: list[str] = []
    monkeypatch.setattr(cache, "add", lambda key, *_rest: kept.append(key))

    is_too_often("code", "10.0.0.1", 1)

    assert kept
    assert "10.0.0.1" not in kept[0]


def test_a_visitor_is_where_the_request_comes_from():
    assert visitor(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"
