"""Slips: filings that were written down elsewhere, each under a key of its own, taken in once."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.civic.procedures.actions.refusals import CannotApply, NotAllowed, ProcedureRefused
from todoke.civic.procedures.models import Filing, ProcedureVersion, Slip
from todoke.civic.procedures.rules import TAKE
from todoke.civic.procedures.types import SlipWay
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.actions.responses import Incomplete, Posted, ResponseRefused
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.models import Channel, Revision
from todoke.shared.paperwork.queries import Filled, filled_in
from todoke.shared.paperwork.types import Raw, Source

WITH = ("version__section", "version__procedure", "response__version__form", "response__custody", "case__section")


class State(StrEnum):
    """What became of a slip."""

    FILED = "filed"  # it is a case
    MEND = "mend"  # kept as a filing at the counter, and something in it is to be mended there
    CONFLICT = "conflict"  # another filing has come under this key before


CONFLICT: Promise = _("同じ番号の受付票が、違う内容で先に届いています。届いた内容は変えていません。")
NUMBER_LEFT_OUT: Promise = _("マイナンバーのような数字があった欄は、保存していません。")


@dataclass(frozen=True)
class Came:
    """One slip as it came: its key, its way, the hash of its contents, the time its writer's clock showed."""

    key: UUID
    way: SlipWay
    sha256: str
    written_at: datetime | None
    channel: Channel = Channel.COUNTER


@dataclass(frozen=True)
class Taken:
    """What became of it; `says` are sentences for the clerk, `is_new` whether it came just now."""

    state: State
    filing: Filing
    says: tuple[str, ...] = ()
    is_new: bool = False


@transaction.atomic
def take_slip(
    version: ProcedureVersion, came: Came, read: Callable[[Filled], Posted], *, viewer: Viewer, at: datetime
) -> Taken:
    """Take a slip in: the filing is begun, filled and handed in; what cannot be handed in yet stays at the counter.

    `read` gives the answers for the form that was begun. A second time nothing is filled in again: what was mended at
    the counter meanwhile holds. Raises NotAllowed, NotOffered, NotOpenYet, Closed, Full: nothing is kept then.
    """
    _hold(came.key)
    slip = Slip.objects.filter(key=came.key).first()
    if slip is None:
        filing, says = _begun(version, came, read, viewer, at)
    else:
        filing, says = Filing.objects.select_related(*WITH).get(pk=slip.filing_id), ()
        if not viewer.may(TAKE, filing.version.section.key):
            raise NotAllowed
        if (slip.sha256, filing.version.procedure_id) != (came.sha256, version.procedure_id):
            return Taken(State.CONFLICT, filing, (str(CONFLICT),))
    return _handed_in(filing, came, says, viewer, at, is_new=slip is None)


def _hold(key: UUID) -> None:
    """The same slip from two windows: the second one waits, and finds the first one's filing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"procedures.slip {key}"])


def _begun(
    version: ProcedureVersion, came: Came, read: Callable[[Filled], Posted], viewer: Viewer, at: datetime
) -> tuple[Filing, tuple[str, ...]]:
    filing = begin(version, Filer(viewer), at=at, channel=came.channel)
    Slip.objects.create(
        key=came.key,
        filing=filing,
        way=came.way,
        sha256=came.sha256,
        written_at=came.written_at,
        sent_by_id=viewer.account_id or 0,
    )
    found = filled_in(filing.response)
    assert found is not None
    taken = responses.take(filing.response, read(found), at=at, source=Source.STAFF, device=str(came.key))
    # Every page has been gone through, so the counter shows at once what is wrong on it.
    pages = [page.key for page in found.document.pages]
    Revision.objects.filter(pk=found.revision.pk).update(pages_taken=pages)
    record("procedures.slip-taken", on=filing, by=viewer, after={"way": came.way, "slip": str(came.key)})
    return filing, (str(NUMBER_LEFT_OUT),) if taken.my_numbers else ()


def _handed_in(
    filing: Filing, came: Came, says: tuple[str, ...], viewer: Viewer, at: datetime, *, is_new: bool
) -> Taken:
    if filing.case_id is not None:
        return Taken(State.FILED, filing)
    try:
        with transaction.atomic():
            submit(filing, submit_key=came.key.hex, viewer=viewer, at=at)
    except (ResponseRefused, ProcedureRefused) as refusal:
        return Taken(State.MEND, filing, (*says, *sentences_of(refusal)), is_new)
    return Taken(State.FILED, Filing.objects.select_related(*WITH).get(pk=filing.pk), says, is_new)


def sentences_of(refusal: ResponseRefused | ProcedureRefused) -> tuple[str, ...]:
    """Why it was not handed in: each question with what is wrong, or the reasons of the procedure."""
    if isinstance(refusal, Incomplete):
        standing = refusal.standing
        labels = {question.key: question.label.say() for question in standing.questions}
        return tuple(
            f"{labels.get(key, key)}：{trouble}" for key, troubles in standing.troubles.items() for trouble in troubles
        )
    if isinstance(refusal, CannotApply):
        return tuple(reason.say() for reason in refusal.reasons)
    return (str(refusal),)


def sha256_of_answers(answers: Mapping[str, Raw]) -> str:
    """The hash of what was written, for a slip that comes in clear."""
    told = {key: {part: list(words) for part, words in raw.items()} for key, raw in answers.items()}
    return hashlib.sha256(canonical(told).encode()).hexdigest()
