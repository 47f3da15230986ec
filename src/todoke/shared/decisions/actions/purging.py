"""The end of a paper: when its retention is over, all of it goes at once, and the record says that it did."""

from dataclasses import dataclass

from django.db import connection, transaction

from todoke.ground.audit.actions import Person, record
from todoke.ground.people.models import Account
from todoke.shared.decisions.actions.marking import held
from todoke.shared.decisions.models import Attachment
from todoke.shared.decisions.refusals import NotOpenNow
from todoke.shared.decisions.rules.values import Phase


@dataclass(frozen=True)
class PurgedPaper:
    """What went: how many wordings and marks, and which documents were attached (their bytes go by their own date)."""

    contents: int
    marks: int
    documents: tuple[int, ...]


@transaction.atomic
def purge(decision_id: int, *, by: Person | Account | str, why: str) -> PurgedPaper:
    """Delete a paper that is over, with everything that was written in it. `why` names the rule that asks for it.

    Raises NotOpenNow for one that is under way, ValueError without a reason.
    """
    if not why.strip():
        raise ValueError("a purge names the rule that asks for it")
    decision = held(decision_id)
    if decision.phase not in (Phase.DECIDED, Phase.DROPPED):
        raise NotOpenNow
    documents = Attachment.objects.filter(content__decision=decision).values_list("document", flat=True).distinct()
    gone = PurgedPaper(decision.contents.count(), decision.marks.count(), tuple(documents))
    with connection.cursor() as cursor:
        cursor.execute("SELECT decisions_purge(%s)", [decision_id])
    record(
        "decisions.purged",
        on=("decisions.decision", decision_id),
        by=by,
        after={"contents": gone.contents, "marks": gone.marks},
        why=why,
    )
    return gone
