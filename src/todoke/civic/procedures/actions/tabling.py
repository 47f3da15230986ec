"""Taking filings in from a table: each row by itself, once, or tried without leaving anything behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from todoke.civic.procedures.actions.refusals import NotAllowed, ProcedureRefused
from todoke.civic.procedures.actions.slips import Came, State, Taken, sentences_of, sha256_of_answers, take_slip
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.rules import TAKE
from todoke.civic.procedures.tables import Row
from todoke.civic.procedures.types import SlipWay
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.actions.responses import Posted, ResponseRefused
from todoke.shared.paperwork.models import Channel


@dataclass(frozen=True)
class RowTaken:
    """What became of one row: its case number, or why it was refused. A row of an earlier time is not new."""

    row: Row
    number: str = ""
    is_new: bool = False
    says: tuple[str, ...] = ()


class _Undone(Exception):
    """Let the savepoint of a row go."""

    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self.taken = taken


@transaction.atomic
def take_table(
    version: ProcedureVersion,
    rows: Sequence[Row],
    *,
    channel: Channel,
    viewer: Viewer,
    at: datetime,
    is_trial: bool = False,
) -> list[RowTaken]:
    """Take every row that is sound in; a refused one leaves nothing behind and keeps nobody else back.

    A trial does the same and leaves nothing at all. Raises NotAllowed.
    """
    if not viewer.may(TAKE, version.section.key):
        raise NotAllowed
    seen: set[str] = set()
    outcomes = []
    for row in rows:
        if not row.number or row.number in seen:
            says = (
                _("整理番号がありません。") if not row.number else _("同じ整理番号の行が、この表の前のほうにあります。")
            )
            outcomes.append(RowTaken(row, says=(says,)))
            continue
        seen.add(row.number)
        outcomes.append(_one(version, row, channel, viewer=viewer, at=at, is_trial=is_trial))
    if not is_trial:
        taken = sum(each.is_new for each in outcomes)
        told = {"rows": len(rows), "taken": taken, "refused": sum(bool(each.says) for each in outcomes)}
        record("procedures.table-taken", on=version.procedure, by=viewer, after=told)
    return outcomes


def _one(
    version: ProcedureVersion, row: Row, channel: Channel, *, viewer: Viewer, at: datetime, is_trial: bool
) -> RowTaken:
    if row.taken and row.written_at is None:
        return RowTaken(row, says=(_("受付日時が読めません。「2026-11-21 14:30」のように書いてください。"),))
    came = Came(
        # The same paper gives the same key, on every computer and at every time.
        uuid5(NAMESPACE_URL, f"todoke:procedures:{version.procedure.key}:{row.number}"),
        SlipWay.TABLE,
        sha256_of_answers(row.answers),
        row.written_at,
        channel,
    )
    try:
        with transaction.atomic():
            taken = take_slip(version, came, lambda _found: Posted(row.answers), viewer=viewer, at=at)
            if is_trial or taken.state != State.FILED or taken.says:
                raise _Undone(taken)
    except _Undone as undone:
        taken = undone.taken
    except (ProcedureRefused, ResponseRefused) as refusal:
        return RowTaken(row, says=sentences_of(refusal))
    if taken.state != State.FILED or taken.says:
        return RowTaken(row, says=taken.says)
    assert taken.filing.case is not None
    return RowTaken(row, "" if is_trial and taken.is_new else taken.filing.case.number, taken.is_new)
