"""A call and its line. Each step is one short transaction; while the machine dials, none is open."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from todoke.shared.fax.models import Call, Line, Sheet
from todoke.shared.fax.rules import Ending
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Address, FrozenEdition

# One statement takes a line, so that no two calls ever share one.
TAKE = """
WITH free AS MATERIALIZED (
    SELECT number FROM fax_line
    WHERE number <= %(lines)s AND (held_until IS NULL OR held_until < %(at)s)
    ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE fax_line SET held = %(hold)s, held_until = %(until)s FROM free WHERE fax_line.number = free.number
RETURNING fax_line.number
"""


@dataclass(frozen=True)
class Hold:
    """One call's hold on a line."""

    line: int
    mark: uuid.UUID


def sheet_for(edition: FrozenEdition, address: Address, code: str) -> Sheet | None:
    """The sheet of this delivery, made on its first call; None where the ledger knows no such delivery."""
    delivery = Delivery.objects.filter(edition__identifier=edition.identifier, destination__key=address.key).first()
    if delivery is None:
        return None
    return Sheet.objects.get_or_create(delivery=delivery, defaults={"code": code})[0]


def take_line(lines: int, *, at: datetime, seconds: float) -> Hold | None:
    """Hold one of so many lines for so many seconds at most; None while all of them are in use."""
    hold = uuid.uuid4()
    values: dict[str, Any] = {"lines": lines, "at": at, "until": at + timedelta(seconds=seconds), "hold": hold}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fax_line (number) SELECT generate_series(1, %s) ON CONFLICT DO NOTHING", [lines])
        cursor.execute(TAKE, values)
        row = cursor.fetchone()
    return Hold(row[0], hold) if row else None


def free_line(hold: Hold) -> None:
    """Give a line back; nothing happens when the hold had ended and another call has it."""
    Line.objects.filter(number=hold.line, held=hold.mark).update(held=None, held_until=None)


@contextmanager
def holding(hold: Hold) -> Iterator[int]:
    """The number of the line, given back at the end whatever happens."""
    try:
        yield hold.line
    finally:
        free_line(hold)


@transaction.atomic
def begin(sheet: Sheet, line: int, *, at: datetime) -> Call:
    """Write down that a call begins."""
    Sheet.objects.filter(pk=sheet.pk, first_called_at=None).update(first_called_at=at)
    return Call.objects.create(sheet=sheet, line=line, began_at=at)


@transaction.atomic
def end(
    call: Call, ending: Ending, *, says: str, at: datetime, pages_sent: int = 0, pages: int = 0, job: str = ""
) -> int:
    """Write down how a call ended; how often a call for this sheet has ended so, this one counted."""
    Call.objects.filter(pk=call.pk, ending="").update(
        ending=ending, ended_at=at, says=says[:300], pages_sent=pages_sent, pages=pages, job=job[:50]
    )
    if ending is Ending.ARRIVED:
        Sheet.objects.filter(pk=call.sheet_id, arrived_at=None).update(arrived_at=at, pages=pages_sent)
    return Call.objects.filter(sheet=call.sheet_id, ending=ending).count()
