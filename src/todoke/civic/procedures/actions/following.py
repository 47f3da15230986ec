"""What happens to a filing after it was filed: corrections asked and made, withdrawal, letters, the end."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.base.prepared import Prepared
from todoke.civic.procedures.actions.filing import circumstances, tally
from todoke.civic.procedures.actions.refusals import NotAllowed, NotOffered
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.rules import ANSWER, ASK, SUBJECT, WITHDRAW
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.actions import custody
from todoke.shared.casework.actions.acting import act, take
from todoke.shared.casework.actions.recording import Actor, lock_case
from todoke.shared.casework.actions.tasks import do_task
from todoke.shared.casework.models import Case, Task
from todoke.shared.casework.rules.document import By
from todoke.shared.casework.rules.history import stops_in
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.actions.responses import Receipt
from todoke.shared.timetable.queries import office_calendar

_FEE = Prepared(lambda key: Filing.objects.only("fee_yen").filter(response__key=key))


@transaction.atomic
def ask_correction(
    filing: Filing, questions: Iterable[str], *, reason: str, revision: int, viewer: Viewer, at: datetime
) -> Task:
    """Ask for corrections (補正): these questions alone open, the clock stops, and whoever filed has a task.

    Raises what `casework.act` raises (Overtaken, NoSuchAction, ReasonMissing), UnknownKey for a question that the form
    does not have, ValueError for none.
    """
    keys = sorted(set(questions))
    if not keys:
        raise ValueError("a correction opens at least one question")
    held = held_filing(filing.pk)
    assert held.case is not None
    before = set(held.case.tasks.values_list("pk", flat=True))
    case = act(held.case.key, ASK, viewer=viewer, revision=revision, at=at, reason=reason)
    asked = case.tasks.exclude(pk__in=before).first()
    if asked is None:
        # The second click: the task of the first one stands.
        return case.tasks.latest("pk")
    asked.fields = keys
    asked.save(update_fields=["fields"])
    responses.open_for_correction(held.response, keys, by=viewer, at=at, why=reason)
    return asked


@transaction.atomic
def answer_correction(filing: Filing, *, submit_key: str, by: Actor, at: datetime) -> Receipt:
    """The corrected answers arrive, the task is done, and the clock runs again. The second click changes nothing.

    Whoever calls has asked whether this visitor may: they have signed in as whose it is, or hold the receipt. Raises
    Incomplete.
    """
    held = held_filing(filing.pk)
    assert held.case is not None
    receipt = responses.submit(held.response, submit_key=submit_key, circumstances=circumstances(at), at=at)
    case = locked_case(held)
    task = case.tasks.filter(then=ANSWER, done_at__isnull=True, withdrawn_at__isnull=True).first()
    if receipt.is_new and task is not None:
        do_task(case, task, by=by, at=at, values={})
    return receipt


@transaction.atomic
def withdraw(filing: Filing, *, by: Actor, at: datetime) -> Case:
    """Whoever filed takes it back (取下げ), as long as the flow allows. Raises NotOffered where it is too late."""
    case = locked_case(held_filing(filing.pk))
    action = case.flow_version.read.actions.get(WITHDRAW)
    if not case.is_open and case.outcome == "withdrawn":
        return case
    if action is None or case.state not in action.sources or By.RESIDENT not in action.by:
        raise NotOffered
    take(case, action, by=by, at=at)
    return case


@transaction.atomic
def settle(filing: Filing, *, at: datetime) -> bool:
    """What the end of a case asks for: the custody is closed, the tally knows the outcome. Once; whether it was now."""
    held = held_filing(filing.pk)
    case = held.case
    if case is None or case.closed_on is None or held.settled_at is not None:
        return False
    custody.close(held.response.custody, case.closed_on)
    held.settled_at = at
    held.save(update_fields=["settled_at"])
    tally(held, outcome=case.outcome, open_days=_days_used(case))
    record("procedures.settled", on=held, by="procedures", after={"outcome": case.outcome})
    return True


def held_filing(pk: int) -> Filing:
    """The filing, locked until the end of the transaction."""
    found = Filing.objects.select_for_update(of=("self",)).select_related(
        "version__section", "version__procedure", "response__custody", "response__version__form", "case"
    )
    return found.get(pk=pk)


def locked_case(filing: Filing) -> Case:
    """Its case, locked. Raises NotAllowed for a filing that has not arrived."""
    if filing.case_id is None:
        raise NotAllowed
    return lock_case(filing.case_id)


class FilingSubject:
    """What a flow of procedures may ask of a filing: nothing of its answers; its fee."""

    key = SUBJECT

    def facts(self, key: str) -> Mapping[str, Any]:
        """The fee, where there is one."""
        filing = _FEE.first(key)
        return {} if filing is None or filing.fee_yen is None else {"fee.yen": filing.fee_yen}


def _days_used(case: Case) -> int:
    assert case.closed_on is not None
    return office_calendar().days_used(in_japan(case.arrived_at).date(), case.closed_on, stops_in(case.stops))
