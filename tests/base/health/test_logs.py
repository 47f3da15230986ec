"""Log lines, as text and as JSON."""

import json
import logging
import sys
from datetime import datetime
from types import SimpleNamespace

import pytest

from todoke.base.health import context, logs

TOKEN = "Q7fK2mZ9xW4pL8sT3vB6nR1yD5hJ0cGa"


@pytest.fixture(autouse=True)
def nothing_said_before():
    role = context.role()
    yield
    context.play(role)
    logs.WITHOUT_TRACE.clear()


def record(message="job_stalled", *, name="todoke.base.jobs", level=logging.WARNING, error=None, **fields):
    return logging.getLogger(name).makeRecord(name, level, "x.py", 1, message, (), error, extra=fields)


def as_json(made: logging.LogRecord) -> dict:
    line = logs.JsonLine().format(made)
    assert "\n" not in line
    return json.loads(line)


def raised(error: Exception):
    try:
        raise error
    except type(error):
        return sys.exc_info()


def test_a_json_line_says_when_how_bad_who_and_what() -> None:
    context.play("worker emergency")

    told = as_json(record(job=7, lane="emergency", tried=True, sum=1.5))

    assert datetime.fromisoformat(told.pop("time")).utcoffset().total_seconds() == 0
    assert told == {
        "level": "warning",
        "logger": "todoke.base.jobs",
        "message": "job_stalled",
        "role": "worker emergency",
        "fields": {"job": 7, "lane": "emergency", "tried": True, "sum": 1.5},
    }


def test_a_line_names_its_request_and_its_edition() -> None:
    request, edition = context.request_id.set("0123456789abcdef"), context.edition_id.set("todoke.999997.ab12.1")
    try:
        told = as_json(record())
        text = logs.TextLine().format(record())
    finally:
        context.request_id.reset(request)
        context.edition_id.reset(edition)

    assert (told["request_id"], told["edition_id"]) == ("0123456789abcdef", "todoke.999997.ab12.1")
    assert text == ("WARNING todoke.base.jobs job_stalled request_id=0123456789abcdef edition_id=todoke.999997.ab12.1")


def test_a_trace_stays_in_the_line_and_loses_the_address_in_the_message_of_our_own_exception() -> None:
    error = raised(ValueError("the mailbox of hanako@mail.example.jp is full"))

    told = as_json(record(error=error))

    assert "ValueError: the mailbox of ‹…› is full" in told["trace"]
    assert "hanako" not in json.dumps(told, ensure_ascii=False)


def test_a_field_loses_what_must_not_stand_there() -> None:
    told = as_json(record(says=f"550 no such user hanako@mail.example.jp, see /u/{TOKEN}"))

    assert told["fields"] == {"says": "550 no such user ‹…›, see /u/‹…›"}


def test_djangos_own_line_about_a_request_names_the_pattern_instead_of_the_path() -> None:
    path = f"/subscriptions/{TOKEN}/"
    request = SimpleNamespace(
        path=path, META={}, resolver_match=SimpleNamespace(route="subscriptions/<str:token>/"), GET={"q": "suzuki"}
    )

    told = as_json(record(f"Internal Server Error: {path}", name="django.request", request=request, status_code=500))

    assert told["message"] == "Internal Server Error: subscriptions/<str:token>/"
    assert told["fields"] == {"status_code": 500}


def test_a_short_path_without_a_pattern_is_not_told_either() -> None:
    request = SimpleNamespace(path="/s/abc", META={}, resolver_match=None)

    told = as_json(record("Not Found: /s/abc", name="django.request", request=request))

    assert told["message"] == "Not Found: ‹…›"


def test_a_trouble_that_repeats_is_told_without_its_trace() -> None:
    logs.WITHOUT_TRACE[:] = [ConnectionError]

    told = as_json(record(error=raised(ConnectionRefusedError("no"))))

    assert "trace" not in told


def test_a_message_with_a_line_break_does_not_begin_a_second_line() -> None:
    assert logs.TextLine().format(record("first\nERROR forged")) == "WARNING todoke.base.jobs first ⏎ ERROR forged"
    assert as_json(record("first\nERROR forged"))["message"] == "first\nERROR forged"


@pytest.mark.parametrize(("form", "kind"), [("text", "TextLine"), ("json", "JsonLine")])
def test_the_settings_choose_the_form(form: str, kind: str) -> None:
    assert logs.settings_of(form)["formatters"]["line"]["()"] == f"todoke.base.health.logs.{kind}"
