"""A My Number never enters: every address of the house refuses it, and the words by which a view says otherwise."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import get_resolver

from tests.base.codes.test_my_number import NOTATIONS, NUMBER
from tests.house.test_every_url import Address, every_address
from tests.sign_in import staff_client
from todoke.base.access import permissions
from todoke.base.codes.my_number import invent
from todoke.base.health import logs
from todoke.base.number_guard import declared

# Where programmes speak, each with the reason on its view. A new one is a decision: docs/running/my-number.md.
FOR_MACHINES = {
    "board-simulator:board",
    "calling-links:receipt",
    "sms:receipt",
    "subscriptions:line-webhook",
}
# Fields that lawfully hold twelve digits, by address.
TWELVE_DIGITS: dict[str, set[str]] = {}
# Views that refuse themselves, beside the field that holds it, or that say there is no such page; the interface answers
# with a problem that names the field.
INTERFACE = (
    *("catalogue", "procedure", "form", "begin", "filing", "answers", "file", "submission", "status"),
    *("exports", "export"),
)
SHOWN_BY_THEMSELVES = {
    "procedures-public:guide-page",
    "procedures-public:page",
    "procedures:away-form",
    "voices-public:page",
    "procedures:counter-page",
    "procedures:guide-page",
    *(f"procedures-interface:{name}" for name in INTERFACE),
}


@pytest.fixture(scope="module")
def addresses() -> list[Address]:
    return list(every_address(get_resolver()))


def test_the_guard_looks_before_anybody_else() -> None:
    assert settings.MIDDLEWARE[1] == "todoke.base.number_guard.NumberGuardMiddleware"
    # The first only gives the request its number.
    assert settings.MIDDLEWARE[0] == "todoke.base.health.requests.RequestIdMiddleware"


def test_every_exception_is_in_the_list_and_has_its_reason(addresses: list[Address]) -> None:
    machines = {each.name: declared(each.view, "unguarded_because") for each in addresses}
    fields = {each.name: declared(each.view, "twelve_digit_fields") for each in addresses}
    shown = {each.name for each in addresses if declared(each.view, "shows_refused_numbers")}

    assert {name for name, why in machines.items() if why} == FOR_MACHINES
    assert {name: set(found) for name, found in fields.items() if found} == TWELVE_DIGITS
    assert shown == SHOWN_BY_THEMSELVES
    assert all(len(why) > 20 for why in machines.values() if why)
    assert all(len(why) > 5 for found in fields.values() if found for why in found.values())


@pytest.mark.django_db
def test_every_address_refuses_a_my_number_in_every_kind_of_request(addresses: list[Address]) -> None:
    client = Client()
    failed = []
    for address in addresses:
        if not address.can_be_tried or address.name in FOR_MACHINES:
            continue
        answers = {
            "query": client.get(address.path, {"anything": NUMBER}),
            "form": client.post(address.path, {"anything": NUMBER}),
            "parts": client.post(address.path, {"a": SimpleUploadedFile(f"{NUMBER}.txt", b"x")}),
            "json": client.post(address.path, json.dumps({"a": [NUMBER]}), content_type="application/json"),
            "put": client.put(address.path, f"number={NUMBER}".encode(), content_type="text/plain"),
        }
        refusals = {302, 400, 404, 405} if address.name in SHOWN_BY_THEMSELVES else {400}
        failed += [
            f"{kind} {address.path} ({address.name}): {answer.status_code}"
            for kind, answer in answers.items()
            if answer.status_code not in refusals or NUMBER.encode() in answer.content
        ]

    assert failed == []


@pytest.mark.django_db
def test_no_trace_of_a_number_is_left_anywhere(
    addresses: list[Address], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], settings: Any
) -> None:
    # Given somebody with every right, and numbers of whom each is written in another way
    client = staff_client(*(permission.key for permission in permissions))
    random = Random(27)
    numbers = []
    caplog.set_level(logging.DEBUG)

    # When they send one to every address, as a form and in its query, known fields of its forms included
    for address in (each for each in addresses if each.can_be_tried and each.name not in FOR_MACHINES):
        for notation in random.sample([*NOTATIONS.values()], 2):
            number = invent(random)
            text = notation(number)
            numbers += [number, text]
            fields = ("name", "title", "body", "note", "reason", "text", "words", "q", "email")
            refusals = {400, 404} if address.name in SHOWN_BY_THEMSELVES else {400}
            assert client.post(address.path, dict.fromkeys(fields, text)).status_code in refusals
            assert client.get(address.path, {"q": text}).status_code in refusals

    # Then nothing of it is in any table, session, log or file
    places = {
        "tables": "\n".join(every_stored_text()),
        "logs": caplog.text + "".join(logs.JsonLine().format(record) for record in caplog.records),
        "output": "".join(capfd.readouterr()),
        "files": "\n".join(every_file_name_and_text(Path(settings.VAR))),
    }
    assert len(numbers) > 500
    assert [f"{text!r} in {place}" for place, kept in places.items() for text in numbers if text in kept] == []


def every_stored_text() -> Iterator[str]:
    """Every value of every text and JSON column of every table, bytes included."""
    kinds = ("text", "character varying", "json", "jsonb", "bytea", "ARRAY", "character")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = ANY(%s)",
            [list(kinds)],
        )
        columns = cursor.fetchall()
        assert len(columns) > 200
        for table, column in columns:
            cursor.execute(f'SELECT "{column}"::text FROM "{table}"')
            yield from (row[0] for row in cursor.fetchall() if row[0])


def every_file_name_and_text(root: Path) -> Iterator[str]:
    """The files of this run's folder, but for the database's own."""
    for path in root.rglob("*"):
        if path.is_file() and "postgres" not in path.parts and path.stat().st_size < 1_000_000:
            yield path.name
            yield path.read_text(encoding="utf-8", errors="replace")


def test_a_line_of_the_log_covers_a_number_that_somebody_else_wrote() -> None:
    record = logging.makeLogRecord({"msg": f"bad value {NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}", "name": "todoke"})
    record.value = f"番号{NUMBER}"  # type: ignore[attr-defined]

    for form in (logs.JsonLine(), logs.TextLine()):
        assert "5678" not in form.format(record)
