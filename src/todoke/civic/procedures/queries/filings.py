"""Filings as whoever filed may see them: their own, by sign-in; or those of the browser that holds them.

What was filed for somebody else (代理) is the agent's as long as the mandate holds, and that person's from its arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from todoke.base.clock import in_japan, now
from todoke.base.formulas import said
from todoke.base.prepared import Prepared
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.rules import ANSWER, SUBJECT
from todoke.ground.people.mandates.acting import in_force
from todoke.ground.people.rules import Level, Viewer
from todoke.shared.casework.models import Case, Task
from todoke.shared.casework.queries import own_cases, page_for_resident
from todoke.shared.casework.rules.document import By
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import documents_about
from todoke.shared.paperwork.models import ResponseState
from todoke.shared.paperwork.rules import read_code

LISTED_MAX = 200


def filings() -> QuerySet[Filing]:
    """All that have not been purged, with what a list of them shows; whoever calls narrows it."""
    rows = Filing.objects.select_related("version__section", "response", "case__section", "case__flow_version")
    return rows.exclude(response__state=ResponseState.PURGED)


def _signed_in_as(viewer: Viewer) -> Q:
    """Whose it is: who filed it, and for whom it was filed."""
    if viewer.resident_id is None:
        return Q(pk__in=[])
    return Q(resident_id=viewer.resident_id) | Q(mandate__principal_id=viewer.resident_id, case__isnull=False)


def _by_a_mandate_that_holds(viewer: Viewer) -> Q:
    """Not filed for somebody else, or with their mandate still in force; they themselves need none."""
    today = in_japan(now()).date()
    return Q(mandate=None) | in_force(today, "mandate__") | Q(mandate__principal_id=viewer.resident_id or 0)


_BY_KEY = Prepared(lambda key: _with_all().filter(response__key=key))
_BY_RECEIPT = Prepared(lambda code: _with_all().filter(response__receipt_code=code))


def _with_all() -> QuerySet[Filing]:
    """With what their pages open of them; whoever calls asks whose it is."""
    rows = Filing.objects.select_related("version__section", "response__version__form", "response__custody__period")
    return rows.exclude(response__state=ResponseState.PURGED)


def _if_it_is(filing: Filing | None, whose: Q) -> Filing | None:
    return filing if filing is not None and Filing.objects.filter(whose, pk=filing.pk).exists() else None


def _if_mandated(viewer: Viewer, filing: Filing | None) -> Filing | None:
    if filing is None or filing.mandate_id is None:
        return filing
    return _if_it_is(filing, _by_a_mandate_that_holds(viewer))


def filing_of(viewer: Viewer, key: UUID | str) -> Filing | None:
    """The filing with this key, if the viewer has signed in as whose it is."""
    if viewer.resident_id is None:
        return None
    return _if_mandated(viewer, _if_it_is(_BY_KEY.first(key), _signed_in_as(viewer)))


def filing_with(viewer: Viewer, key: UUID | str) -> Filing | None:
    """The filing with this key, whosesoever it is: for who then shows that their browser holds it."""
    return _if_mandated(viewer, _BY_KEY.first(key))


def is_theirs(viewer: Viewer, filing: Filing) -> bool:
    """Whether the viewer has signed in as whose it is; of one that came in without an account, whoever holds it."""
    if filing.resident_id is None:
        return True
    principal = filing.mandate.principal_id if filing.mandate else None
    return viewer.resident_id in (filing.resident_id, principal)


# Up to here a receipt code, which nobody guesses, is as good as a link that came by mail.
CODE_SUFFICES = Level.CONTACT


def opens_to(viewer: Viewer, filing: Filing, *, is_held: bool) -> bool:
    """Whether answers, letters, papers and acts open to this viewer, and not the words of its state alone.

    A draft belongs to whoever holds it until it is handed in; what is kept of a procedure that asks for more than a
    mail address needs the same level again, by whose it is.
    """
    level = filing.version.document.level
    if level <= CODE_SUFFICES or (filing.case_id is None and is_held):
        return True
    return viewer.level >= level and is_theirs(viewer, filing)


def my_filings(viewer: Viewer, held: Iterable[str] = ()) -> QuerySet[Filing]:
    """The viewer's own, and those that their browser holds; the newest first."""
    mine = Q(response__key__in=list(held)) | _signed_in_as(viewer)
    return filings().filter(_by_a_mandate_that_holds(viewer), mine).order_by("-pk")[:LISTED_MAX]


def filing_with_receipt(viewer: Viewer, code: str) -> Filing | None:
    """The filing that got this receipt code, as somebody copied it from the receipt."""
    read = read_code(code)
    return _if_mandated(viewer, _BY_RECEIPT.first(read)) if read else None


def documents_of(filing: Filing) -> list[OfficialDocument]:
    """What the city has issued about it and still holds, the newest first."""
    return documents_about(SUBJECT, filing.response.key)


def task_of(case: Case) -> Task | None:
    """What is asked of whoever filed now: a correction (補正), if any."""
    return case.tasks.filter(then=ANSWER, done_at__isnull=True, withdrawn_at__isnull=True).first()


def may_withdraw(case: Case, action_key: str) -> bool:
    """Whether whoever filed can still take it back."""
    action: Any = case.flow_version.read.actions.get(action_key)
    return bool(case.is_open and action and case.state in action.sources and By.RESIDENT in action.by)


@dataclass(frozen=True)
class Row:
    """One line of “my procedures”."""

    filing: Filing
    name: str
    state: str
    is_draft: bool
    asks: bool


def rows_of(found: Iterable[Filing]) -> list[Row]:
    """The lines of a list, with whether something is asked of them: one more question to the database for all."""
    listed = list(found)
    cases = [filing.case_id for filing in listed if filing.case_id]
    asked = set(
        Task.objects.filter(
            case_id__in=cases, then=ANSWER, done_at__isnull=True, withdrawn_at__isnull=True
        ).values_list("case_id", flat=True)
    )
    return [
        Row(
            filing,
            filing.version.document.name.say(),
            state_words(filing.case) if filing.case else "",
            filing.case is None,
            filing.case_id in asked,
        )
        for filing in listed
    ]


def elsewhere(viewer: Viewer) -> list[tuple[Case, str, str]]:
    """The resident's cases of other services: case, what it is about, and its page."""
    found = own_cases(viewer).exclude(subject_type=SUBJECT)[:LISTED_MAX]
    return [(case, said(case.flow_version.read.title), page_for_resident(case)) for case in found]


def state_words(case: Case) -> str:
    """Where a case stands, in the active language."""
    return said(case.flow_version.read.states[case.state].title)
