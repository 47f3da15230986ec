"""The number of a request."""

import logging
import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from todoke.base.health import context
from todoke.base.health.requests import RequestIdMiddleware


def answer(request, *, status=200, seen=None):
    def view(_request):
        if seen is not None:
            seen.append(context.request_id.get())
        return HttpResponse(status=status)

    return RequestIdMiddleware(view)(request)


def test_a_request_without_a_number_gets_one() -> None:
    seen: list[str] = []

    response = answer(RequestFactory().get("/"), seen=seen)

    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])
    assert seen == [response.headers["X-Request-ID"]]
    assert context.request_id.get() == ""


def test_a_number_of_the_proxy_is_kept() -> None:
    response = answer(RequestFactory().get("/", headers={"X-Request-ID": "proxy-0042.abc_DEF"}))

    assert response.headers["X-Request-ID"] == "proxy-0042.abc_DEF"


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space in it", "hanako@example.jp", "line%0abreak", "日本語日本語日本"]
)
def test_what_is_no_number_is_replaced(given: str) -> None:
    response = answer(RequestFactory().get("/", HTTP_X_REQUEST_ID=given))

    assert response.headers["X-Request-ID"] != given
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])


def test_a_failed_request_is_told_without_its_path(caplog) -> None:
    token = "Q7fK2mZ9xW4pL8sT3vB6nR1yD5hJ0cGa"

    with caplog.at_level(logging.WARNING, "todoke.base.health.requests"):
        answer(RequestFactory().get(f"/s/{token}?mail=hanako@example.jp"), status=503)
        answer(RequestFactory().get("/healthy"), status=200)

    (line,) = caplog.records
    assert (line.message, line.status, line.route) == ("request_answered", 503, "‹…›")
    assert token not in str(vars(line))
    assert "hanako" not in str(vars(line))


def test_a_request_is_told_by_its_pattern_where_a_collector_reads_along(caplog, db) -> None:
    with caplog.at_level(logging.INFO, "todoke.base.health.requests"):
        Client().get("/alerts/nothing-here/index.html")
        Client().get("/healthz")

    assert [line.route for line in caplog.records] == ["alerts/<path:address>"]
