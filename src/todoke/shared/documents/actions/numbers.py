"""Giving numbers: one after the other in each section and fiscal year, without gaps."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from todoke.base.calendar import fiscal_year_of
from todoke.base.clock import in_japan
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.documents.actions.refusals import NotAllowed, NumberRefused, ReasonMissing
from todoke.shared.documents.models import DocumentNumber, NumberState, Series
from todoke.shared.documents.queries import NUMBERS
from todoke.shared.documents.rules.numbers import number_text

# Counts on and locks the row in one statement: whoever comes at the same moment waits for our commit or our rollback,
# and after a rollback gets the very number that we gave back.
COUNT_ON = """
INSERT INTO documents_counter (series_id, fiscal_year, latest) VALUES (%s, %s, %s)
ON CONFLICT (series_id, fiscal_year) DO UPDATE SET latest = documents_counter.latest + %s
RETURNING latest
"""


def number_for(
    series: Series, fiscal_year: int, *, at: datetime, account_id: int | None = None, purpose: str = ""
) -> DocumentNumber:
    """The next number of this series in this fiscal year. Belongs to the surrounding transaction: its rollback gives
    the number back, its commit lets the next one go on. Raises TransactionManagementError outside of one."""
    return numbers_for_many(series, fiscal_year, 1, at=at, account_id=account_id, purpose=purpose)[0]


def numbers_for_many(
    series: Series, fiscal_year: int, count: int, *, at: datetime, account_id: int | None = None, purpose: str = ""
) -> list[DocumentNumber]:
    """As `number_for`, so many in a row."""
    _refuse_outside_a_transaction()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ON, [series.pk, fiscal_year, count, count])
        (latest,) = cursor.fetchone()
    return DocumentNumber.objects.bulk_create(
        _line(series, fiscal_year, number, 0, at=at, account_id=account_id, purpose=purpose)
        for number in range(latest - count + 1, latest + 1)
    )


def branch_of(number: DocumentNumber, *, at: datetime, account_id: int | None = None) -> DocumentNumber:
    """The next branch (枝番) of a number: for an answer or an enclosure that belongs to the same matter."""
    _refuse_outside_a_transaction()
    # The main number's row is the lock: two branches of one number are given one after the other.
    main = DocumentNumber.objects.select_for_update().get(
        series=number.series_id, fiscal_year=number.fiscal_year, number=number.number, branch=0
    )
    held = DocumentNumber.objects.filter(
        series=main.series_id, fiscal_year=main.fiscal_year, number=main.number
    ).aggregate(latest=Max("branch"))
    # The second paper of a matter bears の2, as offices count.
    branch = max(1, held["latest"]) + 1
    line = _line(main.series, main.fiscal_year, main.number, branch, at=at, account_id=account_id, purpose="")
    line.save()
    return line


@transaction.atomic
def reserve(series: Series, purpose: str, *, viewer: Viewer, at: datetime) -> DocumentNumber:
    """Take a number for a paper that is made elsewhere. Raises NotAllowed, ReasonMissing."""
    if not viewer.may(NUMBERS, series.section.key):
        raise NotAllowed
    if not purpose.strip():
        raise ReasonMissing
    year = fiscal_year_of(in_japan(at).date())
    number = number_for(series, year, at=at, account_id=viewer.account_id, purpose=purpose.strip()[:200])
    record("documents.number-reserved", on=number, by=viewer, after={"number": number.text})
    return number


@transaction.atomic
def void(number: DocumentNumber, reason: str, *, viewer: Viewer, at: datetime) -> DocumentNumber:
    """Void a reserved number (欠番); it stays in the register with its reason. Raises NotAllowed, ReasonMissing,
    NumberRefused."""
    if not viewer.may(NUMBERS, number.series.section.key):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    held = DocumentNumber.objects.select_for_update().get(pk=number.pk)
    if held.state != NumberState.RESERVED:
        raise NumberRefused
    held.state = NumberState.VOIDED
    held.void_reason = reason.strip()[:500]
    held.voided_at = at
    held.save(update_fields=["state", "void_reason", "voided_at"])
    record("documents.number-voided", on=held, by=viewer, after={"number": held.text}, why=held.void_reason)
    return held


def _line(
    series: Series, fiscal_year: int, number: int, branch: int, *, at: datetime, account_id: int | None, purpose: str
) -> DocumentNumber:
    return DocumentNumber(
        series=series,
        fiscal_year=fiscal_year,
        number=number,
        branch=branch,
        text=number_text(series.style, series.mark, fiscal_year, number, branch),
        # A number with a purpose of its own waits for a paper; one without is on its way onto ours.
        state=NumberState.RESERVED if purpose else NumberState.USED,
        given_at=at,
        given_to_id=account_id,
        purpose=purpose,
    )


def _refuse_outside_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a number is given inside a transaction, or it may be lost")


def use_reserved(number: DocumentNumber, *, section: Section) -> DocumentNumber:
    """Put a reserved number on a document, once. Raises NumberRefused."""
    _refuse_outside_a_transaction()
    held = DocumentNumber.objects.select_for_update().get(pk=number.pk)
    if held.state != NumberState.RESERVED or held.series.section_id != section.pk:
        raise NumberRefused
    held.state = NumberState.USED
    held.save(update_fields=["state"])
    return held
