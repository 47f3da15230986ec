"""The three addresses for machines."""

import time

import pytest
from django.test import Client, RequestFactory

from todoke.base.health import views
from todoke.base.health.asking import brings, comes_from_this_machine
from todoke.base.health.collecting import Collector
from todoke.base.health.readiness import Lack
from todoke.base.health.registry import Gauge, Sample

TOKEN = "metrics-token-of-the-tests"
HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}


@pytest.fixture
def numbers(monkeypatch):
    gauge = Gauge("tests.answer", "A number of the tests.", lambda: [Sample(42)], asks_database=False)
    monkeypatch.setattr(views, "_collector", Collector([gauge]))


def test_healthz_answers_without_any_database() -> None:
    # No mark for the database: a query would fail this test.
    response = Client().get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Cache-Control"] == "no-store"


def test_healthz_takes_less_than_a_millisecond() -> None:
    request = RequestFactory().get("/healthz")
    took = []
    for _ in range(100):
        began = time.perf_counter()
        views.healthz(request)
        took.append(time.perf_counter() - began)

    assert sorted(took)[50] < 0.001


def test_readyz_says_yes(monkeypatch) -> None:
    monkeypatch.setattr(views, "lacks", list)

    response = Client().get("/readyz")

    assert (response.status_code, response.json()) == (200, {"ready": True, "missing": []})


def test_readyz_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setattr(views, "lacks", lambda: [Lack("database", "データベースにつながりません。")])

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "missing": [{"key": "database", "says": "データベースにつながりません。"}],
    }
    assert "データベース" in response.content.decode()


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_nothing_is_posted_here(address: str) -> None:
    assert Client().post(address).status_code == 405


def test_metrics_answers_this_machine(numbers) -> None:
    response = Client().get("/metrics", **HERE)

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert "todoke_tests_answer 42.0" in response.content.decode()


def test_metrics_refuses_a_stranger(numbers) -> None:
    response = Client().get("/metrics", REMOTE_ADDR="203.0.113.5")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"42" not in response.content


def test_metrics_answers_who_brings_the_token(numbers, settings) -> None:
    settings.METRICS_TOKEN = TOKEN

    given = [
        Client().get("/metrics", REMOTE_ADDR="203.0.113.5", headers={"Authorization": words}).status_code
        for words in (f"Bearer {TOKEN}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", "Bearer ")
    ]

    assert given == [200, 401, 401, 401, 401]


def test_nobody_brings_a_token_where_there_is_none() -> None:
    assert not brings("", "Bearer ")
    assert not brings("", "")


@pytest.mark.parametrize(
    ("facts", "here"),
    [
        ({}, True),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"}, True),
        ({"HTTP_HOST": "localhost"}, True),
        ({"REMOTE_ADDR": "192.168.1.9"}, False),
        # A proxy on this machine, for the whole world.
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.5"}, False),
        ({"HTTP_FORWARDED": "for=203.0.113.5"}, False),
        ({"HTTP_HOST": "www.city.example.jp"}, False),
        # A page in a browser on this machine, by a name that leads here.
        ({"HTTP_HOST": "rebound.example"}, False),
        ({"REMOTE_ADDR": ""}, False),
    ],
)
def test_this_machine_is_who_calls_by_loopback_and_by_no_proxy(facts: dict[str, str], here: bool) -> None:
    assert comes_from_this_machine(RequestFactory().get("/metrics", **{**HERE, **facts})) is here


def test_a_request_without_a_host_does_not_come_from_this_machine() -> None:
    request = RequestFactory().get("/metrics")
    request.META.pop("HTTP_HOST", None)

    assert not comes_from_this_machine(request)
