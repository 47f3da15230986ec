"""What a delivery writes into the log: which edition, never to whom."""

import json
import logging

import pytest
import time_machine

from tests.shared.messaging.ledger import NIGHT, first, make_destination
from todoke.base.health import context, logs
from todoke.shared.messaging import dispatcher
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.types import TryLater

pytestmark = pytest.mark.django_db


def test_a_failed_attempt_names_its_edition_and_not_the_address(officers, plain, caplog) -> None:
    def refuse(*_arguments: object) -> None:
        raise TryLater("450 hanako@mail.example.jp: mailbox full")

    plain.answer = refuse
    edition = release(first(officers, make_destination("hanako@mail.example.jp")), at=NIGHT)
    (claim,) = dispatch.claim("emergency", "tests.plain", limit=1, at=NIGHT)
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logs.JsonLine().format(record))
    logging.getLogger("todoke").addHandler(handler)

    try:
        with time_machine.travel(NIGHT):
            dispatcher.deliver(claim, "tests.plain")
    finally:
        logging.getLogger("todoke").removeHandler(handler)

    (line,) = map(json.loads, lines)
    assert (line["message"], line["edition_id"]) == ("attempt_failed", edition.identifier)
    assert "hanako" not in lines[0]
    assert context.edition_id.get() == ""
